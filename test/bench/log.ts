import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { EVENTS } from '../execution-log/logs.js';
import type { BenchRow } from './row.js';

const megabytes = 200;
const blocks = Object.values(EVENTS);
const body = 'x'.repeat(400);

function* pieces(): Generator<string> {
  for (let request = 0; ; ) {
    let piece = '';
    while (piece.length < 1 << 18) {
      const id = `${(request % 0xffffffff).toString(16).padStart(8, '0')}-2222-4333-8444-555555555555`;
      for (const event of blocks[request++ % blocks.length] ?? []) {
        piece += `2026-01-02T03:04:05.678Z (${id}) ${event.replace(/[0-9a-f-]{36}/, id)}\n`;
      }
      piece += `2026-01-02T03:04:05.678Z (${id}) Endpoint request body after transformations: ${body}\n`;
    }
    yield piece;
  }
}

/** The speed and the peak memory of `pprobe explain --log -` with a generated execution log, which is not stored. */
export async function logRate(): Promise<BenchRow[]> {
  const argv = ['bin/pprobe.js', 'explain', '--log', '-', '--json', '--limit', '1'];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const finished = once(child, 'close');
  let peakKb = 0;
  const start = process.hrtime.bigint();
  let sent = 0;
  for (const piece of pieces()) {
    if (sent >= megabytes * 1e6) break;
    sent += piece.length;
    if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
    peakKb = Math.max(peakKb, memoryKb(child.pid));
  }
  child.stdin.end();
  await finished;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { requests, lines } = JSON.parse(output);
  return [
    {
      what: `execution log of ${megabytes} MB`,
      tool: 'pprobe explain --log',
      values: [sent / 1e6 / seconds],
      unit: 'MB/s',
      note: `${lines.lines} lines, ${requests} requests, at most ${(peakKb / 1024).toFixed(0)} MiB`,
    },
  ];
}

function memoryKb(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
