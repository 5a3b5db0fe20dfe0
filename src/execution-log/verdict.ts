import { shellLine } from '../core/shell-line.js';
import { allOf, count } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { regionOption, serviceRemedies } from '../diagnose/remedies/gateway.js';
import { policyRemedies } from '../diagnose/remedies/policies.js';
import { unnamedPolicies } from '../diagnose/rules/policy-denial.js';
import type { Cause } from '../documents/causes.js';
import { type Denial, readDenial } from '../documents/gateway-answer.js';
import type { AbsenceReason, JudgedRequest, LogEvidence, LogVerdict } from '../documents/log.js';
import type { Alternative, Remedy } from '../documents/report.js';
import type { PrivateApi } from '../documents/target.js';
import type { LogSummary } from './summary.js';

/** The verdict on a log: its worst cause, by the last request that has it. `lines` is the number of lines read. */
export function judgeLog(summary: LogSummary, lines: number): LogVerdict {
  const [worst] = summary.causes();
  const example = worst === undefined ? null : summary.exampleOf(worst);
  if (worst === undefined || example === null) return nothingFound(lines);
  const share =
    worst.requests === summary.requests
      ? allOf(summary.requests, 'requests')
      : `${worst.requests} of ${count(summary.requests, 'request')}`;
  const all = summary.requests === 1 ? 'The only request' : share;
  return {
    class: worst.class,
    cause: worst.cause,
    confidence: example.confidence,
    summary: `${all}: ${example.summary}.`,
    evidence: example.evidence,
    remedies: remediesFor(worst.cause, example),
    alternatives: alternativesTo(worst.cause),
  };
}

/** The verdict on one request that was asked for. */
export function judgeOne(request: JudgedRequest): LogVerdict {
  const { class: verdictClass, cause, confidence, summary, evidence } = request;
  return {
    class: verdictClass,
    cause,
    confidence,
    summary: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    evidence,
    remedies: remediesFor(cause, request),
    alternatives: alternativesTo(cause),
  };
}

/** The verdict where the request that was asked for is not in the log. */
export function judgeAbsent(id: string, summary: LogSummary): LogVerdict {
  return inconclusive(
    `Request ${id} is not in this log, which has ${count(summary.requests, 'other request')}. This does not prove that it never reached API Gateway.`,
  );
}

function nothingFound(lines: number): LogVerdict {
  return inconclusive(
    lines === 0
      ? 'The log is empty.'
      : `No request of API Gateway is found in ${count(lines, 'line')}: they do not have the form of an execution log.`,
  );
}

function inconclusive(summary: string): LogVerdict {
  return {
    class: 'inconclusive',
    cause: 'none',
    confidence: 'low',
    summary,
    evidence: [],
    remedies: [],
    alternatives: [],
  };
}

/** The remedies of a cause, for the API that the lines name. */
function remediesFor(cause: Cause, { apiId, stage, evidence }: JudgedRequest): Remedy[] {
  const api: PrivateApi = {
    form: 'default',
    apiId,
    vpceId: null,
    region: /:execute-api:([a-z\d-]+):/.exec(evidence.map(({ text }) => text).join(' '))?.[1] ?? null,
    stage,
    partition: null,
    endpointName: null,
  };
  const call = { api, denial: denialIn(evidence), address: null };
  return asRemedies([...policyRemedies(cause, call), ...serviceRemedies(cause, api)]);
}

function denialIn(evidence: readonly LogEvidence[]): Denial | null {
  return evidence.map(({ text }) => readDenial(text)).find((denial) => denial !== null) ?? null;
}

function alternativesTo(cause: Cause): Alternative[] {
  return cause === 'policy.denied' ? unnamedPolicies : [];
}

/**
 * Why a request may be missing from a log, the likeliest reason first. API Gateway does not log every request that reaches it
 * (developer guide, "Monitor REST API execution"; knowledge centre, "missing CloudWatch logs").
 */
export function absenceReasons(summary: LogSummary): AbsenceReason[] {
  const [api] = summary.apis();
  const apiId = api?.apiId ?? 'API_ID';
  const stage = api?.stage ?? 'STAGE';
  const sawSuccess = summary.causes().some((each) => each.class === 'reachable');
  const span = summary.from === null || summary.to === null ? '' : ` (${summary.from} to ${summary.to})`;
  const level = shellLine([
    ...['aws', 'apigateway', 'get-stage', '--rest-api-id', apiId, '--stage-name', stage],
    ...['--query', 'methodSettings', ...regionOption(null)],
  ]);
  return [
    reason(
      'It never reached API Gateway: DNS, a security group, a route or a firewall stopped it',
      'did the client get an HTTP answer? If not, run pprobe diagnose URL on the client; an answer with x-amzn-requestid is from API Gateway',
    ),
    reason(
      `It is outside the time range of this log${span}, or was not delivered yet`,
      'compare the clocks, and read the log again after some minutes',
    ),
    reason(
      `It went to another API or stage${api === undefined ? '' : ` than ${apiId}, ${stage}`}`,
      'the group is API-Gateway-Execution-Logs_{api id}/{stage}; compare both with the URL that was called',
    ),
    reason(
      'No API matched it: a wrong Host, API id or stage (403 Forbidden), a public API called through a VPC endpoint',
      'run pprobe diagnose URL on the client: it sends several variants of the request and tells these cases apart',
    ),
    reason(
      'Its path or method does not exist: such requests (403 Missing Authentication Token) are never in execution logs',
      'compare path and method with the deployed resources',
    ),
    sawSuccess
      ? reason('Logging is off for its method', 'look at the settings of that method', level)
      : reason(
          'Logging is off, or at level ERROR, where a request that succeeds leaves no line',
          'loggingLevel must be INFO',
          level,
        ),
    ...(summary.requests > 0
      ? []
      : [
          reason(
            'API Gateway has no IAM role to write logs in this Region',
            'cloudwatchRoleArn must be set',
            'aws apigateway get-account',
          ),
        ]),
    reason(
      'It was answered but not logged: status 413 or 431, some of many 429, or an error inside API Gateway',
      'what status did the client get?',
    ),
  ];
}

function reason(text: string, check: string, shell: string | null = null): AbsenceReason {
  return { text, check, command: shell };
}
