import { CAUSES, type Cause } from '../../documents/causes.js';
import { denialOf } from '../../documents/gateway-answer.js';
import { judgedAnswers } from '../../documents/observed/http.js';
import type { Evidence } from '../../documents/report.js';
import type { Finding } from '../finding.js';
import { serviceRemedies } from '../remedies/gateway.js';
import { withKnownApi } from '../remedies/known-api.js';
import { policyRemedies } from '../remedies/policies.js';

/**
 * A finding about an answer of API Gateway with what the execution log says of that very request. The log names the cause where
 * the answer does not: an answer that names it is kept, and the log is evidence.
 */
export function asLogged(evidence: Evidence, found: Finding): Finding {
  const logged = evidence.observations.configuration?.executionLog;
  if (logged === undefined || (found.class !== 'service' && found.class !== 'policy')) return found;
  const answer = judgedAnswers(evidence).find(({ doc }) => doc.requestId === logged.requestId);
  const { cause, confidence, summary, requestId } = logged;
  if (answer === undefined || !isCause(cause) || cause === 'none') return found;
  const item = {
    observation: 'configuration',
    text: `the execution log has request ${requestId}: ${summary.replace(/\.$/, '')}`,
  };
  const kind = CAUSES[cause].class;
  const isSame = cause === found.cause;
  if (isSame || found.confidence === 'certain' || (kind !== 'service' && kind !== 'policy'))
    return { ...found, evidence: [...found.evidence, item] };
  const api = withKnownApi(evidence).privateApi;
  const call = { api, denial: denialOf(answer.doc), address: answer.doc.address };
  return {
    ...found,
    cause,
    class: kind,
    confidence,
    summary,
    evidence: [...found.evidence, item],
    remedies: [...policyRemedies(cause, call), ...serviceRemedies(cause, api)],
    alternatives: found.alternatives.filter((each) => each.cause !== cause),
  };
}

function isCause(text: string): text is Cause {
  return Object.hasOwn(CAUSES, text);
}
