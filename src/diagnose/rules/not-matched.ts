import { excerpt } from '../../core/text.js';
import { fromGateway, worked } from '../../documents/gateway-answer.js';
import { type Answer, answersTo, mainAnswers } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { byAlias, byDefaultName } from '../../target/private-api/invoke-url.js';
import { defaultName, usualApiId } from '../../target/private-api/names.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { API_ID, callBy, checkApi, checkCustomName } from '../remedies/gateway.js';
import { withKnownApi } from '../remedies/known-api.js';

/**
 * `Forbidden` without a reason: API Gateway found no API for this request, or one that requires a key, or WAF blocked it.
 * The same request with the API named in a header tells the first from the others.
 */
const notMatched = rule(
  'api.not-matched',
  { needs: ['http'], docs: DOCS.forbidden },
  (evidence): Judgement | null => {
    const plain = mainAnswers(evidence).find(({ cause }) => cause === 'api.not-matched');
    if (plain === undefined) return null;
    const cure = answersTo(evidence, 'host').find(matched) ?? answersTo(evidence, 'api-id').find(matched);
    return cure === undefined ? uncured(evidence, plain) : cured(evidence, plain, cure);
  },
);

/** Whether the request found its API: API Gateway gave any answer but this bare Forbidden. */
function matched({ doc, cause }: Answer): boolean {
  return worked(doc) || (cause !== 'api.not-matched' && doc.status !== null && fromGateway(doc));
}

function cured(evidence: Evidence, plain: Answer, cure: Answer): Judgement {
  const { target } = evidence;
  const api = target.privateApi;
  const right = api && defaultName(api);
  const header =
    cure.doc.variant === 'host'
      ? `Host: ${right ?? 'the name of the API'}`
      : `x-apigw-api-id: ${api?.apiId ?? 'the id of the API'}`;
  const alias = byAlias(target);
  return {
    phase: 'http',
    // Another address can be that of another endpoint.
    confidence: worked(cure.doc) && cure.doc.address === plain.doc.address ? 'certain' : 'high',
    summary: `The request lacks a header that names the API: with ${cure.doc.variant === 'host' ? 'its name in Host' : 'x-apigw-api-id'} it ${worked(cure.doc) ? 'succeeds' : 'finds it'}.`,
    evidence: [
      forbidden(plain),
      { observation: plain.ref, text: `${target.host} alone does not select an API` },
      {
        observation: cure.ref,
        text: `with ${header}: HTTP ${cure.doc.status ?? 'answer'}${cure.doc.errorType === null ? '' : `, ${cure.doc.errorType}`}`,
      },
    ],
    remedies: [
      callBy({ url: target.url ?? `https://${target.host}/`, header }, `Use the header ${header}`),
      ...(alias === null || api?.form === 'alias'
        ? []
        : [callBy(alias, 'Or use the name that has both ids and needs no header')]),
      ...otherName(evidence),
    ],
    claims: [{ says: 'every-request-fails' }],
    check: `send ${header}`,
  };
}

function otherName({ target }: Evidence): Advice[] {
  const own = byDefaultName(target);
  return own === null || own.host === target.host
    ? []
    : [callBy(own, "Or, where private DNS is on, use the API's own name")];
}

function uncured(evidence: Evidence, plain: Answer): Judgement {
  const { host, privateApi: api } = evidence.target;
  const nameless = api !== null && api.apiId === null && api.form !== 'custom';
  const lacking = nameless ? null : lackingHeader(evidence, api);
  if (lacking !== null) return lacking;
  return {
    phase: 'http',
    confidence: confidenceUncured(api, nameless),
    summary: nameless
      ? 'The name is that of an endpoint and of no API, and the request does not name one: Forbidden.'
      : `API Gateway answers Forbidden: it finds no API${namedByHeader(evidence) ? ` ${api?.apiId}` : ''} for ${short(host, 'the name')}${stageWords(api)}.`,
    evidence: [forbidden(plain), ...bogusEvidence(evidence)],
    remedies: nameless
      ? nameApi(evidence, api)
      : [
          ...strict(evidence),
          ...(api === null || api.form === 'custom' ? checkCustomName(host) : checkApi(api)),
        ],
    alternatives: nameless ? [] : sameLooks(plain),
    claims: [{ says: 'no-api-found' }],
    check: 'name the API in Host or x-apigw-api-id, and check id, Region and stage',
  };
}

/** Whether the request as the user gave it names the API in a header. */
function namedByHeader({ target }: Evidence): boolean {
  const given = target.given?.headers ?? [];
  return (
    target.privateApi?.apiId != null &&
    given.some(({ value }) => value?.includes(target.privateApi?.apiId ?? '') === true)
  );
}

/** The id of the API is known, but neither the name nor a header of the request has it, and no request that has it was answered. */
function lackingHeader(evidence: Evidence, api: PrivateApi | null): Judgement | null {
  const { target } = evidence;
  if (api === null || api.apiId === null || (api.form !== 'vpce' && api.form !== 'zonal')) return null;
  const named = [...answersTo(evidence, 'host'), ...answersTo(evidence, 'api-id')];
  if (namedByHeader(evidence) || named.some(({ doc }) => doc.status !== null)) return null;
  const [plain] = mainAnswers(evidence).filter(({ cause }) => cause === 'api.not-matched');
  const header = `x-apigw-api-id: ${api.apiId}`;
  return {
    phase: 'http',
    // No answer to a request that has the header: whether this API exists here is not known.
    confidence: confidenceUncured(api, false),
    summary: 'The request lacks a header that names the API: the name of an endpoint does not select one.',
    evidence: plain === undefined ? [] : [forbidden(plain)],
    remedies: [
      callBy({ url: target.url ?? `https://${target.host}/`, header }, `Use the header ${header}`),
      {
        text: 'Try it with pprobe',
        command: pprobeAgain(target, { command: 'diagnose', options: ['-H', header] }),
      },
      ...otherName(evidence),
    ],
    claims: [{ says: 'no-api-found' }],
    check: `send ${header}`,
  };
}

/** Forbidden alone has more than seven causes; a fault of the name itself narrows them. */
function confidenceUncured(api: PrivateApi | null, nameless: boolean): Confidence {
  if (nameless) return 'high';
  const flawed =
    api !== null &&
    ((api.form !== 'custom' && api.stage === null) || (api.apiId !== null && !usualApiId(api.apiId)));
  return flawed ? 'medium' : 'low';
}

function stageWords(api: PrivateApi | null): string {
  if (api === null || api.form === 'custom') return '';
  return api.stage === null ? ', and the URL has no stage' : ` and stage ${api.stage}`;
}

function forbidden({ ref, doc }: Answer): EvidenceItem {
  const kind = doc.errorType === null ? '' : `, ${doc.errorType}`;
  return {
    observation: ref,
    text: `HTTP ${doc.status ?? 'answer'}${kind}${doc.message === null ? '' : `: ${excerpt(doc.message)}`}${doc.viaCloudFront ? ', through CloudFront, so not through an endpoint' : ''}`,
  };
}

/** The answer to an id that cannot exist shows what "no such API" looks like on this endpoint. */
function bogusEvidence(evidence: Evidence): EvidenceItem[] {
  return answersTo(evidence, 'bogus')
    .slice(0, 1)
    .map(({ ref, doc, cause }) => ({
      observation: ref,
      text:
        cause === 'api.not-matched'
          ? 'an API id that cannot exist gets the same answer'
          : `an API id that cannot exist gets another answer, HTTP ${doc.status ?? 'none'}`,
    }));
}

function nameApi(evidence: Evidence, api: PrivateApi): Advice[] {
  const { target } = evidence;
  const known = withKnownApi(evidence).privateApi?.apiId ?? null;
  const id = known ?? API_ID;
  return [
    {
      text: `Give pprobe the id of the API${known === null ? ' in place of API_ID' : ''}: it then names the API in the request`,
      command: pprobeAgain(target, { command: 'diagnose', options: ['--api-id', id] }),
    },
    callBy(
      { url: target.url ?? `https://${target.host}/`, header: `x-apigw-api-id: ${id}` },
      `Name the API in your client: Host: ${id}.execute-api.${api.region ?? 'REGION'}…, or x-apigw-api-id: ${id}`,
    ),
  ];
}

/** With endpointAccessMode STRICT, Host and SNI must be the same name, so that a header does not help. */
function strict(evidence: Evidence): Advice[] {
  const form = evidence.target.privateApi?.form;
  const alias = byAlias(evidence.target);
  const named = [...answersTo(evidence, 'host'), ...answersTo(evidence, 'api-id')];
  if ((form !== 'vpce' && form !== 'zonal') || named.length === 0) return [];
  const text =
    'A header that names the API does not help here: if its endpointAccessMode is STRICT, set it to BASIC, or use a name that is both in the certificate and in Host';
  return [alias === null ? { text, docs: DOCS.securityPolicies } : callBy(alias, text)];
}

function sameLooks({ doc }: Answer): Alternative[] {
  const log = doc.requestId === null ? 'its request id' : `request ${doc.requestId}`;
  return [
    possible(
      'api.key',
      'send x-api-key with a key of a usage plan that includes this stage; a key that no plan of the stage has gets the same answer',
    ),
    possible('api.waf', `look up ${log} in the logs of the web ACL of this stage`),
  ];
}

export const notMatchedRules: readonly Rule[] = [notMatched];
