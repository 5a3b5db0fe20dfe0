import { shellLine } from '../../core/shell-line.js';
import { capital, duration, excerpt, list } from '../../core/text.js';
import type { Cause } from '../../documents/causes.js';
import { wafAction } from '../../documents/firewall-answer.js';
import { exceptionOf, fromGateway, isAuthorizerBroken } from '../../documents/gateway-answer.js';
import { type HttpDocument, headerOf } from '../../documents/http.js';
import { type Answer, judgedAnswers, responderTo } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import { isHttpApi, type Responder, type ResponderKind } from '../../documents/responder.js';
import type { PrivateApi, Target } from '../../documents/target.js';
import { pathOf } from '../../target/parse-target.js';
import type { Claims } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { atStart, short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { readExecutionLog, serviceRemedies } from '../remedies/gateway.js';
import { withKnownApi } from '../remedies/known-api.js';
import { meaningOf, responderRemedies, waitLonger } from '../remedies/responder.js';
import { offerProtocols, pingUnfragmented } from '../remedies/tls.js';
import { didNotAnswer, failureSummary, receivedWords } from './unfinished-answer.js';

interface Words {
  confidence: Confidence;
  summary: string;
  /** Beside those of the book for the cause. */
  more?: Advice[];
  /** In place of those of the book. */
  remedies?: Advice[];
  alternatives?: Alternative[];
}

/** What API Gateway says of the credentials of a request, or of what judges them. */
function credentialWords(doc: HttpDocument, target: Target): Pick<Words, 'summary' | 'remedies'> {
  const api = named(target.privateApi);
  if (isAuthorizerBroken(doc))
    return {
      summary: `${api} answers, and its authorizer fails, so that no credentials are accepted.`,
      remedies: [
        {
          text: "Check the authorizer of the method: whether API Gateway may invoke its function (lambda:InvokeFunction), how long it takes, and whether it returns a principal and a policy; the function's own log says why it fails",
          docs: DOCS.gatewayResponses,
        },
        ...readExecutionLog(doc.requestId, target.privateApi),
      ],
    };
  if (!hasSent(target, CREDENTIALS))
    return { summary: `${api} answers, and requires credentials, which this request did not have.` };
  return {
    summary: `${api} answers, and does not accept the credentials that were sent.`,
    remedies: refusedCredentials(target),
  };
}

/** The request arrived and was answered: the network works. Each rule describes one cause of `causeOf`. */
function serviceRule(cause: Cause, words: (doc: HttpDocument, target: Target) => Words): Rule {
  return rule(
    cause,
    { needs: ['http'], docs: DOCS_OF[cause] ?? DOCS.gatewayResponses },
    (evidence: Evidence): Judgement | null => {
      const answer = judgedAnswers(evidence).find((each) => each.cause === cause);
      if (answer === undefined) return null;
      const target = withKnownApi(evidence);
      const { doc } = answer;
      const responder = responderTo(evidence, doc);
      // Nothing came: what would have answered is known from the name of the target alone.
      const isApi = GATEWAY.has(responder.kind) || (doc.status === null && isApiName(target));
      const { more = [], ...judgement } =
        isApi || cause === 'http.error' ? words(doc, target) : otherWords(responder, cause, doc, target);
      return {
        phase: 'http',
        evidence: evidenceOf(evidence, answer, responder),
        remedies: [
          ...(isApi ? serviceRemedies(cause, target.privateApi) : responderRemedies(responder, doc, target)),
          ...more,
        ],
        check: 'send the request again with what is missing',
        claims: CLAIMS,
        ...judgement,
        ...(isApi || cause !== 'http.error' || doc.failure !== null
          ? {}
          : errorWords(responder, doc, target)),
      };
    },
  );
}

/** An answer of another address, or an exception that was passed on, says something else than this one. */
const CLAIMS: Claims = [{ says: 'every-request-fails' }, { says: 'gateway-said-it' }];

const GATEWAY: ReadonlySet<ResponderKind> = new Set(['rest-api', 'http-api']);

/** Whether the name of the target is that of an API, or the user says so. */
function isApiName({ privateApi }: Target): boolean {
  return privateApi !== null;
}

/** The verdict about an answer that something other than API Gateway sent. */
function otherWords(responder: Responder, cause: Cause, doc: HttpDocument, target: Target): Words {
  if (doc.status === null) {
    return {
      confidence: 'low',
      summary: `${doc.address} took the request for ${short(target.host, 'the target')} and ${didNotAnswer(doc)}.`,
      alternatives: [possible('http.error', waitLonger(target), 'low', 'the server is slow, but works')],
    };
  }
  return {
    confidence: cause === 'api.authentication' && doc.errorType !== null ? 'certain' : 'high',
    ...errorWords(responder, doc, target),
  };
}

function errorWords(responder: Responder, doc: HttpDocument, target: Target): Pick<Words, 'summary'> {
  const { status } = doc;
  const host = short(target.host, 'the target');
  if (wafAction(doc) !== null)
    return {
      summary: `AWS WAF in front of ${host} lets only browsers pass: HTTP ${status ?? ''} with a ${excerpt(wafAction(doc) ?? '', 20)}.`,
    };
  const kind = doc.errorType === null ? '' : ` (${short(doc.errorType, 'with an exception', 50)})`;
  if (responder.kind === 'server')
    return { summary: `${atStart(host)} answers with the error status HTTP ${status ?? ''}.` };
  if (responder.kind === 'aws-service')
    return {
      summary: `${capital(excerpt(responder.name, 40))} answers at ${doc.address} with HTTP ${status ?? ''}${kind}.`,
    };
  return {
    summary: `${capital(excerpt(responder.name, 40))} in front of ${host} answers by itself with HTTP ${status ?? ''}.`,
  };
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

function evidenceOf({ target }: Evidence, { ref, doc }: Answer, responder: Responder): EvidenceItem[] {
  const id = doc.requestId ?? doc.httpApiRequestId ?? null;
  const behind = headerOf(doc, 'x-amzn-remapped-server');
  const meaning = doc.status === null ? null : meaningOf(responder, doc);
  return [
    { observation: ref, text: said(doc, responder) },
    ...(meaning === null ? [] : [{ observation: ref, text: meaning }]),
    ...(responder.signs.length === 0
      ? []
      : [{ observation: ref, text: `who answered is known by ${excerpt(list(responder.signs), 300)}` }]),
    ...(responder.kind === 'http-api' && target.privateApi !== null
      ? [
          {
            observation: ref,
            text: 'HTTP APIs are always public: their names resolve to public addresses, and private DNS of an endpoint would hide them',
          },
        ]
      : []),
    ...(/^awselb/i.test(behind ?? '')
      ? [
          {
            observation: ref,
            text: 'a load balancer behind API Gateway made this answer, and not its target',
          },
        ]
      : []),
    ...(id === null ? [] : [{ observation: ref, text: `request id ${id}: look it up in the logs` }]),
  ];
}

function said(doc: HttpDocument, responder: Responder): string {
  if (doc.status === null)
    return `the request got no answer: ${doc.failure ?? 'unknown failure'} after ${duration(doc.durationMs)}${receivedWords(doc)}`;
  const by = responder.kind === 'server' ? (doc.server ?? doc.address) : responder.name;
  const kind = doc.errorType === null ? '' : `, ${doc.errorType}`;
  const text = doc.message ?? doc.title ?? null;
  return `${excerpt(by, 60)} answered HTTP ${doc.status}${kind}${text === null ? '' : `: ${excerpt(text)}`}`;
}

/** The exception header comes from API Gateway itself; status and text alone are one step weaker. */
function byException(doc: HttpDocument): Confidence {
  return exceptionOf(doc) === null ? 'high' : 'certain';
}

/** The path as the API sees it, without the stage, which a custom domain name does not have in its paths. */
function resource(target: Target): string {
  const path = pathOf(target);
  const stage = target.privateApi?.stage ?? null;
  const isFirst = stage !== null && `${path}/`.startsWith(`/${stage}/`);
  return isFirst ? path.slice(stage.length + 1) || '/' : path;
}

function named(api: PrivateApi | null): string {
  return api === null || api.apiId === null ? 'The API' : `API ${api.apiId}`;
}

function unsigned({ privateApi, host, url }: Target): Alternative {
  const region = privateApi?.region ?? 'REGION';
  const sign = ['curl', '--aws-sigv4', `aws:amz:${region}:execute-api`, url ?? `https://${host}/`];
  return possible(
    'api.authentication',
    `if the method is authorized by IAM, sign the request: ${shellLine(sign)}`,
  );
}

/** Headers that carry credentials, by name; a report has no values of them. */
const CREDENTIALS =
  /^(?:authorization|proxy-authorization|cookie|x-amz-security-token|.*(?:token|auth|session|secret).*)$/i;

function hasSent({ given }: Target, name: RegExp): boolean {
  return given?.headers?.some(({ field }) => name.test(field)) ?? false;
}

/** Credentials that were sent and not accepted. */
function refusedCredentials(target: Target): Advice[] {
  const sent = (target.given?.headers ?? [])
    .map(({ field }) => field)
    .filter((field) => CREDENTIALS.test(field));
  return [
    {
      text: `Check what ${list(sent)} had: a token that is expired, of another user pool, audience or issuer, or a SigV4 signature of another Region, service, host or time`,
      docs: DOCS.forbidden,
    },
    {
      text: 'Check which authorizer the method has, and which header it reads: another one is not looked at',
      docs: DOCS.forbidden,
    },
    { text: 'The network needs no change: the API answered' },
  ];
}

export const serviceRules: readonly Rule[] = [
  serviceRule('api.path-unknown', (doc, target) => ({
    // An unsigned request for a method with IAM authorization gets the same answer.
    confidence: 'medium',
    summary: `${doc.httpApiRequestId == null ? '' : 'HTTP '}${named(target.privateApi)} has no GET ${short(resource(target), 'PATH', 40)}${target.privateApi?.stage ? ` in stage ${target.privateApi.stage}` : ''}, or requires a ${hasSent(target, CREDENTIALS) ? 'SigV4 signature in place of what was sent' : 'signed request'}.`,
    more: [{ text: `The network needs no change: TCP, TLS and API Gateway at ${doc.address} answered` }],
    alternatives: [unsigned(target)],
  })),
  serviceRule('api.key', (doc, target) => ({
    confidence: 'medium',
    summary: hasSent(target, /^x-api-key$/i)
      ? `${named(target.privateApi)} requires an API key, and does not accept the one that was sent.`
      : `${named(target.privateApi)} requires an API key, which this request did not carry.`,
    alternatives: doc.status === 403 ? [possible('api.not-matched', 'check API id, Region and stage')] : [],
  })),
  serviceRule('api.waf', (_doc, { privateApi }) => ({
    confidence: 'medium',
    summary: `AWS WAF blocks the request to ${privateApi?.apiId ?? 'the API'}.`,
    alternatives: [possible('api.not-matched', 'check API id, Region and stage')],
  })),
  serviceRule('api.authentication', (doc, target) => ({
    confidence: isHttpApi(doc) && doc.status === 403 ? 'medium' : byException(doc),
    alternatives:
      isHttpApi(doc) && doc.status === 403
        ? [possible('policy.identity', 'does an authorizer of the route deny the caller? Its log says so')]
        : [],
    ...credentialWords(doc, target),
    more: [
      {
        text: "The network needs no change: the API answered. To ask as your client does, give pprobe its header with -H 'Authorization: VALUE'",
      },
    ],
  })),
  serviceRule('api.throttled', (doc, { privateApi }) => ({
    confidence: byException(doc),
    summary: `${named(privateApi)} answers, and rejects the request: ${exceptionOf(doc) === 'LimitExceededException' ? 'the quota of the usage plan is used up' : 'too many requests'}.`,
  })),
  serviceRule('backend.timeout', (doc, target) => ({
    confidence: doc.status === null ? 'low' : byException(doc),
    summary:
      doc.status === null
        ? `${doc.address} took the request and ${didNotAnswer(doc)}.`
        : `${named(target.privateApi)} answers, but its backend did not answer in time.`,
    more: readExecutionLog(doc.requestId, target.privateApi),
    alternatives:
      doc.status === null
        ? [possible('http.error', waitLonger(target), 'low', 'the backend is slow, but works')]
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
    summary:
      doc.failure === null
        ? `${atStart(short(host, 'the target'))} answers with the error status HTTP ${doc.status ?? ''}.`
        : failureSummary(doc, doc.failure, host),
    ...(doc.failure === null ? {} : { remedies: errorRemedies(doc) }),
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

function errorRemedies(doc: HttpDocument): Advice[] {
  const { address, status, errorCode } = doc;
  if (errorCode === 'HTTP2') return [offerProtocols(doc)];
  const logs = { text: `Look for the request in the logs of the server at ${address}` };
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
