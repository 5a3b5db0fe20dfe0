import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind } from '../peers/dns-daemons.js';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

const few = 10_000;
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

/**
 * Lookups of many names at a BIND on loopback with `pprobe dns --file`, `dig -f`, node:dns and, if it is installed, massdns.
 * Whole processes from start to exit, in turns, so that other load on the machine affects all alike. Then the peak memory of
 * pprobe for ten thousand names and for ten times as many.
 */
export async function lookupTime(rounds: number): Promise<BenchRow[]> {
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
    const tools: Record<string, [string, string[]]> = {
      'pprobe --short': ours(file, '--short'),
      'pprobe --json': ours(file, '--json'),
      'dig -f': ['dig', ['@127.0.0.1', '-p', String(port), '-f', file, '+short']],
      'node:dns': [process.execPath, ['build/bench/node-dns.js', file, String(port), String(concurrency)]],
      ...massdns(dir, file, port),
    };
    const seconds = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const [tool, [command, args]] of Object.entries(tools)) {
        const done = await run(command, args);
        seconds.set(tool, [...(seconds.get(tool) ?? []), done.seconds]);
        if (answered(done) < few)
          throw new Error(`${tool}: only ${answered(done)} of ${few} names are answered`);
      }
    }
    const what = `${few} names of a local server`;
    const dig = median(seconds.get('dig -f') ?? []);
    const rows: BenchRow[] = [...seconds].map(([tool, values]) => {
      const ratio = median(values) / dig;
      const goal = tool.startsWith('pprobe') ? { text: 'a third of dig', isMet: ratio <= 1 / 3 } : undefined;
      return { what, tool, values, unit: 's', ratio, goal };
    });
    for (const count of [few, few * 10]) {
      const done = await run(...ours(namesFile(dir, count), '--json'));
      const note = `at most ${done.peakMiB} MiB`;
      rows.push({
        what: `${count} names, one run`,
        tool: 'pprobe --json',
        values: [count / done.seconds],
        unit: 'names/s',
        note,
      });
    }
    return rows;
  } finally {
    for (const undo of teardowns.reverse()) await undo();
    rmSync(dir, { recursive: true, force: true });
  }
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
