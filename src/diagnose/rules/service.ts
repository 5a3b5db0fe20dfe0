import { command } from '../../core/shell-command.js';
import { duration, excerpt } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import { exceptionOf, fromGateway } from '../../documents/gateway-answer.js';
import type { HttpDocument, HttpFailure } from '../../documents/http.js';
import { type Answer, judgedAnswers } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence, Remedy } from '../../documents/report.js';
import type { PrivateApi, Target } from '../../documents/target.js';
import { pathOf } from '../../target/host.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { executionLog, usagePlans } from '../remedies/api.js';
import { DOCS } from '../remedies/docs.js';

interface Words {
  confidence: Confidence;
  summary: string;
  remedies: Remedy[];
  alternatives?: Alternative[];
}

/** The request arrived and was answered: not the network's fault. Each rule words one cause of `causeOf`. */
function serviceRule(cause: Cause, words: (doc: HttpDocument, target: Target) => Words): Rule {
  return rule(
    cause,
    { needs: ['http'], docs: DOCS_OF[cause] ?? DOCS.gatewayResponses },
    (evidence: Evidence): Judgement | null => {
      const answer = judgedAnswers(evidence).find((each) => each.cause === cause);
      if (answer === undefined) return null;
      return {
        phase: 'http',
        evidence: evidenceOf(answer),
        check: 'send the request again with what is missing',
        ...words(answer.doc, evidence.target),
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
      : [{ observation: ref, text: `request id ${doc.requestId}, to be found in the logs` }];
  return [{ observation: ref, text: said(doc) }, ...id];
}

function said(doc: HttpDocument): string {
  if (doc.status === null)
    return `no answer to the request: ${doc.failure ?? 'unknown failure'} after ${duration(doc.durationMs)}`;
  const by = fromGateway(doc) ? 'API Gateway' : (doc.server ?? doc.address);
  const kind = doc.errorType === null ? '' : `, ${doc.errorType}`;
  return `${excerpt(by, 60)} answered HTTP ${doc.status}${kind}${doc.message === null ? '' : `: ${excerpt(doc.message)}`}`;
}

/** The exception is API Gateway's own word; the same read from status and text alone is one step weaker. */
function byException(doc: HttpDocument): Confidence {
  return exceptionOf(doc) === null ? 'high' : 'certain';
}

/** Method and path as the API sees them: without the stage. */
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
    // The same answer is given to an unsigned request for a method with IAM authorization.
    confidence: 'medium',
    summary: `${named(target.privateApi)} has no GET ${resource(target)}${target.privateApi?.stage ? ` in stage ${target.privateApi.stage}` : ''}, or wants the request signed.`,
    remedies: [
      {
        text: 'Check path and method, both with upper and lower case, and that the resource is deployed to this stage',
        docs: DOCS.forbidden,
      },
      { text: `The endpoint is reachable: TCP, TLS and API Gateway at ${doc.address} answered` },
    ],
    alternatives: [unsigned],
  })),
  serviceRule('api.key', (doc, { privateApi }) => ({
    confidence: 'medium',
    summary: `${named(privateApi)} wants an API key that this request did not carry.`,
    remedies: [
      { text: 'Send x-api-key with a key of a usage plan that includes this stage', docs: DOCS.forbidden },
    ],
    alternatives: doc.status === 403 ? [possible('api.not-matched', 'check API id, Region and stage')] : [],
  })),
  serviceRule('api.waf', (_doc, { privateApi }) => ({
    confidence: 'medium',
    summary: `AWS WAF blocks the request to ${privateApi?.apiId ?? 'the API'}.`,
    remedies: [
      { text: "Look for the request id in the web ACL's logs; they name the rule", docs: DOCS.forbidden },
    ],
    alternatives: [possible('api.not-matched', 'check API id, Region and stage')],
  })),
  serviceRule('api.authentication', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} is reached, and wants credentials that this request did not carry or that do not fit.`,
    remedies: [
      {
        text: 'pprobe sends no credentials, so the path to the API is proven; send what the method asks for (token, SigV4 signature)',
        docs: DOCS.forbidden,
      },
      {
        text: 'If your client does send them: compare its clock, its Region and, for SigV4, the host it signs with the Host it sends',
      },
    ],
  })),
  serviceRule('api.throttled', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} is reached, and refuses for the ${exceptionOf(doc) === 'LimitExceededException' ? 'quota of the usage plan' : 'rate of requests'}.`,
    remedies: [
      { text: 'Wait and back off, or raise the limit of stage, method or usage plan', docs: DOCS.throttling },
      ...usagePlans(privateApi),
    ],
  })),
  serviceRule('backend.timeout', (doc, { privateApi }) => ({
    confidence: doc.status === null ? 'low' : byException(doc),
    summary:
      doc.status === null
        ? `${doc.address} took the request and did not answer within ${duration(doc.durationMs)}.`
        : `${named(privateApi)} is reached, but its backend did not answer in time.`,
    remedies: [
      {
        text: "Look at the integration's latency and timeout; API Gateway itself gives up after 29 s unless told otherwise",
        docs: DOCS.executionLogs,
      },
      ...executionLog(doc, privateApi),
    ],
    alternatives:
      doc.status === null
        ? [
            possible(
              'http.error',
              `give the answer more time: pprobe diagnose ${doc.url} --timeout 30000`,
              'low',
              'the backend is slow, not dead',
            ),
          ]
        : [],
  })),
  serviceRule('backend.network', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} is reached, but cannot itself reach its backend.`,
    remedies: [
      {
        text: "Check the integration's address, its VPC link and the health of the link's targets",
        docs: DOCS.executionLogs,
      },
      ...executionLog(doc, privateApi),
    ],
  })),
  serviceRule('backend.error', (doc, { privateApi }) => ({
    confidence: exceptionOf(doc) === null ? 'medium' : 'high',
    summary: `${named(privateApi)} is reached, but its backend or integration fails with ${doc.status ?? 'an error'}.`,
    remedies: [
      {
        text: 'Look at the integration: a malformed Lambda response, a missing permission and a bad endpoint address all end so',
        docs: DOCS.executionLogs,
      },
      ...executionLog(doc, privateApi),
    ],
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
              'the answer lacks the headers of API Gateway: see env | grep -i proxy, and what listens on this address',
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
  tls: 'ended the TLS session, as a server does that wants a client certificate',
  canceled: 'was not waited for',
  error: 'gave no whole answer',
};

function errorSummary({ address, status, failure }: HttpDocument, host: string): string {
  if (failure === null) return `${host} is reached, and answers HTTP ${status ?? ''}.`;
  return `${address} took the request for ${host} and ${FAILED[failure]}${status === null ? '' : ` (HTTP ${status})`}.`;
}

function errorRemedies({ address, status, failure }: HttpDocument): Remedy[] {
  if (failure === null)
    return [{ text: `The network is fine; ask the server at ${address} why it answers ${status ?? 'so'}` }];
  const logs = { text: `Look at the logs of the server at ${address}` };
  if (status === null) return [logs];
  return [
    logs,
    {
      text: 'Rule out the MTU: headers that arrive and bodies that do not are its mark',
      command: command('ping', '-c', '3', '-M', 'do', '-s', '1472', address),
    },
  ];
}
