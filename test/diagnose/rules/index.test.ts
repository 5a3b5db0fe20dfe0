import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { RULES } from '../../../src/diagnose/rules/index.js';
import { CAUSES } from '../../../src/documents/causes.js';
import { validateDocument } from '../../documents/validate.js';
import { evidence } from '../evidence.js';
import { rows } from './all.rows.js';
import { runRows } from './row.js';
import { vpceUrl } from './situations.js';

runRows(rows);

test('every verdict satisfies the published schema', (t) => {
  const tool = { name: 'pprobe', version: '0.1.0' } as const;
  const header = {
    kind: 'report',
    version: 1,
    tool,
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 1,
  } as const;
  for (const { name, given } of rows)
    t.same(validateDocument({ ...header, ...given, verdict: classify(given) }), [], name);
  t.end();
});

test('every rule is reached by a row, and every cause of the contract is the verdict of one', (t) => {
  for (const { id, judge } of RULES)
    t.ok(
      rows.some(({ given }) => judge(given) !== null),
      id,
    );
  const verdicts = new Set<string>(rows.map(({ given }) => classify(given).cause));
  for (const cause of Object.keys(CAUSES)) t.ok(verdicts.has(cause), cause);
  t.end();
});

test('no rule fires without evidence', (t) => {
  for (const target of ['https://example.com/', 'db.internal:5432', vpceUrl]) {
    const given = evidence({ target });
    for (const rule of RULES) t.equal(rule.judge(given), null, `${rule.id} on ${target}`);
  }
  t.end();
});
