import type { Gate } from '../../documents/facts.js';
import type { Evidence } from '../../documents/report.js';
import type { Finding } from '../finding.js';

/** A finding about an answer of API Gateway, with what the configuration of the API and of the endpoint's policy says of it. */
export function requestFinding(
  _evidence: Evidence,
  _gates: readonly Gate[],
  _found: Finding,
): Finding | null {
  return null;
}
