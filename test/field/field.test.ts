import { type Test, test } from 'tap';
import { bin } from '../cli/pprobe.js';
import type { Case } from './case.js';
import { gistOf, type Played, textOf, verdictOf, wrong } from './judge.js';
import { playAll } from './players.js';
import { earlier, type Row, tallyOf, writePage } from './table.js';

/**
 * Situations that people met in the field, with real commands. FIELD_CASES limits them to identifiers, FIELD_PROGRAM is another
 * program to run. Where all were played, `build/field-cases.md` shows what was printed.
 */
const only = process.env.FIELD_CASES?.split(',');
const kinds = await playAll(
  process.env.FIELD_PROGRAM ?? bin,
  ({ id }) => only === undefined || only.includes(id),
);
await Promise.allSettled(kinds.map(({ played }) => played));
const rows: Row[] = [];

for (const { title, cases, unavailable, played } of kinds) {
  test(`cases of the field: ${title}`, { skip: unavailable ?? false }, async (t) => {
    const all = await played;
    for (const each of cases) judge(t, each, all);
  });
}

test('verdicts are as reliable as they say', async (t) => {
  if (only === undefined) writePage(rows);
  const { certain, high } = tallyOf(rows);
  t.equal(certain.right, certain.total, 'every certain verdict is right');
  t.ok(high.right >= 0.95 * high.total, `${high.right} of ${high.total} high ones are right`);
});

function judge(t: Test, each: Case, all: readonly Played[]): void {
  const played = all.find(({ id }) => id === each.id);
  if (played === undefined) throw new Error(`${each.id} was not played`);
  const name = `${each.id}: ${each.situation}`;
  const found = wrong(each, played);
  rows.push({
    ...each,
    before: earlier[each.id] ?? null,
    now: {
      printed: gistOf(played),
      confidence: verdictOf(played)?.confidence ?? null,
      right: found.length === 0,
    },
    test: `test/field/field.test.ts, ${name}`,
  });
  const said = played.steps.map(({ printed }) => textOf(printed)).join('\n');
  t.same(found, [], `${name}, in ${Math.round(played.durationMs)} ms`, { said });
}
