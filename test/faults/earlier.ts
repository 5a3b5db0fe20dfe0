import { readFileSync, writeFileSync } from 'node:fs';
import { kindProblems } from './documents.js';
import { faults } from './faults.js';
import { gistOf, play, wrongWith } from './play.js';
import { earlierPath, type Outcome } from './table.js';

/** Records in earlier.json what another version prints: `node --import=tsx test/faults/earlier.ts PROGRAM [FAULT…]`. */
const [program, ...only] = process.argv.slice(2);
if (program === undefined) throw new Error('give the path of the program to play the faults to: pprobe.js');

/** As long as somebody in front of it would wait. */
const longestMs = 20_000;

const recorded: Record<string, Outcome> = JSON.parse(readFileSync(earlierPath, 'utf8'));
for (const fault of faults) {
  if (only.length > 0 && !only.includes(fault.id)) continue;
  await fault.prepare?.();
  const ended = await play(fault, program, longestMs);
  recorded[fault.id] = {
    printed: gistOf(ended),
    right: wrongWith(fault, ended, kindProblems).length === 0,
    durationMs: Math.round(ended.durationMs),
  };
  console.log(fault.id, recorded[fault.id]);
}
const known = Object.entries(recorded).filter(([id]) => faults.some((fault) => fault.id === id));
writeFileSync(
  earlierPath,
  `${JSON.stringify(Object.fromEntries(known.sort(([one], [other]) => (one < other ? -1 : 1))), null, 2)}\n`,
);
