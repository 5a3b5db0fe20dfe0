import { duration } from '../core/text.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type { JudgedRequest, LogFault, RequestFacts } from '../documents/log.js';
import type { Confidence, VerdictClass } from '../documents/report.js';

interface Judged {
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: string;
}

/** What happened to a request, by what its lines say. Pure. */
export function judgeRequest(facts: RequestFacts): JudgedRequest {
  const { id, line, extendedId, apiId, stage, method, path, status, fromMs, toMs, backendMs, evidence } =
    facts;
  return {
    id,
    line,
    extendedId,
    apiId,
    stage,
    method,
    path,
    status,
    startedAt: fromMs === null ? null : new Date(fromMs).toISOString(),
    durationMs: fromMs === null || toMs === null ? null : toMs - fromMs,
    backendMs,
    complete: facts.began && status !== null,
    ...judge(facts),
    evidence,
  };
}

/** API Gateway's own sentences first, whatever the status: the owner of an API can rewrite that. */
function judge(facts: RequestFacts): Judged {
  const policy = facts.faults.find(({ denial }) => denial !== null);
  const fault = policy ?? facts.faults[0];
  if (fault !== undefined) return byFault(facts, fault);
  if (facts.status === null) return unfinished(facts);
  return byStatus(facts, facts.status);
}

function byFault(facts: RequestFacts, fault: LogFault): Judged {
  return blamed(fault.cause, fault.confidence, `${faultWords(fault)}${answered(facts)}`);
}

function faultWords({ cause, denial, detail }: LogFault): string {
  if (denial !== null) {
    const who = denial.who === null || denial.who === 'anonymous' ? 'the anonymous caller' : denial.who;
    const whose = denial.policy === null ? 'a policy' : `the ${denial.policy}`;
    return denial.explicit ? `a Deny in ${whose} matches ${who}` : `${whose} does not allow ${who}`;
  }
  return detail ?? CAUSES[cause].words;
}

function byStatus(facts: RequestFacts, status: number): Judged {
  const { backendStatus, sentTo, backendMs } = facts;
  const took = backendMs === null ? '' : ` after ${duration(backendMs)}`;
  if (status < 400) {
    const summary = `answered with ${status}${sentTo === null ? '' : `, by ${sentTo}${took}`}`;
    return { class: 'reachable', cause: 'none', confidence: 'certain', summary };
  }
  if (backendStatus !== null && backendStatus >= 400) {
    const cause = backendStatus >= 500 ? 'backend.error' : 'http.error';
    return blamed(
      cause,
      'certain',
      `the backend itself answered ${backendStatus}${took}, the caller was told ${status}`,
    );
  }
  if (status >= 500) {
    const cause = status === 504 ? 'backend.timeout' : 'backend.error';
    return blamed(cause, 'medium', `ended with ${status}, and the log does not say why`);
  }
  // Without the sentence before it, the status is all there is.
  const causes: Partial<Record<number, Cause>> = { 401: 'api.authentication', 429: 'api.throttled' };
  const cause = causes[status];
  if (cause !== undefined) return blamed(cause, 'high', `${CAUSES[cause].words}${answered(facts)}`);
  if (status === 403 && sentTo === null) {
    return blamed(
      'policy.denied',
      'low',
      'refused before the backend was asked, and the log does not say by what',
    );
  }
  return blamed(
    'http.error',
    'medium',
    `ended with ${status}${sentTo === null ? '' : ` after ${sentTo} was asked`}`,
  );
}

/** Where a log ends in the middle of a request, or begins there. */
function unfinished(facts: RequestFacts): Judged {
  const { sentTo, backendStatus } = facts;
  const waiting = sentTo !== null && backendStatus === null;
  const summary = waiting
    ? `the log ends while ${sentTo} was being asked`
    : 'the log does not tell how it ended';
  return { class: 'inconclusive', cause: 'none', confidence: 'low', summary };
}

function answered({ status }: RequestFacts): string {
  return status === null ? '' : `; the caller was told ${status}`;
}

function blamed(cause: Cause, confidence: Confidence, summary: string): Judged {
  return { class: CAUSES[cause].class, cause, confidence, summary };
}
