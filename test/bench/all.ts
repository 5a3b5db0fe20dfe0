import { labUnavailable } from '../lab/lab.js';
import { tunUnavailable } from '../tun/tun.js';
import { type BenchRow, printRows } from './row.js';
import { manyTargets } from './trace/many.js';
import { rttError } from './trace/rtt-error.js';
import { wallTime } from './trace/wall-time.js';
import { verdictTime } from './verdict.js';

/**
 * All benchmarks against other tools that take minutes and not hours, as one table: the times of traces and of verdicts, the error
 * of round trips, and the rate of a thousand traces. `bench:tcp`, `bench:dns`, `bench:log` and `bench:start` are more of them.
 * PPROBE_BENCH_ROUNDS is the number of alternating rounds; an argument names the one part to run.
 */
const parts: readonly [
  name: string,
  part: (rounds: number) => Promise<BenchRow[]>,
  missing: string | null,
][] = [
  ['verdict', verdictTime, await labUnavailable()],
  ['trace', wallTime, tunUnavailable()],
  ['rtt', rttError, tunUnavailable()],
  ['many', manyTargets, tunUnavailable()],
];

const rounds = Number(process.env.PPROBE_BENCH_ROUNDS ?? 9);
const wanted = process.argv.slice(2);
const rows: BenchRow[] = [];
for (const [name, part, missing] of parts) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (missing === null) rows.push(...(await part(rounds)));
  else console.error(`bench: ${name} is left out: ${missing}`);
}
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} rounds`);
printRows(rows);
