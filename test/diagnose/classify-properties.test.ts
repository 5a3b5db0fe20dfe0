import fc from 'fast-check';
import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { verdictText } from '../../src/report/text/verdict.js';
import { reportOf } from '../report/report-of.js';
import { runs } from '../runs.js';
import { anyEvidence } from './any-evidence.js';
import { exists } from './rules/row.js';

const CAUSE = /^(?:none|(?:dns|url|tcp|route|policy|tls|api|backend|http|local)\.[a-z-]+)$/;

test('any evidence has a complete verdict, the same one each time, and is not changed', (t) => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      const before = JSON.stringify(given);
      const verdict = classify(given);
      t.match(verdict.cause, CAUSE);
      t.equal(verdict.cause === 'none', verdict.class === 'reachable' || verdict.class === 'inconclusive');
      t.not(verdict.summary, '');
      for (const { observation } of verdict.evidence) t.ok(exists(given, observation), observation);
      t.same(classify(given), verdict);
      t.equal(JSON.stringify(given), before);
    }),
    { numRuns: runs(400) },
  );
  t.end();
});

test('text from the network contains no control characters on the terminal', (t) => {
  fc.assert(
    fc.property(anyEvidence, fc.integer({ min: 1, max: 200 }), fc.boolean(), (given, columns, verbose) => {
      const text = verdictText(reportOf(given), { color: false, columns }, verbose);
      t.notMatch(text, /[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      t.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
    }),
    { numRuns: runs(200) },
  );
  t.end();
});
