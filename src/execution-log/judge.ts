import { duration } from '../core/text.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type { JudgedRequest } from '../documents/log.js';
import type { Confidence, VerdictClass } from '../documents/report.js';
import type { LogFault, RequestFacts } from './request-facts.js';

interface Judged {
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: string;
}

/** Judges a request by the facts that its lines state. */
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

/** API Gateway's own sentences decide before the status, which the owner of an API can change. */
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
    return denial.explicit
      ? `a Deny in ${whose} matches ${who}`
      : `${whose} does not allow ${who} to call the API`;
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
      `the backend itself answered with ${backendStatus}${took}; the caller got ${status}`,
    );
  }
  if (status >= 500) {
    const cause = status === 504 ? 'backend.timeout' : 'backend.error';
    return blamed(cause, 'medium', `it ended with ${status}; the log does not show why`);
  }
  // Without a sentence that says why, only the status is known.
  const causes: Partial<Record<number, Cause>> = { 401: 'api.authentication', 429: 'api.throttled' };
  const cause = causes[status];
  if (cause !== undefined) return blamed(cause, 'high', `${CAUSES[cause].words}${answered(facts)}`);
  if (status === 403 && sentTo === null) {
    return blamed(
      'policy.denied',
      'low',
      'it was refused before the backend was called; the log does not show by what',
    );
  }
  return blamed(
    'http.error',
    'medium',
    `it ended with ${status}${sentTo === null ? '' : ` after a call to ${sentTo}`}`,
  );
}

/** A request whose last line is not in the log. */
function unfinished(facts: RequestFacts): Judged {
  const { sentTo, backendStatus } = facts;
  const waiting = sentTo !== null && backendStatus === null;
  const summary = waiting
    ? `the log ends during the call to ${sentTo}`
    : 'the log does not show how it ended';
  return { class: 'inconclusive', cause: 'none', confidence: 'low', summary };
}

function answered({ status }: RequestFacts): string {
  return status === null ? '' : `; the caller got ${status}`;
}

function blamed(cause: Cause, confidence: Confidence, summary: string): Judged {
  return { class: CAUSES[cause].class, cause, confidence, summary };
}
