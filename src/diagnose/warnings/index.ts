import type { Cause } from '../../documents/causes.js';
import type { Evidence, Warning } from '../../documents/report.js';
import { asRemedies } from '../remedies/advice.js';
import { configurationWarnings } from './configuration.js';
import { connectionWarnings } from './connections.js';
import { nameServiceWarnings } from './name-service.js';
import { nameWarnings } from './names.js';
import { systemWarnings } from './system.js';
import type { WarningRule } from './warning.js';

/** All warning rules, in the order of a request: the name, the proxy, the connection, the certificate. */
export const WARNING_RULES: readonly WarningRule[] = [
  ...nameWarnings,
  ...systemWarnings,
  ...nameServiceWarnings,
  ...connectionWarnings,
  ...configurationWarnings,
];

/** The warnings about evidence, beside a verdict with this cause. */
export function warningsOf(evidence: Evidence, cause: Cause): Warning[] {
  return WARNING_RULES.flatMap(({ id, saidBy, judge }) => {
    const caution = saidBy.includes(cause) ? null : judge(evidence);
    if (caution === null) return [];
    const { text, evidence: items, remedies } = caution;
    return [{ id, text, evidence: items, remedies: asRemedies(remedies) }];
  });
}
