import { shellLine } from '../../core/shell-line.js';
import { duration, excerpt } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import { exceptionOf, fromGateway } from '../../documents/gateway-answer.js';
import type { HttpDocument, HttpFailure } from '../../documents/http.js';
import { type Answer, judgedAnswers } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence } from '../../documents/report.js';
import type { PrivateApi, Target } from '../../documents/target.js';
import { pathOf } from '../../target/parse-target.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { readExecutionLog, serviceRemedies } from '../remedies/gateway.js';
import { pingUnfragmented } from '../remedies/tls.js';

interface Words {
  confidence: Confidence;
  summary: string;
  /** Beside those of the book for the cause. */
  more?: Advice[];
  /** In place of those of the book. */
  remedies?: Advice[];
  alternatives?: Alternative[];
}

/** The request arrived and was answered: the network works. Each rule describes one cause of `causeOf`. */
function serviceRule(cause: Cause, words: (doc: HttpDocument, target: Target) => Words): Rule {
  return rule(
    cause,
    { needs: ['http'], docs: DOCS_OF[cause] ?? DOCS.gatewayResponses },
    (evidence: Evidence): Judgement | null => {
      const answer = judgedAnswers(evidence).find((each) => each.cause === cause);
      if (answer === undefined) return null;
      const { more = [], ...judgement } = words(answer.doc, evidence.target);
      return {
        phase: 'http',
        evidence: evidenceOf(answer),
        remedies: [...serviceRemedies(cause, evidence.target.privateApi), ...more],
        check: 'send the request again with what is missing',
        ...judgement,
      };
    },
  );
}

const DOCS_OF: Readonly<Partial<Record<Cause, string>>> = {
  'api.path-unknown': DOCS.forbidden,
  'api.key': DOCS.forbidden,
  'api.waf': DOCS.forbidden,
  'api.throttled': DOCS.throttling,
  'backend.timeout': DOCS.executionLogs,
  'backend.network': DOCS.executionLogs,
  'backend.error': DOCS.executionLogs,
};

function evidenceOf({ ref, doc }: Answer) {
  const id =
    doc.requestId === null
      ? []
      : [{ observation: ref, text: `request id ${doc.requestId}: look it up in the logs` }];
  return [{ observation: ref, text: said(doc) }, ...id];
}

function said(doc: HttpDocument): string {
  if (doc.status === null)
    return `the request got no answer: ${doc.failure ?? 'unknown failure'} after ${duration(doc.durationMs)}`;
  const by = fromGateway(doc) ? 'API Gateway' : (doc.server ?? doc.address);
  const kind = doc.errorType === null ? '' : `, ${doc.errorType}`;
  return `${excerpt(by, 60)} answered HTTP ${doc.status}${kind}${doc.message === null ? '' : `: ${excerpt(doc.message)}`}`;
}

/** The exception header comes from API Gateway itself; status and text alone are one step weaker. */
function byException(doc: HttpDocument): Confidence {
  return exceptionOf(doc) === null ? 'high' : 'certain';
}

/** The path as the API sees it, without the stage. */
function resource(target: Target): string {
  const path = pathOf(target);
  const stage = target.privateApi?.stage ?? null;
  return stage === null ? path : path.slice(stage.length + 1) || '/';
}

function named(api: PrivateApi | null): string {
  return api === null || api.apiId === null ? 'The API' : `API ${api.apiId}`;
}

const unsigned = possible(
  'api.authentication',
  'if the method is authorized by IAM, sign the request: curl --aws-sigv4 aws:amz:REGION:execute-api',
);

export const serviceRules: readonly Rule[] = [
  serviceRule('api.path-unknown', (doc, target) => ({
    // An unsigned request for a method with IAM authorization gets the same answer.
    confidence: 'medium',
    summary: `${named(target.privateApi)} has no GET ${resource(target)}${target.privateApi?.stage ? ` in stage ${target.privateApi.stage}` : ''}, or requires a signed request.`,
    more: [{ text: `The network needs no change: TCP, TLS and API Gateway at ${doc.address} answered` }],
    alternatives: [unsigned],
  })),
  serviceRule('api.key', (doc, { privateApi }) => ({
    confidence: 'medium',
    summary: `${named(privateApi)} requires an API key, which this request did not carry.`,
    alternatives: doc.status === 403 ? [possible('api.not-matched', 'check API id, Region and stage')] : [],
  })),
  serviceRule('api.waf', (_doc, { privateApi }) => ({
    confidence: 'medium',
    summary: `AWS WAF blocks the request to ${privateApi?.apiId ?? 'the API'}.`,
    alternatives: [possible('api.not-matched', 'check API id, Region and stage')],
  })),
  serviceRule('api.authentication', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} answers, and requires credentials that this request did not carry or that do not match.`,
    more: [{ text: 'The network needs no change: pprobe sends no credentials, and the API answered' }],
  })),
  serviceRule('api.throttled', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} answers, and rejects the request: ${exceptionOf(doc) === 'LimitExceededException' ? 'the quota of the usage plan is used up' : 'too many requests'}.`,
  })),
  serviceRule('backend.timeout', (doc, target) => ({
    confidence: doc.status === null ? 'low' : byException(doc),
    summary:
      doc.status === null
        ? `${doc.address} took the request and did not answer within ${duration(doc.durationMs)}.`
        : `${named(target.privateApi)} answers, but its backend did not answer in time.`,
    more: readExecutionLog(doc.requestId, target.privateApi),
    alternatives:
      doc.status === null
        ? [
            possible(
              'http.error',
              `wait longer for the answer: ${shellLine(pprobeAgain(target, { command: 'diagnose', options: ['--timeout', '30s'] }))}`,
              'low',
              'the backend is slow, but works',
            ),
          ]
        : [],
  })),
  serviceRule('backend.network', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} answers, but API Gateway cannot reach the backend.`,
    more: readExecutionLog(doc.requestId, privateApi),
  })),
  serviceRule('backend.error', (doc, { privateApi }) => ({
    confidence: exceptionOf(doc) === null ? 'medium' : 'high',
    summary: `${named(privateApi)} answers, but its backend or integration fails with ${doc.status ?? 'an error'}.`,
    more: readExecutionLog(doc.requestId, privateApi),
  })),
  serviceRule('http.error', (doc, { host, privateApi }) => ({
    confidence: doc.failure === null ? 'high' : 'medium',
    summary: errorSummary(doc, host),
    remedies: errorRemedies(doc),
    alternatives:
      privateApi !== null && !fromGateway(doc)
        ? [
            possible(
              'policy.proxy',
              'the answer lacks the headers of API Gateway: check env | grep -i proxy, and what listens on this address',
              'medium',
            ),
          ]
        : [],
  })),
];

const FAILED: Readonly<Record<HttpFailure, string>> = {
  timeout: 'stopped in the middle of its answer',
  closed: 'closed the connection before the end of its answer',
  reset: 'reset the connection before the end of its answer',
  malformed: 'answered with something that is not HTTP',
  tls: 'ended the TLS session, as a server does that requires a client certificate',
  canceled: 'was interrupted before the end of its answer',
  error: 'did not complete its answer',
};

function errorSummary({ address, status, failure }: HttpDocument, host: string): string {
  if (failure === null) return `${host} answers with the error status HTTP ${status ?? ''}.`;
  return `${address} took the request for ${host} and ${FAILED[failure]}${status === null ? '' : ` (HTTP ${status})`}.`;
}

function errorRemedies({ address, status, failure }: HttpDocument): Advice[] {
  const logs = { text: `Look for the request in the logs of the server at ${address}` };
  if (failure === null)
    return [{ text: `${logs.text}: the network works, and the server itself answers ${status ?? ''}` }];
  return status === null
    ? [logs]
    : [
        logs,
        pingUnfragmented(
          address,
          'Rule out an MTU fault, in which headers arrive and bodies do not: this sends packets of full size',
        ),
      ];
}
