import { excerpt } from '../../core/text.js';
import { fromGateway } from '../../documents/gateway-answer.js';
import type { HttpDocument } from '../../documents/http.js';
import { mainAnswers } from '../../documents/observed/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import { handshakes, inspectorIn } from '../../documents/observed/tls.js';
import type { Evidence, Remedy } from '../../documents/report.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { openssl } from './tls-rule.js';

/** RFC 9110 section 15.5.8: a proxy's own code; no origin server sends it. */
const PROXY_AUTHENTICATION = 407;

/** What answers is no server of the service: it says so itself, or signs its certificates, or stamps its answers. */
const proxyAnswers = rule('policy.proxy', { needs: ['http', 'tls'], docs: DOCS.proxy }, (evidence) => {
  return demandsLogin(evidence) ?? opensTls(evidence) ?? stampsAnswers(evidence);
});

function demandsLogin(evidence: Evidence): Judgement | null {
  const answer = mainAnswers(evidence).find(({ doc }) => doc.status === PROXY_AUTHENTICATION);
  if (answer === undefined) return null;
  return {
    phase: 'path',
    confidence: 'certain',
    summary: `A proxy answers in place of ${evidence.target.host} and wants a login: HTTP 407.`,
    evidence: [{ observation: answer.ref, text: `HTTP 407${nameOf(answer.doc)}` }],
    remedies: bypass(evidence),
    check: "curl -v --noproxy '*' shows who answers without a proxy",
  };
}

function opensTls(evidence: Evidence): Judgement | null {
  const found = handshakes(evidence).find(({ doc }) => inspectorIn(doc.certificate?.issuer ?? '') !== null);
  if (found === undefined) return null;
  const issuer = excerpt(found.doc.certificate?.issuer ?? '', 80);
  return {
    phase: 'path',
    confidence: 'high',
    summary: `An inspecting proxy stands before ${found.doc.address}: the certificate for ${found.doc.serverName} is signed by ${issuer}.`,
    evidence: [
      {
        observation: found.ref,
        text: `the issuer is ${issuer}, which names a product that opens TLS${found.doc.status === 'ok' ? '; this host trusts it' : ''}`,
      },
    ],
    remedies: [
      {
        text: `Exempt ${found.doc.serverName} from TLS inspection: what signs or checks the request (SigV4, mutual TLS) fails behind it`,
      },
      ...bypass(evidence),
    ],
    alternatives: [possible('tls.untrusted', `${openssl(found.doc)}: the whole chain`)],
    check: openssl(found.doc),
  };
}

/** A private API's answers come from API Gateway and from nothing else; who adds `via` or its own name stands between. */
function stampsAnswers(evidence: Evidence): Judgement | null {
  const api = evidence.target.privateApi;
  if (api === null || api.form === 'custom') return null;
  const answer = mainAnswers(evidence).find(
    ({ doc }) =>
      doc.status !== null && doc.status >= 400 && !fromGateway(doc) && !doc.viaCloudFront && isProxy(doc),
  );
  if (answer === undefined) return null;
  return {
    phase: 'http',
    confidence: 'high',
    summary: `A proxy answers in place of the API: HTTP ${answer.doc.status} without API Gateway's headers${nameOf(answer.doc)}.`,
    evidence: [
      {
        observation: answer.ref,
        text: `HTTP ${answer.doc.status} without x-amzn-requestid and x-amz-apigw-id${nameOf(answer.doc)}`,
      },
    ],
    remedies: bypass(evidence),
    check: "look for the request in the proxy's log",
  };
}

const PROXIES = /squid|proxy|bluecoat|zscaler|varnish|haproxy|envoy|forti|websense|mcafee|netskope/i;

function isProxy({ via, server }: HttpDocument): boolean {
  return via !== null || PROXIES.test(server ?? '');
}

function nameOf({ via, server }: HttpDocument): string {
  const name = via ?? server;
  return name === null ? '' : `, from ${excerpt(name, 60)}`;
}

function bypass({ target, observations }: Evidence): Remedy[] {
  const used = observations.environment?.forTarget ?? null;
  return [
    {
      text: `Let ${target.host} bypass the proxy${used === null ? '' : ` of ${used.name} (${excerpt(used.value, 80)})`}, or let the proxy pass it untouched`,
      snippet: `NO_PROXY=${target.host}`,
      docs: DOCS.proxy,
    },
  ];
}

/**
 * pprobe connects directly; programs that honour the proxy variables do not. What was measured then is not what they
 * meet, whether it works or not.
 */
const proxyConfigured = rule(
  'policy.proxy',
  {
    id: 'policy.proxy/environment',
    words: 'programs on this host are sent through a proxy',
    needs: ['environment'],
    docs: DOCS.proxy,
  },
  (evidence): Judgement | null => {
    const used = evidence.observations.environment?.forTarget ?? null;
    if (used === null || addressOutcomes(evidence).length === 0) return null;
    const { host, privateApi } = evidence.target;
    return {
      phase: 'done',
      confidence: 'low',
      summary: `Programs that honour ${used.name} reach ${host} through ${excerpt(used.value, 80)} and not the way measured here.`,
      evidence: [
        {
          observation: 'environment',
          text: `${used.name} is ${excerpt(used.value, 80)}, and NO_PROXY does not name ${host}`,
        },
      ],
      remedies: [
        {
          text: `Set NO_PROXY for ${host}${privateApi === null ? '' : ': a proxy resolves the name itself, and outside the VPC that leads to no private API'}`,
          snippet: `NO_PROXY=${host}`,
          docs: DOCS.proxy,
        },
      ],
      check: `curl -v https://${host}/ beside curl -v --noproxy '*' https://${host}/`,
    };
  },
);

export const proxyRules: readonly Rule[] = [proxyAnswers, proxyConfigured];
