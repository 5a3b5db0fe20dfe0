import { test } from 'tap';
import { classify, findingsOf } from '../../../src/diagnose/classify.js';
import { RULES } from '../../../src/diagnose/rules/index.js';
import { validateDocument } from '../../schema/validate.js';
import { evidence } from '../evidence.js';
import { inconclusiveRows } from '../inconclusive.rows.js';
import { contrastRows } from './contrast.rows.js';
import { dnsMismatchRows } from './dns-mismatch.rows.js';
import { dnsPublicRows } from './dns-public.rows.js';
import { dnsStatusRows } from './dns-status.rows.js';
import { dnsViewRows } from './dns-views.rows.js';
import { localRows } from './local.rows.js';
import { notMatchedRows } from './not-matched.rows.js';
import { policyDenialRows } from './policy-denial.rows.js';
import { policyPathRows } from './policy-path.rows.js';
import { reachableRows } from './reachable.rows.js';
import { refusedRows } from './refused.rows.js';
import { type Row, runRows } from './row.js';
import { serviceRows } from './service.rows.js';
import { vpceUrl } from './situations.js';
import { timeoutRows } from './timeout.rows.js';
import { tlsRows } from './tls.rows.js';
import { unreachableRows } from './unreachable.rows.js';
import { urlRows } from './url.rows.js';

const rows: Row[] = [
  ...contrastRows,
  ...dnsMismatchRows,
  ...dnsPublicRows,
  ...dnsStatusRows,
  ...dnsViewRows,
  ...inconclusiveRows,
  ...localRows,
  ...notMatchedRows,
  ...policyDenialRows,
  ...policyPathRows,
  ...reachableRows,
  ...refusedRows,
  ...serviceRows,
  ...timeoutRows,
  ...tlsRows,
  ...unreachableRows,
  ...urlRows,
];

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

test('every rule is reached by a row', (t) => {
  const reached = new Set(rows.flatMap(({ given }) => findingsOf(given).map(({ cause }) => cause)));
  for (const { cause } of RULES) t.ok(reached.has(cause), cause);
  t.end();
});

test('no rule fires without evidence', (t) => {
  for (const target of ['https://example.com/', 'db.internal:5432', vpceUrl]) {
    const given = evidence({ target });
    for (const rule of RULES) t.equal(rule.judge(given), null, `${rule.cause} on ${target}`);
  }
  t.end();
});
