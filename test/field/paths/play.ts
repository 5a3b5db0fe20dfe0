import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Semaphore } from '../../../src/core/semaphore.js';
import type { Step } from '../case.js';
import { askPeers, execute, readIfThere } from '../execute.js';
import type { Played } from '../judge.js';
import { answerFrom, serveDns } from '../serve.js';
import { networkCases } from './all.js';
import type { NetworkCase } from './case.js';
import { filled, numberOf } from './network.js';
import { testAuthority } from './servers.js';

/**
 * Runs among the servers of network.ts: starts those of every case, runs the commands of the cases on their clients, several
 * cases at a time, and prints what they printed as JSON. Arguments: the program to run, and the identifiers of the cases.
 */
const [program = '', ...only] = process.argv.slice(2);
const cases = networkCases.filter(({ id }) => only.includes(id));
const directory = mkdtempSync('/run/field-');
// An ordinary user writes reports here, too.
chmodSync(directory, 0o755);
const caFile = join(directory, 'ca.pem');
writeFileSync(caFile, (await testAuthority()).certificate);

for (const each of cases) await startServers(each);
const slots = new Semaphore(6);
const played = await Promise.all(
  cases.map(async (each) => {
    await slots.acquire();
    return play(each).finally(() => slots.release());
  }),
);
await new Promise((written) => process.stdout.write(JSON.stringify(played), written));
process.exit(0);

async function startServers(each: NetworkCase): Promise<void> {
  const fill = filler(each);
  if (each.zone !== undefined) {
    const zone = Object.entries(each.zone).map(([name, addresses]) => [name, addresses.map(fill)]);
    await serveDns(fill('{net}.53'), answerFrom(Object.fromEntries(zone)));
  }
  for (const [at, behave] of Object.entries(each.resolvers ?? {})) await serveDns(fill(at), behave);
  for (const [place, serve] of Object.entries(each.servers ?? {})) {
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(fill(place)) ?? [];
    await serve({ address, port: Number(port) });
  }
}

async function play(each: NetworkCase): Promise<Played> {
  const startMs = performance.now();
  const own = join(directory, each.id);
  mkdirSync(own);
  chmodSync(own, 0o777);
  const fill = filler(each);
  const onClient = ['nsenter', `--net=/run/netns/client-${numberOf(each)}`, '--'];
  const files = Object.entries({ '/etc/resolv.conf': 'nameserver {net}.53\n', ...each.files });
  const mounts = files.map(([path, text], index) => {
    const source = join(own, String(index));
    writeFileSync(source, fill(text), { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    return `mount --bind '${source}' '${path}'`;
  });
  const inside = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    execute(
      [
        ...onClient,
        'unshare',
        '--mount',
        'sh',
        '-euc',
        [...mounts, 'exec "$@"'].join('\n'),
        'sh',
        ...argv.map(fill),
      ],
      { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', HOME: own, ...mapValues(env, fill) },
    );
  const beside = (each.onClient ?? []).map((argv) => {
    const [command = '', ...args] = [...onClient, ...argv.map(fill)];
    return spawn(command, args, { stdio: 'ignore' });
  });
  const steps: Played['steps'] = [];
  for (const [index, step] of each.steps.entries()) {
    const saved = join(own, `report-${index}.json`);
    const printed = await inside(argvOf(step, saved), step.env);
    steps.push({ printed, report: readIfThere(saved) });
  }
  const peers = await askPeers(each.peers ?? [], inside);
  for (const child of beside) child.kill('SIGKILL');
  return { id: each.id, steps, peers, durationMs: performance.now() - startMs };
}

function argvOf({ args, preload, asUser }: Step, saved: string): string[] {
  const isDiagnosis = args[0] === 'diagnose';
  return [
    ...(asUser ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'] : []),
    process.execPath,
    ...(preload === undefined ? [] : ['--import', fileURLToPath(new URL(preload, import.meta.url))]),
    program,
    ...args,
    ...(isDiagnosis ? ['--save', saved] : []),
  ];
}

function filler(each: NetworkCase): (text: string) => string {
  return (text) => filled(text, numberOf(each)).replaceAll('{ca}', caFile);
}

function mapValues(given: Readonly<Record<string, string>>, change: (text: string) => string) {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, change(value)]));
}
