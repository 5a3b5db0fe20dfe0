import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/**
 * A fleet under load, on loopback: `npm run bench:agents -- [--agents 1000] [--kilobytes 75] [--processes 200]`. Simulated agents answer a
 * job with a report each, and the broker is killed once while they do. Then real agents run as processes and are asked once; they refuse, because the
 * target is on loopback, and nothing is sent to it.
 */
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    kilobytes: { type: 'string', default: '75' },
    processes: { type: 'string', default: '200' },
  },
});
const [agents, kilobytes, processes] = [values.agents, values.kilobytes, values.processes].map(Number) as [
  number,
  number,
  number,
];
const fleet = 'bench';
const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
const controller = makeUser(directory, 'controller-user');
const key = makeControllerKey(directory);
const ids = Array.from({ length: processes }, (_, index) => `real-${index}`);
const real = Object.fromEntries(ids.map((id) => [id, makeUser(directory, id)]));
const broker = new TestBroker({ directory, fleet, agents: real, controller });

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

await broker.start();
await cli('init');
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

if (processes > 0) {
  // The bucket forgets the simulated ones.
  await delay(31_000);
  const beganMs = performance.now();
  const all = ids.map((id) => {
    const own = join(directory, id);
    mkdirSync(own);
    const { seedFile = '' } = real[id] ?? {};
    const config = { keys: [key.publicPem], allow: [{ cidr: '10.0.0.0/8' }] };
    return new AgentProcess({ directory: own, server: broker.url, fleet, id, seedFile, config });
  });
  await Promise.all(all.map((agent) => agent.says(/is connected/)));
  const upS = (performance.now() - beganMs) / 1000;
  const askedMs = performance.now();
  const asked = await cli(
    'diagnose',
    '127.0.0.1:9',
    '--via',
    'nats',
    '--key',
    key.file,
    '--yes',
    '--deadline',
    '60s',
  );
  console.log(`${processes} processes are there after ${upS.toFixed(1)} s: ${asked.stdout.split('\n')[0]}`);
  console.log(`  ${((performance.now() - askedMs) / 1000).toFixed(1)} s; exit ${asked.code}`);
  await Promise.all(all.map((agent) => agent.end()));
}
await broker.stop();
rmSync(directory, { recursive: true, force: true });
