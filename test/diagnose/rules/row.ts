import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import type { Cause } from '../../../src/documents/causes.js';
import type { Confidence, Evidence, VerdictClass } from '../../../src/documents/report.js';

/** Evidence, and the verdict that it must get. */
export interface Row {
  name: string;
  given: Evidence;
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  /** Parts of the summary. */
  summary?: (string | RegExp)[];
  /** Parts of the texts of the evidence. */
  evidence?: (string | RegExp)[];
  /** Parts of the remedies: of a text, a command or a snippet. */
  remedy?: (string | RegExp)[];
  /** Causes among the alternatives. */
  alternatives?: Cause[];
  /** Causes that are not among the alternatives. */
  excluded?: Cause[];
}

/** One test for each row. */
export function runRows(rows: readonly Row[]): void {
  for (const row of rows) {
    test(`${row.class}: ${row.name}`, (t) => {
      const verdict = classify(row.given);
      t.equal(verdict.cause, row.cause, verdict.summary);
      t.equal(verdict.class, row.class);
      t.equal(verdict.confidence, row.confidence);
      for (const words of row.summary ?? [])
        t.ok(has(verdict.summary, words), `${verdict.summary} has ${words}`);
      for (const words of row.evidence ?? [])
        t.ok(
          verdict.evidence.some(({ text }) => has(text, words)),
          `the evidence has ${words}`,
        );
      const remedies = verdict.remedies.flatMap(({ text, command, snippet }) => [
        text,
        command ?? '',
        snippet ?? '',
      ]);
      for (const words of row.remedy ?? [])
        t.ok(
          remedies.some((each) => has(each, words)),
          `a remedy has ${words}: ${remedies.join('\n')}`,
        );
      const others = verdict.alternatives.map(({ cause }) => cause);
      for (const cause of row.alternatives ?? []) t.ok(others.includes(cause), `${cause} among ${others}`);
      for (const cause of row.excluded ?? []) t.notOk(others.includes(cause), `${cause} not among ${others}`);
      t.notOk(
        others.includes(verdict.cause) && verdict.cause !== 'none',
        'the verdict is not its own alternative',
      );
      if (verdict.class !== 'inconclusive') t.ok(verdict.evidence.length > 0, 'rests on evidence');
      for (const { observation } of verdict.evidence)
        t.ok(exists(row.given, observation), `${observation} was observed`);
      for (const { text, check } of verdict.alternatives)
        t.ok(text && check, 'every alternative says what it is and what would decide');
      t.notMatch(JSON.stringify(verdict), /undefined|\bnull\b|NaN/, 'no hole in the text');
      t.end();
    });
  }
}

function has(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text);
}

/** `tcp[0]`, `control[1]`, `skipped[0]`, `origin`: whether there is such a thing in the evidence. */
export function exists({ target, observations, skipped }: Evidence, ref: string): boolean {
  const [, kind = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(ref) ?? [];
  const known = new Map<string, unknown>(Object.entries({ ...observations, target, skipped }));
  const found = known.get(kind);
  return index === undefined
    ? found !== undefined
    : Array.isArray(found) && found[Number(index)] !== undefined;
}
