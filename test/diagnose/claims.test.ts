import { test } from 'tap';
import { CLAIM_NAMES, type Claim, refutationOf } from '../../src/diagnose/claims.js';
import { classify } from '../../src/diagnose/classify.js';
import { RULES } from '../../src/diagnose/rules/index.js';
import { CAUSES } from '../../src/documents/causes.js';
import { remembering } from '../../src/documents/observed/memo.js';
import { withoutUnsendable } from '../../src/documents/observed/tcp.js';
import type { Evidence } from '../../src/documents/report.js';
import { widthOf, wrap } from '../../src/report/text/wrap.js';
import { CLASSES } from '../../src/report/verdict.js';
import { randomEvidence } from './random-evidence.js';
import { rows } from './rules/all.rows.js';

/** Reports of every kind: those of the tables, and some by chance. */
const REPORTS: readonly Evidence[] = [
  ...rows.map(({ given }) => given),
  ...Array.from({ length: 4000 }, (_, seed) => randomEvidence(seed)),
].map((given) => remembering(withoutUnsendable(given)));

const found = REPORTS.flatMap((evidence, index) => {
  return RULES.flatMap((rule) => {
    const finding = rule.judge(evidence);
    return finding === null ? [] : [{ rule, finding, isRandom: index >= rows.length }];
  });
});

test('every finding of every rule makes a claim', (t) => {
  const silent = new Set(found.filter(({ finding }) => !finding.claims?.length).map(({ rule }) => rule.id));
  t.same([...silent], []);
  const seen = new Set(found.map(({ rule }) => rule.id));
  t.same(
    RULES.filter(({ id }) => !seen.has(id)).map(({ id }) => id),
    [],
    'every rule fires on some report',
  );
  t.end();
});

/** Claims that nothing in a report refutes, and why. */
const IRREFUTABLE: ReadonlyMap<Claim['says'], string> = new Map([
  ['sometimes-answers', 'it is made of an answer and of a silence, which do not refute each other'],
]);

test('every claim is made by some finding, and refuted by some report', (t) => {
  const made = new Map<string, Map<string, Claim>>();
  for (const { finding } of found) {
    for (const claim of finding.claims ?? []) {
      const alike = made.get(claim.says) ?? new Map();
      made.set(claim.says, alike.set(JSON.stringify(claim), claim));
    }
  }
  // A rule that looks at the refutation itself does not fire beside it, so each claim meets the reports of the others.
  const refuted = new Set<string>();
  for (const [says, claims] of made) {
    for (const claim of [...claims.values()].slice(0, 8))
      if (REPORTS.some((given) => refutationOf(given, claim) !== null)) refuted.add(says);
  }
  t.same(
    CLAIM_NAMES.filter((says) => !made.has(says)),
    [],
    'made',
  );
  t.same(
    CLAIM_NAMES.filter((says) => !refuted.has(says) && !IRREFUTABLE.has(says)),
    [],
    'refuted',
  );
  t.end();
});

/** Causes that no rule has: a gate of a configuration names them, beside a finding of the packets whose claims stay. */
const ofGates = new Set<string>(
  Object.keys(CAUSES).filter((cause) => !RULES.some((rule) => rule.cause === cause)),
);

test('reports by chance reach every cause that a rule has', (t) => {
  const reached = new Set<string>(found.filter(({ isRandom }) => isRandom).map(({ rule }) => rule.cause));
  t.same(
    Object.keys(CAUSES).filter((cause) => !reached.has(cause) && !ofGates.has(cause)),
    [],
  );
  t.end();
});

const ADDRESS = String.raw`(?:\d+\.){3}\d+|[\da-f]*:[\da-f:]*:[\da-f]*`;
const ADDRESSES = new RegExp(`(?:${ADDRESS})(?:,| and) (?:${ADDRESS})`);

test('a headline is one short sentence without a list of addresses', (t) => {
  // What a gate of the configuration makes of a finding has a headline of its own.
  const all = [...found.map(({ finding }) => finding), ...rows.map(({ given }) => classify(given))];
  const headlines = new Map(all.map((each) => [each.summary, CLASSES[each.class].words]));
  const long: string[] = [];
  for (const [summary, words] of headlines) {
    // As the text form has it, behind the words of the class.
    const lines = wrap(summary, 80 - words.length - 2, 0).split('\n');
    if (lines.length > 2 || lines.some((line) => widthOf(line) > 80))
      t.fail(`${lines.length} lines: ${summary}`);
    if (ADDRESSES.test(summary)) t.fail(`a list: ${summary}`);
    if (/[.!?] [A-Z]|\n/.test(summary) || !/^\S.*\.$/.test(summary)) t.fail(`no sentence: ${summary}`);
    if (summary.length > 100) long.push(summary);
  }
  t.ok(long.length < headlines.size / 10, `${long.length} of ${headlines.size} are longer than 100 columns`);
  t.end();
});
