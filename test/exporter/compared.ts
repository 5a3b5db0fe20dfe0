import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { availability, namespaceFlags } from '../lab/availability.js';
import { createAuthority } from '../lab/certificate/certificate.js';

// What `pprobe serve` and blackbox_exporter say of the same targets, and what serve does with 200 probes at once. Starts itself again
// in namespaces of its own: `node --import=tsx test/exporter/compared.ts [--json] [PROBES]`, after a build. With --json, the figures.

/** What each exporter says of one target: the metrics that name a reason. */
export interface Comparison {
  fault: string;
  target: string;
  pprobe: string;
  blackbox: string;
}

/** What became of probes that came at the same time. */
export interface Crowd {
  asked: number;
  answered: number;
  busy: number;
  late: number;
  mostInFlight: number;
  slowestMs: number;
  limitMs: number;
}

const json = process.argv.includes('--json');
const probes = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 200);
const inside = 'PPROBE_COMPARED_INSIDE';
const scrapeSeconds = 5;
const [serve, blackbox] = ['http://127.0.0.1:9715', 'http://127.0.0.1:9115'];
const children: ChildProcess[] = [];

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function startTargets(directory: string): Promise<void> {
  run('mount', '--make-rprivate', '/');
  run('ip', 'link', 'set', 'lo', 'up');
  for (const last of ['1', '2', '3', '53']) run('ip', 'address', 'add', `10.93.0.${last}/32`, 'dev', 'lo');
  // A SYN to .9 leaves through a device that asks for no neighbour, and is dropped where it arrives, as by a security group.
  run('ip', 'link', 'add', 'dark', 'type', 'veth', 'peer', 'name', 'far');
  run('ip', 'link', 'set', 'dark', 'arp', 'off', 'up');
  run('ip', 'link', 'set', 'far', 'up');
  run('ip', 'route', 'add', '10.93.0.9/32', 'dev', 'dark', 'src', '10.93.0.1');
  const authority = await createAuthority('Authority of the comparison');
  const day = 86_400_000;
  const issue = (days: number) =>
    authority.issue({
      names: ['api.example', 'old.example', 'ip:10.93.0.1'],
      validFrom: new Date(Date.now() - 20 * day),
      validTo: new Date(Date.now() + days * day),
    });
  for (const [address, days] of [
    ['10.93.0.1', 20],
    ['10.93.0.3', -10],
  ] as const) {
    const { certificate, key } = await issue(days);
    createTlsServer({ cert: certificate, key }, (_request, response) => {
      response.writeHead(403, {
        'x-amzn-errortype': 'AccessDeniedException',
        'content-type': 'application/json',
      });
      response.end(
        '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********4690:a1b2c3d4e5/prod/GET/ with an explicit deny"}',
      );
    }).listen(443, address);
  }
  const files = {
    'ca.pem': authority.certificate,
    'resolv.conf': 'nameserver 10.93.0.53\noptions attempts:1 timeout:1\n',
    'serve.json': JSON.stringify({
      modules: {
        // Far longer than an answer takes on a busy machine.
        plain: { timeoutMs: 30_000 },
        patient: { check: 'tcp', timeoutMs: 30_000 },
        port: { check: 'tcp', timeoutMs: 2000 },
      },
      allow: [{ cidr: '10.93.0.0/16' }, { name: '*.example' }],
    }),
    'blackbox.yml':
      'modules: {plain: {prober: http, timeout: 30s, http: {preferred_ip_protocol: ip4}}, patient: {prober: tcp, timeout: 30s, tcp: {preferred_ip_protocol: ip4}}, port: {prober: tcp, timeout: 2s, tcp: {preferred_ip_protocol: ip4}}}\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  run('mount', '--bind', join(directory, 'resolv.conf'), '/etc/resolv.conf');
  run('mount', '--bind', join(directory, 'ca.pem'), '/etc/ssl/certs/ca-certificates.crt');
  await startResolver();
}

async function startResolver(): Promise<void> {
  const { createSocket } = await import('node:dgram');
  const { default: dnsPacket } = await import('dns-packet');
  const known: Record<string, string> = { 'api.example': '10.93.0.1', 'old.example': '10.93.0.3' };
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const { id = 0, questions = [] } = dnsPacket.decode(message);
    const [question] = questions;
    if (question === undefined) return;
    const address = known[question.name.toLowerCase()];
    const flags =
      dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (address === undefined ? 3 : 0);
    const answers =
      address !== undefined && question.type === 'A'
        ? [{ name: question.name, type: 'A' as const, ttl: 60, data: address }]
        : [];
    const reply = dnsPacket.encode({ type: 'response', id, flags, questions: [question], answers });
    socket.send(reply, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(53, '10.93.0.53', resolve));
}

async function until(url: string): Promise<void> {
  for (let left = 600; left > 0; left -= 1) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error(`${url} does not answer`);
}

const faults: readonly [fault: string, target: string, module: string][] = [
  ['refused', '10.93.0.2:8080', 'patient'],
  ['name does not exist', 'https://missing.example/', 'plain'],
  ['silent (dropped)', '10.93.0.9:8080', 'port'],
  ['403 of a policy', 'https://api.example/', 'plain'],
  ['expired certificate', 'https://old.example/', 'plain'],
];

async function metricsOf(base: string, target: string, module: string): Promise<string[]> {
  const response = await fetch(`${base}/probe?target=${encodeURIComponent(target)}&module=${module}`);
  return (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

async function compare(): Promise<Comparison[]> {
  const rows: Comparison[] = [];
  for (const [fault, target, module] of faults) {
    const ours = await metricsOf(serve, target, module);
    const cause = ours.find((line) => line.startsWith('pprobe_cause_info')) ?? '';
    const theirs = await metricsOf(blackbox, target, module);
    // Times differ from run to run, and say nothing of the reason.
    const telling = theirs.filter(
      (line) => !/_seconds|duration|_hash|ip_protocol/.test(line) && !/ 0$/.test(line),
    );
    const success = theirs.find((line) => line.startsWith('probe_success')) ?? '';
    rows.push({
      fault,
      target,
      pprobe: cause.replace(/ 1$/, ''),
      blackbox: [success, ...telling].join(', '),
    });
  }
  return rows;
}

async function crowd(): Promise<Crowd> {
  const headers = { 'x-prometheus-scrape-timeout-seconds': String(scrapeSeconds) };
  let [mostInFlight, slowestMs] = [0, 0];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const text = await (await fetch(`${serve}/metrics`)).text();
      mostInFlight = Math.max(mostInFlight, Number(/^pprobe_probes_in_flight (\d+)$/m.exec(text)?.[1] ?? 0));
      await sleep(100);
    }
  })();
  const answers = await Promise.all(
    Array.from({ length: probes }, async () => {
      const startMs = performance.now();
      const response = await fetch(`${serve}/probe?target=10.93.0.9:8080&module=port`, { headers });
      const body = await response.text();
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      return response.status === 200 ? 'answered' : body.startsWith('busy') ? 'busy' : 'late';
    }),
  );
  isOver = true;
  await watching;
  const count = (state: string): number => answers.filter((each) => each === state).length;
  return {
    asked: probes,
    answered: count('answered'),
    busy: count('busy'),
    late: count('late'),
    mostInFlight,
    slowestMs: Math.round(slowestMs),
    limitMs: scrapeSeconds * 1000,
  };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pprobe-compared-'));
  try {
    await startTargets(directory);
    const quiet = { stdio: ['ignore', 'ignore', 'ignore'] as ('ignore' | 'inherit')[] };
    children.push(
      spawn(process.execPath, ['bin/pprobe.js', 'serve', '--config', join(directory, 'serve.json')], quiet),
      spawn(
        'prometheus-blackbox-exporter',
        [`--config.file=${join(directory, 'blackbox.yml')}`, '--web.listen-address=127.0.0.1:9115'],
        quiet,
      ),
    );
    await Promise.all([until(`${serve}/-/healthy`), until(`${blackbox}/-/healthy`)]);
    const result = { comparison: await compare(), crowd: await crowd() };
    if (json) process.stdout.write(JSON.stringify(result));
    else print(result);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function print({ comparison, crowd: many }: { comparison: Comparison[]; crowd: Crowd }): void {
  for (const { fault, target, pprobe, blackbox: other } of comparison)
    console.log(`${fault}: ${target}\n  pprobe serve       ${pprobe}\n  blackbox_exporter  ${other}`);
  console.log(
    `\n${many.asked} probes of a silent target at once, 8 slots, a queue of 64, scrapes of ${scrapeSeconds} s:\n` +
      `  ${many.answered} answered, ${many.busy} turned away at once (503), ${many.late} not begun because they could not end in time (503)\n` +
      `  at most ${many.mostInFlight} in flight; the slowest answer after ${many.slowestMs} ms`,
  );
}

if (process.env[inside] === '1') {
  await main();
  process.exit();
} else {
  const found = await availability();
  if (found.mode === null) throw new Error(found.reason);
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...namespaceFlags(found.mode), ...self], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: '1' },
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
