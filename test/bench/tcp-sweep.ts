import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * 10,000 ports of loopback, whole processes from start to end, `nmap -sT` beside `pprobe tcp --file`. The runs alternate,
 * so that what else the machine does meets both; the medians' ratio is what counts.
 */
const ports = 10_000;
const rounds = 5;
const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
const file = join(directory, 'targets.txt');
writeFileSync(file, Array.from({ length: ports }, (_, index) => `127.0.0.1:${index + 1}\n`).join(''));

/** Prints its own peak when it ends: no tool need be there for that. */
const peak = `process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS))`;
const ours = ['--import', `data:text/javascript,${encodeURIComponent(peak)}`, 'bin/pprobe.js', 'tcp'];
const timeouts = ['--initial-rtt-timeout', '3s', '--max-rtt-timeout', '3s'];
const contestants = {
  pprobe: [process.execPath, ...ours, '--file', file, '--json', '--timeout', '3000'],
  nmap: ['nmap', '-sT', '-n', '-Pn', '-p', `1-${ports}`, ...timeouts, '127.0.0.1'],
};

function run([command = '', ...args]: string[]): { seconds: number; peakMb: number | null } {
  const start = process.hrtime.bigint();
  const { stderr, error } = spawnSync(command, args, { maxBuffer: 1 << 28, encoding: 'utf8' });
  if (error) throw error;
  const peakKb = /peak (\d+)/.exec(stderr)?.[1];
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, peakMb: peakKb === undefined ? null : Number(peakKb) / 1024 };
}

function median(values: number[]): number {
  return values.sort((first, second) => first - second)[values.length >> 1] ?? 0;
}

const taken = { pprobe: [] as number[], nmap: [] as number[] };
let peakMb = 0;
for (let round = 0; round < rounds; round++) {
  for (const name of ['pprobe', 'nmap'] as const) {
    const result = run(contestants[name]);
    taken[name].push(result.seconds);
    peakMb = Math.max(peakMb, result.peakMb ?? 0);
  }
}
rmSync(directory, { recursive: true });
for (const name of ['pprobe', 'nmap'] as const) {
  const seconds = median(taken[name]);
  console.log(`${name}: ${seconds.toFixed(2)} s, ${Math.round(ports / seconds)} ports/s`);
}
console.log(`pprobe takes ${(median(taken.pprobe) / median(taken.nmap)).toFixed(2)} times as long as nmap`);
console.log(`pprobe's memory at its peak: ${peakMb.toFixed(0)} MB`);
