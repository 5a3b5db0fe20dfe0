import { once } from 'node:events';
import { join } from 'node:path';
import { elapsedMs, nowMs } from '../../../src/core/clock.js';
import { type Expectation, faults } from '../faults/index.js';
import type { Lab } from '../lab.js';
import { packageRoot } from '../paths.js';
import type { FaultPart } from '../protocol.js';
import { findSharedLab, startSharedLab } from '../shared.js';
import { toolEnvironment } from '../tools.js';
import { type NamespaceName, namespaceNames } from '../topology.js';
import { seconds } from './text.js';

/** The commands on the shared lab. Each returns its exit code. The message of a thrown Error is for the user. */

export async function up(): Promise<number> {
  const startMs = nowMs();
  const { lab } = await startSharedLab('stop');
  await lab.serveConfiguration();
  introduce(lab, elapsedMs(startMs));
  return 0;
}

/** Runs the lab until Ctrl-C or `down`. The lab ends with this process, whatever ends it. */
export async function upInForeground(): Promise<number> {
  const startMs = nowMs();
  const { lab, ended } = await startSharedLab('parent');
  await lab.serveConfiguration();
  introduce(lab, elapsedMs(startMs));
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await Promise.race([interrupted.then(() => lab.stop()), ended]);
  return 0;
}

function introduce(lab: Lab, durationMs: number): void {
  const { addresses, names, url, caFile, awsAddress } = lab.facts;
  const awsUrl = `http://${awsAddress}`;
  console.log(`The lab is up in ${seconds(durationMs)}: a VPC with a private API, healthy.

    client ── vpc ── r1 ── r2 ── r3 ── public
              │ │                 └─── onprem
          eni-a eni-b

  client   ${both(addresses.client)}   the host on which you run commands
  vpc      ${both(addresses.resolver)}   the VPC's router and its resolver
  eni-a    ${both(addresses.eniA)}   the endpoint's interface in subnet a
  eni-b    ${both(addresses.eniB)}   the endpoint's interface in subnet b
  public   ${both(addresses.public)}   API Gateway's public front end; port 80 is closed
  onprem   ${both(addresses.onprem)}   a resolver that does not know the private zone

  API      ${url}
  AWS      ${awsUrl}   EC2, API Gateway, Logs and STS of the lab, for "aws" and pprobe in "exec" and "shell"
  endpoint ${names.vpce}
  CA       ${caFile}   trusted in "exec" and "shell"

Try:
  npm run lab -- exec -- pprobe diagnose ${url}
  npm run lab -- faults                 what can be broken
  npm run lab -- break security-group
  npm run lab -- shell                  a shell on the client: pprobe, dig, curl, and as root traceroute
  npm run lab -- heal
  npm run lab -- down`);
}

/** Applies a fault. `part`: only what packets meet, or only what the configuration says. */
export async function breakLab(name: string, part: FaultPart): Promise<number> {
  const lab = await running();
  const startMs = nowMs();
  await lab.break(name, part);
  const sentence = faults.find((fault) => fault.name === name)?.sentence ?? '';
  console.log(`${name} (${seconds(elapsedMs(startMs))}): ${sentence}`);
  return 0;
}

export async function heal(): Promise<number> {
  await (await running()).heal();
  console.log('The lab is healthy.');
  return 0;
}

export async function status(): Promise<number> {
  const lab = await findSharedLab();
  if (lab === null) {
    console.log('No lab is up.');
    return 1;
  }
  const fault = await lab.status();
  console.log(
    `The lab is up, ${fault === null ? 'healthy' : `broken: ${fault}`}. Its files are in ${lab.dir}.`,
  );
  return 0;
}

export async function down(): Promise<number> {
  const lab = await findSharedLab();
  await lab?.stop();
  console.log(lab === null ? 'No lab was up.' : 'The lab is gone.');
  return 0;
}

export function listFaults(): number {
  for (const { name, sentence, expect } of faults) {
    console.log(`${name.padEnd(26)} ${expectation(expect).padEnd(26)} ${sentence}`);
  }
  return 0;
}

/** Runs a command on this terminal. */
export async function execute(namespace: NamespaceName, argv: readonly string[], env = {}): Promise<number> {
  const lab = await running();
  // The terminal sends signals to the command, too. The command handles them.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  const environment = { ...hostEnvironment(lab), ...env };
  const child = lab.spawn(namespace, argv, { stdio: 'inherit', env: environment });
  lab.gone().then(() => child.kill('SIGHUP'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== null) console.error(`ended by ${signal}`);
  return code ?? 128;
}

/**
 * The environment of a terminal on a host of the lab. Programs trust the lab's authority, as programs in a VPC trust Amazon's:
 * OpenSSL reads SSL_CERT_FILE, and with it pprobe; Node, curl, Python's requests and the AWS CLI each have a variable of their
 * own. No proxy of this machine can be reached from there. `pprobe` is the build of this checkout.
 */
function hostEnvironment(lab: Lab): NodeJS.ProcessEnv {
  const authorities = [
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
    'CURL_CA_BUNDLE',
    'REQUESTS_CA_BUNDLE',
    'AWS_CA_BUNDLE',
  ];
  const proxies = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return {
    PATH: `${join(packageRoot, 'build/lab/bin')}:${toolEnvironment.PATH}`,
    ...Object.fromEntries(authorities.map((name) => [name, lab.facts.caFile])),
    ...awsEnvironment(lab.facts),
    ...Object.fromEntries([...proxies, 'SSL_CERT_DIR'].map((name) => [name, undefined])),
  };
}

/** The environment in which programs ask the lab for AWS's services. The server takes any credentials. */
export function awsEnvironment({ awsAddress, region }: Pick<Lab['facts'], 'awsAddress' | 'region'>) {
  return {
    AWS_ENDPOINT_URL: `http://${awsAddress}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIALABEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

/** An interactive shell without the user's settings. Its prompt names the namespace. */
export async function shell(namespace: NamespaceName): Promise<number> {
  const start = 'if command -v bash > /dev/null; then exec bash --norc; else exec sh; fi';
  return execute(namespace, ['sh', '-c', start], { PS1: `lab ${namespace}# ` });
}

/** @throws Error that lists the names of all namespaces. */
export function namespaceNamed(name: string): NamespaceName {
  const found = namespaceNames.find((candidate) => candidate === name);
  if (found === undefined) throw new Error(`no namespace "${name}"; there are ${namespaceNames.join(', ')}`);
  return found;
}

async function running(): Promise<Lab> {
  const lab = await findSharedLab();
  if (lab === null) throw new Error('no lab is up; "npm run lab -- up" starts one');
  return lab;
}

function expectation(expect: Expectation): string {
  return expect.ask === 'diagnose' ? expect.cause : `trace: ${expect.outcome}`;
}

function both({ ipv4, ipv6 }: { ipv4: string; ipv6: string }): string {
  return `${ipv4.padEnd(14)} ${ipv6.padEnd(19)}`;
}
