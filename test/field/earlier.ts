import { readFileSync, writeFileSync } from 'node:fs';
import type { Case } from './case.js';
import { gistOf, verdictOf, wrong } from './judge.js';
import { playAll } from './players.js';
import { earlierPath, type Outcome } from './table.js';

/**
 * Records in earlier.json what another version prints: `node --import=tsx test/field/earlier.ts PROGRAM [CASE…]`. The judgement
 * is today's, so causes that the version does not have count as wrong.
 */
const [program, ...only] = process.argv.slice(2);
if (program === undefined) throw new Error('give the path of the program to play the cases to: pprobe.js');

const recorded: Record<string, Outcome> = JSON.parse(readFileSync(earlierPath, 'utf8'));
const kinds = await playAll(program, ({ id }: Case) => only.length === 0 || only.includes(id));
for (const { cases, played } of kinds) {
  for (const one of await played) {
    const given = cases.find(({ id }) => id === one.id);
    if (given === undefined) continue;
    recorded[one.id] = {
      printed: gistOf(one),
      confidence: verdictOf(one)?.confidence ?? null,
      right: wrong(given, one).length === 0,
    };
  }
}
const sorted = Object.entries(recorded).sort(([one], [other]) =>
  one.localeCompare(other, 'en', { numeric: true }),
);
writeFileSync(earlierPath, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
