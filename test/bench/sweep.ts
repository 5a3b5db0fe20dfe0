import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from './row.js';
import { median } from './trace/statistics.js';

const targets = 10_000;
/** What a sweep may take, as a ratio to nmap's time. */
const goal = 1.5;

/** Code that makes a Node process print its peak memory and number of sockets when it ends. */
const atExit = `
let sockets = 0;
setInterval(() => { sockets = Math.max(sockets, require('fs').readdirSync('/proc/self/fd').length); }, 20).unref();
process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS, sockets));`;

/** A server on every address of loopback, on the port that it prints. */
const listener = `
const { createServer } = require('node:net');
createServer((socket) => socket.on('error', () => {}).destroy()).listen({ host: '0.0.0.0', port: 0, backlog: 4096 }, function () {
  console.log(this.address().port);
});`;

interface Sweep {
  name: string;
  lines: string[];
  nmap: string[];
}

const addresses = Array.from({ length: targets }, (_, index) => `127.7.${index >> 8}.${index & 255}`);

function sweeps(open: number, directory: string): Sweep[] {
  const list = join(directory, 'addresses.txt');
  writeFileSync(list, addresses.join('\n'));
  const half = join(directory, 'half.txt');
  writeFileSync(half, addresses.slice(0, targets / 2).join('\n'));
  const closed = open === 9 ? 10 : 9;
  return [
    {
      name: `${targets} ports of one address`,
      lines: Array.from({ length: targets }, (_, index) => `127.0.0.1:${index + 1}`),
      nmap: ['-p', `1-${targets}`, '127.0.0.1'],
    },
    {
      name: `${targets} addresses, closed`,
      lines: addresses.map((address) => `${address}:${closed}`),
      nmap: ['-p', `${closed}`, '-iL', list],
    },
    {
      name: `${targets} addresses, half open`,
      lines: addresses
        .slice(0, targets / 2)
        .flatMap((address) => [`${address}:${open}`, `${address}:${closed}`]),
      nmap: ['-p', `${open},${closed}`, '-iL', half],
    },
    {
      name: `${targets} addresses, open`,
      lines: addresses.map((address) => `${address}:${open}`),
      nmap: ['-p', `${open}`, '-iL', list],
    },
  ];
}

interface Taken {
  seconds: number;
  peakMb: number;
  descriptors: number;
}

function run(command: string, args: string[]): Taken {
  const start = process.hrtime.bigint();
  const { stderr, error } = spawnSync(command, args, { maxBuffer: 1 << 28, encoding: 'utf8' });
  if (error) throw error;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const [, peakKb = 0, descriptors = 0] = /peak (\d+) (\d+)/.exec(stderr)?.map(Number) ?? [];
  return { seconds, peakMb: peakKb / 1024, descriptors };
}

function compare({ name, lines, nmap }: Sweep, rounds: number, directory: string): BenchRow[] {
  const file = join(directory, 'targets.txt');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const watch = join(directory, 'watch.cjs');
  writeFileSync(watch, atExit);
  const ours = ['--require', watch, 'bin/pprobe.js', 'tcp', '--file', file, '--json', '--timeout', '3000'];
  const timeouts = ['--initial-rtt-timeout', '3s', '--max-rtt-timeout', '3s'];
  const runs = Array.from({ length: rounds }, () => ({
    ours: run(process.execPath, ours),
    theirs: run('nmap', ['-sT', '-n', '-Pn', ...timeouts, ...nmap]),
  }));
  const values = runs.map((each) => each.ours.seconds);
  const theirs = runs.map((each) => each.theirs.seconds);
  const ratio = median(values) / median(theirs);
  const peakMb = Math.max(...runs.map((each) => each.ours.peakMb));
  const descriptors = Math.max(...runs.map((each) => each.ours.descriptors));
  return [
    {
      what: name,
      tool: 'pprobe tcp --file',
      values,
      unit: 's',
      ratio,
      goal: { text: `at most ${goal} of nmap`, isMet: ratio <= goal },
      note: `at most ${peakMb.toFixed(0)} MiB, ${descriptors} descriptors`,
    },
    { what: name, tool: 'nmap -sT', values: theirs, unit: 's' },
  ];
}

/**
 * Compares `nmap -sT` with `pprobe tcp --file` on 10,000 targets over loopback, in whole processes from start to end: the ports
 * of one address, and one port of 10,000 addresses: closed, half of them open, all open. The runs alternate, so that other
 * load on the machine affects both; the ratio of the medians counts.
 */
export async function sweepTime(rounds: number): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pprobe-bench-'));
  const server = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [open] = await once(server.stdout, 'data');
    return sweeps(Number(open), directory).flatMap((sweep) => compare(sweep, rounds, directory));
  } finally {
    server.kill();
    rmSync(directory, { recursive: true });
  }
}
