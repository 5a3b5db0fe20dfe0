import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapCodeStatistics } from 'node:v8';

import { connect, diagnose, explain, resolve, trace } from '../../src/index.js';
import { programArguments } from '../program.js';
import { type Measure, mostPerThousand, type Sample, slopeOf } from './slope.js';

/**
 * Runs mixed operations of the library, many at a time, in rounds, and measures after each round what the process still holds.
 * Prints a table, and fails where a measure grows, an operation throws, or a verdict differs from the first one of its kind.
 *
 * `main.ts OPERATIONS|MINUTESm [AT_A_TIME] [ROUNDS]`, in a network namespace of its own whose resolver is 127.0.0.1: soak.sh.
 */
const [amount = '1000', width = '50', parts = '20'] = process.argv.slice(2);
const concurrency = Number(width);
const minutes = amount.endsWith('m') ? Number(amount.slice(0, -1)) : null;
const perRound = minutes === null ? Math.ceil(Number(amount) / Number(parts)) : concurrency * 10;
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run node with --expose-gc');

const servers = spawn(process.execPath, programArguments(new URL('servers.ts', import.meta.url)), {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const firstLine: string = await new Promise((done) =>
  createInterface({ input: servers.stdout }).once('line', done),
);
const {
  https,
  closing,
  closed,
  authority,
}: Record<'https' | 'closing' | 'closed', number> & {
  authority: string;
} = JSON.parse(firstLine);

/** The servers may wait long for a processor: a deadline that they miss says nothing of a leak. */
const patient = { timeoutMs: 60_000 };
const base = { imds: false, ca: authority, ...patient, dns: patient };
/** One operation of each kind; each returns what it came to. */
const operations: readonly (() => Promise<string>)[] = [
  async () => (await diagnose(`https://api.test:${https}/x`, base)).verdict.cause,
  async () => (await diagnose(`https://127.0.0.1:${https}/`, { ...base, http: false })).verdict.cause,
  async () => (await diagnose(`https://api.test:${closing}/`, base)).verdict.cause,
  async () => (await diagnose(`api.test:${closed}`, base)).verdict.cause,
  async () => (await diagnose(`https://no.test:${https}/`, base)).verdict.cause,
  async () => {
    const report = await diagnose(`https://api.test:${https}/`, { ...base, trace: false });
    return explain(JSON.stringify(report)).verdict.cause;
  },
  async () => (await resolve('api.test.', patient)).status,
  async () => (await connect('127.0.0.1', closed, patient)).status,
  async () => (await trace('127.0.0.1', { port: closed })).outcome,
  // An abort at some moment of the way: nothing may be left of it.
  async () => {
    const abort = new AbortController();
    const running = diagnose(`https://api.test:${https}/`, { ...base, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), Math.random() * 30);
    return running.then(
      () => 'in time',
      (error: Error) => error.message,
    );
  },
];

/** By the number of the operation: what it came to the first time. */
const outcomes = new Map<number, string>();
const problems = new Set<string>();

async function operate(index: number): Promise<void> {
  const kind = index % operations.length;
  const operation = operations[kind];
  if (operation === undefined) return;
  const begunMs = performance.now();
  try {
    const outcome = await operation();
    const first = outcomes.get(kind) ?? outcome;
    outcomes.set(kind, first);
    const isAbort = kind === operations.length - 1;
    if (outcome !== first && !isAbort) {
      const tookMs = Math.round(performance.now() - begunMs);
      problems.add(`operation ${kind}: ${outcome} after ${tookMs} ms, and at first ${first}`);
    }
  } catch (error) {
    problems.add(`operation ${kind} throws: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

let started = 0;
async function round(): Promise<void> {
  const end = started + perRound;
  const worker = async (): Promise<void> => {
    while (started < end) {
      started += 1;
      await operate(started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function sample(): Promise<Sample> {
  // Sockets close within some turns of the event loop, and finalizers run after a collection.
  for (let turn = 0; turn < 3; turn++) {
    await sleep(50);
    collect?.();
  }
  const { heapUsed, rss } = process.memoryUsage();
  const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
  return {
    operations: started,
    heapBytes: heapUsed - machine - bytecode,
    codeBytes: machine + bytecode,
    rssBytes: rss,
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
  };
}

const samples: Sample[] = [];
const startMs = performance.now();
const isOver = (): boolean =>
  minutes === null ? samples.length >= Number(parts) : performance.now() - startMs > minutes * 60_000;
console.log('operations    heap MB    code MB     rss MB  descriptors  handles');
while (!isOver()) {
  await round();
  const latest = await sample();
  samples.push(latest);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2).padStart(10);
  const counts = `${String(latest.descriptors).padStart(12)} ${String(latest.resources).padStart(8)}`;
  console.log(
    `${String(latest.operations).padStart(10)} ${megabytes(latest.heapBytes)} ${megabytes(latest.codeBytes)} ${megabytes(latest.rssBytes)} ${counts}`,
  );
}
servers.stdin.end();

// In the first quarter caches fill. soak.sh switches the optimizing compiler off: with it, snapshots of the heap after 2,000, 5,000
// and 10,000 operations differ in machine code and its tables, and in no object.
const settled = samples.slice(Math.ceil(samples.length / 4));
const judged: readonly Measure[] = ['descriptors', 'resources'];
// Memory is judged after some thousand operations: before, V8 still compiles, and caches fill.
const measures: readonly Measure[] = started < 2000 ? judged : ['heapBytes', 'rssBytes', ...judged];
console.log(`\nslope for each 1,000 operations, ${concurrency} at a time`);
for (const measure of measures) {
  const [slope, most] = [slopeOf(settled, measure), mostPerThousand[measure]];
  console.log(`${measure.padEnd(12)} ${slope.toFixed(1).padStart(12)}   at most ${most}`);
  if (slope > most) problems.add(`${measure} grows by ${slope.toFixed(1)} with each 1,000 operations`);
}
console.log(`\n${[...outcomes].map(([kind, outcome]) => `${kind} ${outcome}`).join(', ')}`);
console.log(`${started} operations in ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
for (const problem of problems) console.error(`not ok: ${problem}`);
process.exitCode = problems.size === 0 ? 0 : 1;
