import { command } from '../../core/shell-command.js';
import { excerpt } from '../../core/text.js';
import { fromGateway, worked } from '../../documents/gateway-answer.js';
import { type Answer, answersTo, mainAnswers } from '../../documents/observed/http.js';
import type { Alternative, Confidence, Evidence, EvidenceItem, Remedy } from '../../documents/report.js';
import type { PrivateApi } from '../../documents/target.js';
import { byAlias, byDefaultName } from '../../target/private-api/invoke-url.js';
import { defaultName, usualApiId } from '../../target/private-api/names.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { callBy, regionOption } from '../remedies/api.js';
import { DOCS } from '../remedies/docs.js';

/**
 * `Forbidden` without a reason: the front end found no API for this request, or found one that wants a key, or WAF spoke.
 * The same request with the API named in a header, on the same connection, tells the first from the others.
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

/** Whether the request found its API: anything API Gateway says but this bare Forbidden. */
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
    confidence: worked(cure.doc) ? 'certain' : 'high',
    summary: `${target.host} alone selects no API; the same request with ${header} ${worked(cure.doc) ? 'is answered' : 'finds one'}.`,
    evidence: [
      forbidden(plain),
      {
        observation: cure.ref,
        text: `with ${header}: HTTP ${cure.doc.status ?? 'answer'}${cure.doc.errorType === null ? '' : `, ${cure.doc.errorType}`}`,
      },
    ],
    remedies: [
      callBy({ url: target.url ?? `https://${target.host}/`, header }, `Use the header ${header}`),
      ...(alias === null || api?.form === 'alias'
        ? []
        : [callBy(alias, 'Or use the name that carries both ids and needs no header')]),
      ...otherName(evidence),
    ],
    check: `send ${header}`,
  };
}

function otherName({ target }: Evidence): Remedy[] {
  const own = byDefaultName(target);
  return own === null || own.host === target.host
    ? []
    : [callBy(own, "Or, where private DNS is on, use the API's own name")];
}

function uncured(evidence: Evidence, plain: Answer): Judgement {
  const { host, privateApi: api } = evidence.target;
  const nameless = api !== null && api.apiId === null && api.form !== 'custom';
  return {
    phase: 'http',
    confidence: confidenceUncured(api, nameless),
    summary: nameless
      ? `${host} names an endpoint but no API: API Gateway answers Forbidden unless the API is named as well.`
      : `API Gateway answers Forbidden: it finds no API for ${host}${stageWords(api)}.`,
    evidence: [forbidden(plain), ...bogusEvidence(evidence)],
    remedies: nameless ? nameApi(evidence, api) : [...strict(evidence), ...checks(api)],
    alternatives: nameless ? [] : sameLooks(plain),
    check: 'name the API in Host or x-apigw-api-id, and check id, Region and stage',
  };
}

/** Forbidden alone has seven causes and more; what the name itself lacks narrows them. */
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
    text: `HTTP ${doc.status ?? 'answer'}${kind}${doc.message === null ? '' : `: ${excerpt(doc.message)}`}${doc.viaCloudFront ? ', by way of CloudFront: not through an endpoint' : ''}`,
  };
}

/** An id that cannot exist shows what "no such API" looks like on this very endpoint. */
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

function nameApi({ target }: Evidence, api: PrivateApi): Remedy[] {
  return [
    {
      text: 'Give the API to pprobe as well, and it will be named in the request',
      command: `pprobe diagnose ${target.host} --api-id API_ID`,
    },
    callBy(
      { url: target.url ?? `https://${target.host}/`, header: 'x-apigw-api-id: API_ID' },
      `Name it in your client: Host: API_ID.execute-api.${api.region ?? 'REGION'}…, or x-apigw-api-id: API_ID`,
    ),
  ];
}

/** With endpointAccessMode STRICT, Host and SNI must be one name: then an endpoint's name with a header finds no API. */
function strict(evidence: Evidence): Remedy[] {
  const form = evidence.target.privateApi?.form;
  const alias = byAlias(evidence.target);
  const named = [...answersTo(evidence, 'host'), ...answersTo(evidence, 'api-id')];
  if ((form !== 'vpce' && form !== 'zonal') || named.length === 0) return [];
  const text =
    'Naming the API in a header does not help either: if its endpointAccessMode is STRICT, set it to BASIC or call a name that the certificate and Host share';
  return [alias === null ? { text, docs: DOCS.securityPolicies } : callBy(alias, text)];
}

function checks(api: PrivateApi | null): Remedy[] {
  const id = api?.apiId ?? null;
  const length = id !== null && !usualApiId(id) ? ` (${id} has ${id.length} characters, ids have ten)` : '';
  return [
    ...(api !== null && api.form !== 'custom' && api.stage === null
      ? [{ text: 'Put the stage first in the path: /prod, /dev', docs: DOCS.invokeUrl }]
      : []),
    {
      text: `Check that the API exists in this account and Region${length}, that its type is PRIVATE and its default endpoint is not disabled`,
      command: command(
        ...[
          'aws',
          'apigateway',
          'get-rest-api',
          '--rest-api-id',
          id ?? 'API_ID',
          ...regionOption(api?.region ?? null),
        ],
        ...['--query', '[endpointConfiguration,disableExecuteApiEndpoint]'],
      ),
      docs: DOCS.forbidden,
    },
    {
      text: 'A public API cannot be called through an endpoint with private DNS: give it a custom domain name, or disable private DNS',
      docs: DOCS.vpcConnections,
    },
    {
      text: `Check that the stage${api?.stage ? ` ${api.stage}` : ''} exists`,
      command: command(
        'aws',
        'apigateway',
        'get-stages',
        '--rest-api-id',
        id ?? 'API_ID',
        ...regionOption(api?.region ?? null),
        '--query',
        'item[].stageName',
      ),
    },
  ];
}

function sameLooks({ doc }: Answer): Alternative[] {
  const log = doc.requestId === null ? 'its request id' : `request ${doc.requestId}`;
  return [
    possible('api.key', 'send x-api-key with a key of a usage plan that includes this stage'),
    possible('api.waf', `look for ${log} in the logs of the web ACL on this stage`),
  ];
}

export const notMatchedRules: readonly Rule[] = [notMatched];
