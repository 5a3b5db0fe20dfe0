import { tunUnavailable } from '../../tun/tun.js';
import { type BenchRow, printRows } from '../row.js';
import { manyTargets } from './many.js';
import { rttError } from './rtt-error.js';
import { wallTime } from './wall-time.js';

/** The parts by their argument on the command line. Without an argument, all of them run. */
const parts: Record<string, (rounds: number) => Promise<BenchRow[]>> = {
  'wall-time': wallTime,
  'rtt-error': rttError,
  many: manyTargets,
};

const reason = tunUnavailable();
if (reason !== null) {
  console.error(`bench:trace: ${reason}`);
  process.exit(3);
}
const rounds = Number(process.env.PPROBE_BENCH_ROUNDS ?? 9);
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const part = parts[name];
  if (part === undefined) throw new Error(`"${name}" is not a part; give ${Object.keys(parts).join(', ')}`);
  printRows(await part(rounds));
}
