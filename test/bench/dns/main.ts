import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, daemonsUnavailable } from '../../peers/dns-daemons.js';

// Lookups of many names at a BIND on loopback with `pprobe dns --file`, `dig -f`, node:dns and, if it is installed, massdns.
// Times whole processes from start to exit, in turns, so that other load on the machine affects all alike; the ratios count.
// Then the peak memory of pprobe for ten thousand names and for ten times as many.

const few = 10_000;
const rounds = 3;
const concurrency = 100;
const zone = 'bench.example';

interface Run {
  seconds: number;
  /** The peak memory of the process, from /proc; null if it ended before the first reading. */
  peakMiB: number | null;
  output: string;
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const startMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let peakKiB = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 20);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await once(child, 'close');
  clearInterval(look);
  const seconds = (performance.now() - startMs) / 1000;
  const peakMiB = peakKiB === 0 ? null : Math.round(peakKiB / 1024);
  return { seconds, peakMiB, output: Buffer.concat(pieces).toString() };
}

function namesFile(dir: string, count: number): string {
  const path = join(dir, `${count}.txt`);
  writeFileSync(path, Array.from({ length: count }, (_, index) => `host${index}.${zone}\n`).join(''));
  return path;
}

/** The number of output lines with the address that all names have. */
function answered({ output }: Run): number {
  return output.split('\n').filter((line) => line.includes('10.1.2.3')).length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const lacking = await daemonsUnavailable();
if (lacking !== false) throw new Error(lacking);
const dir = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
const teardowns: (() => unknown)[] = [];
try {
  mkdirSync(join(dir, 'bind'));
  const text = '$TTL 60\n@ IN SOA ns admin 1 2 3 4 5\n@ IN NS ns\nns IN A 127.0.0.1\n* IN A 10.1.2.3\n';
  const teardown = (undo: () => unknown): void => void teardowns.push(undo);
  const { port } = await bind({ teardown } as Parameters<typeof bind>[0], join(dir, 'bind'), zone, text);
  const file = namesFile(dir, few);
  const ours = (names: string, ...words: string[]): [string, string[]] => [
    process.execPath,
    ['bin/pprobe.js', 'dns', '--file', names, '--server', `127.0.0.1#${port}`, '-t', 'A', ...words],
  ];
  const peers: Record<string, [string, string[]]> = {
    'pprobe --short': ours(file, '--short'),
    'pprobe --json': ours(file, '--json'),
    'dig -f': ['dig', ['@127.0.0.1', '-p', String(port), '-f', file, '+short']],
    'node:dns': [process.execPath, ['build/bench/dns/node-dns.js', file, String(port), String(concurrency)]],
    ...massdns(dir, file, port),
  };
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, [command, args]] of Object.entries(peers)) {
      const done = await run(command, args);
      seconds[name] = [...(seconds[name] ?? []), done.seconds];
      if (answered(done) < few) console.log(`${name}: only ${answered(done)} of ${few} names answered`);
    }
  }
  const base = median(seconds['pprobe --short'] ?? []);
  console.log(`${few} names, ${concurrency} at a time, median of ${rounds} whole processes:`);
  for (const [name, times] of Object.entries(seconds)) {
    const time = median(times);
    const rate = Math.round(few / time).toLocaleString('en');
    console.log(
      `  ${name.padEnd(16)} ${time.toFixed(2)} s  ${rate.padStart(7)} names/s  ${(time / base).toFixed(2)} x ours`,
    );
  }
  // The ratio of each round, because other load on the machine affected both.
  for (const own of ['pprobe --json', 'pprobe --short']) {
    for (const peer of Object.keys(peers).filter((name) => !name.startsWith('pprobe'))) {
      const ratios = (seconds[own] ?? []).map((time, round) => (seconds[peer]?.[round] ?? 0) / time);
      const all = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
      console.log(`  ${own}: ${median(ratios).toFixed(2)} x the rate of ${peer} (${all})`);
    }
  }
  if (!('massdns' in seconds)) console.log('  massdns          not installed');
  for (const count of [few, few * 10]) {
    const done = await run(...ours(namesFile(dir, count), '--json'));
    const rate = Math.round(count / done.seconds).toLocaleString('en');
    console.log(`  ${count.toLocaleString('en')} names: at most ${done.peakMiB} MiB, ${rate} names/s`);
  }
} finally {
  for (const undo of teardowns.reverse()) await undo();
  rmSync(dir, { recursive: true, force: true });
}

function massdns(dir: string, file: string, port: number): Record<string, [string, string[]]> {
  try {
    execFileSync('massdns', ['--help'], { stdio: 'ignore' });
  } catch {
    return {};
  }
  const resolvers = join(dir, 'resolvers');
  writeFileSync(resolvers, `127.0.0.1:${port}\n`);
  const words = ['-r', resolvers, '-t', 'A', '-o', 'S', '-s', String(concurrency), '--quiet', file];
  return { massdns: ['massdns', words] };
}
