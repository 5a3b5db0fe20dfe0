import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { samples } from '../documents/samples.js';
import { AgentProcess, makeControllerKey } from '../fleet/agents.js';
import { makeUser, TestBroker } from '../fleet/broker.js';
import { availability, namespaceFlags } from '../lab/availability.js';

/**
 * A fleet under load. `npm run bench:agents -- [--agents 1000] [--kilobytes 75]`: simulated agents on loopback answer a job with a report each,
 * and the broker is killed once while they do. `npm run bench:agents -- --real 200`: so many processes of `pprobe agent`, in a network
 * namespace of their own, measure a server there.
 */
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    kilobytes: { type: 'string', default: '75' },
    real: { type: 'string', default: '0' },
  },
});
const [agents, kilobytes, processes] = [values.agents, values.kilobytes, values.real].map(Number) as [
  number,
  number,
  number,
];
const inside = 'PPROBE_BENCH_INSIDE';
/** No agent sends anything to loopback. */
const place = '10.90.0.10';
const fleet = 'bench';
const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
const controller = makeUser(directory, 'controller-user');
const key = makeControllerKey(directory);
const ids = Array.from({ length: processes }, (_, index) => `real-${index}`);
const users = Object.fromEntries(ids.map((id) => [id, makeUser(directory, id)]));
const broker = new TestBroker({ directory, fleet, agents: users, controller });

/** A fleet command. Resolves with its exit code, its output and the most memory it had. */
async function cli(
  ...words: string[]
): Promise<{ code: number | null; stdout: string; stderr: string; peakMb: number }> {
  const program = resolve(import.meta.dirname, '../../bin/pprobe.js');
  const child = spawn(
    process.execPath,
    [program, 'fleet', ...words, '--server', broker.url, '--fleet', fleet],
    { env: { ...process.env, HOME: directory, PPROBE_NATS_NKEY: controller.seedFile } },
  );
  let [stdout, stderr, peakMb] = ['', '', 0];
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const watching = setInterval(() => {
    try {
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      peakMb = Math.max(peakMb, Number(peak ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 100);
  const [code]: (number | null)[] = await once(child, 'close');
  clearInterval(watching);
  return { code: code ?? null, stdout, stderr, peakMb };
}

/** A report of so many octets: its trace has as many hops as that takes. */
function reportOf(octets: number): object {
  const base = samples.report;
  const [trace] = base.observations.trace;
  const [hop] = trace?.hops ?? [];
  if (trace === undefined || hop === undefined) throw new Error('the sample has no hop');
  const each = JSON.stringify(hop).length;
  const count = Math.max(1, Math.floor((octets - JSON.stringify(base).length) / each));
  const traces = Array.from({ length: Math.ceil(count / 30) }, () => ({
    ...trace,
    hops: Array.from({ length: 30 }, (_, index) => ({ ...hop, ttl: index + 1 })),
  }));
  return { ...base, observations: { ...base.observations, trace: traces } };
}

/** Fifty agents on one connection. */
async function simulate(first: number, count: number, report: object): Promise<NatsConnection> {
  const connection = await connect({
    servers: broker.url.replace('nats://', ''),
    authenticator: nkeyAuthenticator(readFileSync(controller.seedFile)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 500,
  });
  const names = Array.from({ length: count }, (_, index) => `sim-${first + index}`);
  const present = (): void => {
    if (connection.isClosed()) return;
    for (const name of names)
      connection.publish(`$KV.PPROBE_AGENTS_${fleet}.${name}`, JSON.stringify({ host: name, groups: [] }));
  };
  present();
  setInterval(present, 10_000).unref();
  const publish = async (job: string, name: string, spreadMs: number): Promise<void> => {
    await delay(Math.random() * spreadMs);
    const at = new Date().toISOString();
    const times = { attempt: 1, receivedAt: at, startedAt: at, finishedAt: at, monotonicMs: 1, clock: null };
    const envelope = { kind: 'fleet-result', version: 1, job, agent: name, group: null, ...times };
    const body = gzipSync(JSON.stringify({ ...envelope, outcome: 'report', report, error: null }));
    for (;;) {
      try {
        const subject = `pprobe.v1.${fleet}.result.${job}.${name}`;
        await jetstream(connection).publish(subject, body, { msgID: `${job}/${name}`, timeout: 5000 });
        return;
      } catch (error) {
        if (error instanceof Error && /per subject exceeded/.test(error.message)) return;
        await delay(250 + Math.random() * 500);
      }
    }
  };
  connection.subscribe(`pprobe.v1.${fleet}.job.all`, {
    callback: (_error, message) => {
      const { id, spreadMs }: { id: string; spreadMs: number } = message.json();
      for (const name of names) {
        message.respond(JSON.stringify({ state: 'accepted', agent: name, reason: null }));
        void publish(id, name, spreadMs);
      }
    },
  });
  await connection.flush();
  return connection;
}

async function storedResults(): Promise<number> {
  const connection = await connect({
    servers: broker.url.replace('nats://', ''),
    authenticator: nkeyAuthenticator(readFileSync(controller.seedFile)),
  });
  const { state } = await (await jetstreamManager(connection)).streams.info(`PPROBE_RESULTS_${fleet}`);
  await connection.close();
  return state.messages;
}

/** Megabytes of a process: what it shares counts in part. */
function megabytesOf(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

async function simulated(): Promise<void> {
  const report = reportOf(kilobytes * 1024);
  const size = JSON.stringify(report).length;
  const connections: NatsConnection[] = [];
  for (let first = 0; first < agents; first += 50)
    connections.push(await simulate(first, Math.min(50, agents - first), report));
  const startMs = performance.now();
  const running = cli(
    'diagnose',
    '127.0.0.1:9',
    '--via',
    'nats',
    '--key',
    key.file,
    '--yes',
    '--deadline',
    '120s',
    '--trace',
  );
  await delay(5 * agents + 2000);
  await broker.stop('SIGKILL');
  await delay(1500);
  await broker.start();
  const { code, stdout, stderr, peakMb } = await running;
  const tookS = (performance.now() - startMs) / 1000;
  console.log(
    `${agents} agents, reports of ${(size / 1024).toFixed(0)} KB, broker killed once: ${stdout.split('\n')[0]}`,
  );
  console.log(
    `  stored ${await storedResults()}; ${tookS.toFixed(1)} s; collector ${peakMb.toFixed(0)} MB; ${stdout.split('\n').length} lines; exit ${code}`,
  );
  console.log(stderr.replace(/^/gm, '  '));
  for (const connection of connections) await connection.close();
}

async function real(): Promise<void> {
  const server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, place);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const beganMs = performance.now();
  const all: AgentProcess[] = [];
  const waiting = ids.values();
  const lane = async (): Promise<void> => {
    for (const id of waiting) {
      const own = join(directory, id);
      mkdirSync(own);
      const { seedFile = '' } = users[id] ?? {};
      const config = { keys: [key.publicPem], allow: [{ cidr: `${place}/32` }] };
      const agent = new AgentProcess({ directory: own, server: broker.url, fleet, id, seedFile, config });
      all.push(agent);
      await agent.says(/is connected/);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  const upS = (performance.now() - beganMs) / 1000;
  const askedMs = performance.now();
  const words = ['--via', 'nats', '--key', key.file, '--yes', '--deadline', '120s', '--no-trace'];
  const { stdout, stderr, code, peakMb } = await cli('diagnose', `${place}:${port}`, ...words);
  const askedS = (performance.now() - askedMs) / 1000;
  const memory = all.map(({ child }) => megabytesOf(child.pid)).sort((a, b) => a - b);
  const sum = memory.reduce((total, each) => total + each, 0);
  console.log(`${processes} agents as processes: ${stdout.split('\n')[0]}`);
  console.log(
    `  connected after ${upS.toFixed(1)} s, eight at a time; the job took ${askedS.toFixed(1)} s; exit ${code}`,
  );
  console.log(
    `  an agent ${memory[memory.length >> 1]?.toFixed(0)} MB (median), ${memory.at(-1)?.toFixed(0)} MB (most), all ${sum.toFixed(0)} MB; ` +
      `broker ${megabytesOf(broker.pid).toFixed(0)} MB; collector ${peakMb.toFixed(0)} MB`,
  );
  console.log(stderr.replace(/^/gm, '  '));
  const endMs = performance.now();
  const codes = await Promise.all(all.map((agent) => agent.end()));
  console.log(
    `  ended by SIGTERM in ${((performance.now() - endMs) / 1000).toFixed(1)} s, ${codes.filter((each) => each === 0).length} with exit 0`,
  );
  server.close();
}

if (processes > 0 && process.env[inside] !== '1') {
  const found = await availability();
  if (found.mode === null) throw new Error(found.reason);
  const network = `ip link set lo up; ip address add ${place}/32 dev lo; exec "$@"`;
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...namespaceFlags(found.mode), 'sh', '-ec', network, 'sh', ...self], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: '1' },
  });
  const [code]: (number | null)[] = await once(child, 'close');
  process.exitCode = code ?? 1;
} else {
  await broker.start();
  await cli('init');
  await (processes > 0 ? real() : simulated());
  await broker.stop();
}
rmSync(directory, { recursive: true, force: true });
process.exit();
