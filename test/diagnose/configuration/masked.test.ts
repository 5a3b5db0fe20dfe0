import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import { withGates } from '../../../src/diagnose/configuration/gates.js';
import { redacted } from '../../../src/report/redact/redact.js';
import { reportOf } from '../../report/report-of.js';
import { configurationRows } from '../rules/configuration.rows.js';
import { configuredFirewallRows } from '../rules/configured-firewall.rows.js';
import { configuredLimitRows } from '../rules/configured-limits.rows.js';
import { configuredNameRows } from '../rules/configured-name.rows.js';
import { configuredRequestRows } from '../rules/configured-request.rows.js';
import { configuredRouteRows } from '../rules/configured-routes.rows.js';
import { configuredScenarioRows } from '../rules/configured-scenarios.rows.js';

test('a masked report has no id, account or block of its configuration, and the same verdict', (t) => {
  for (const row of [
    ...configurationRows,
    ...configuredRequestRows,
    ...configuredRouteRows,
    ...configuredScenarioRows,
    ...configuredFirewallRows,
    ...configuredLimitRows,
    ...configuredNameRows,
  ]) {
    const { name } = row;
    const report = reportOf(JSON.parse(JSON.stringify(row.given).replace(shortId, asInAws)));
    const masked = redacted(report);
    const again = classify(withGates(masked));
    const said = ({ class: kind, cause, confidence }: typeof again) => [kind, cause, confidence];
    t.same(said(again), said(report.verdict), name);
    t.same(said(masked.verdict), said(report.verdict), name);
    t.notMatch(JSON.stringify(masked), /-[0-9a-f]{2,3}a{14}|12345678(?:9012|4690)|10\.0\.9\.0\/24/, name);
  }
  t.end();
});

/** The rows have ids of three digits; AWS has seventeen. */
const shortId =
  /\b(sg|sgr|acl|rtb|vpc|eni|subnet|dopt|nat|tgw|pcx|tgw-attach|rslvr-frg|rslvr-fdl)-([0-9a-f]{2,3})\b/g;

function asInAws(_: string, kind: string, id: string): string {
  return `${kind}-${id}${'a'.repeat(17 - id.length)}`;
}
