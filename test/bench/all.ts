import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { labUnavailable } from '../lab/lab.js';
import { daemonsUnavailable } from '../peers/dns-daemons.js';
import { tunUnavailable } from '../tun/tun.js';
import { byHandTime } from './by-hand.js';
import { factsTime } from './facts.js';
import { logRate } from './log.js';
import { lookupTime } from './lookups.js';
import { type BenchRow, isInstalled, printRows } from './row.js';
import { silentAwsTime } from './silent-aws.js';
import { startTime } from './start.js';
import { sweepTime } from './sweep.js';
import { manyTargets } from './trace/many.js';
import { rttError } from './trace/rtt-error.js';
import { wallTime } from './trace/wall-time.js';
import { verdictTime } from './verdict.js';

/**
 * All benchmarks beside other tools, as one table: `npm run bench -- [--rounds N] [--base DIRECTORY] [PART…]`. Rounds alternate
 * between the tools. `--base` is another checkout, which is built, whose starts are measured, too. To measure another version
 * of Node, run build/bench/all.js with it.
 */
const { values, positionals: wanted } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, base: { type: 'string' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
/** Parts whose runs take long, or vary little. */
const few = Math.min(rounds, 3);

interface Part {
  measure: () => Promise<BenchRow[]>;
  /** Why it cannot be measured here. */
  missing: string | null;
}

const [lab, tun, daemons] = [await labUnavailable(), tunUnavailable(), await daemonsUnavailable()];
const base = values.base === undefined ? undefined : resolve(values.base);
const parts: Readonly<Record<string, Part>> = {
  start: { measure: () => startTime(rounds, base), missing: null },
  verdict: { measure: () => verdictTime(rounds), missing: lab },
  trace: { measure: () => wallTime(rounds), missing: tun },
  rtt: { measure: () => rttError(rounds), missing: tun },
  many: { measure: () => manyTargets(rounds), missing: tun },
  dns: { measure: () => lookupTime(few), missing: daemons === false ? null : daemons },
  tcp: { measure: () => sweepTime(few), missing: isInstalled('nmap') ? null : 'nmap is not installed' },
  log: { measure: logRate, missing: null },
  facts: { measure: async () => factsTime(rounds), missing: null },
  'silent-aws': { measure: () => silentAwsTime(few), missing: lab },
  'by-hand': { measure: () => byHandTime(few), missing: lab },
};

const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined || !(rounds >= 1)) {
  const parted = Object.keys(parts).join(', ');
  console.error(
    unknown === undefined
      ? `bench: --rounds ${values.rounds}: give a number`
      : `bench: no part ${unknown}: there are ${parted}`,
  );
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const [name, { measure, missing }] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (missing === null) rows.push(...(await measure()));
  else console.error(`bench: ${name} is left out: ${missing}`);
}
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} rounds`);
printRows(rows);
process.exit(0);
