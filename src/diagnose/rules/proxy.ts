import { shellLine } from '../../core/shell-line.js';
import { capital, excerpt } from '../../core/text.js';
import type { HttpDocument } from '../../documents/http.js';
import { mainAnswers, responderTo } from '../../documents/observed/http.js';
import { addressOutcomes } from '../../documents/observed/tcp.js';
import { handshakes, inspectorIn } from '../../documents/observed/tls.js';
import type { Evidence } from '../../documents/report.js';
import type { ResponderKind } from '../../documents/responder.js';
import type { TlsDocument } from '../../documents/tls.js';
import { ofEach } from '../claims.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { short } from '../headline.js';
import { DOCS } from '../remedies/docs.js';
import { bypassProxy, excludeFromProxy, exemptFromInspection, openssl } from '../remedies/tls.js';

/** RFC 9110 section 15.5.8: only a proxy sends this status. */
const PROXY_AUTHENTICATION = 407;

/** A proxy answers: it says so itself, it signs the certificate, or it adds its headers to the answer. */
const proxyAnswers = rule('policy.proxy', { needs: ['http', 'tls'], docs: DOCS.proxy }, (evidence) => {
  return demandsLogin(evidence) ?? inspectsTls(evidence) ?? answersItself(evidence) ?? addsHeaders(evidence);
});

function demandsLogin(evidence: Evidence): Judgement | null {
  const answer = mainAnswers(evidence).find(
    ({ doc }) => doc.status === PROXY_AUTHENTICATION && responderTo(evidence, doc).kind === 'proxy',
  );
  if (answer === undefined) return null;
  return {
    phase: 'path',
    // A proxy in front of the server, which belongs to the service, can send it too.
    confidence: 'high',
    summary: `A proxy answers instead of ${short(evidence.target.host, 'the target')} and requires a login: HTTP 407.`,
    evidence: [{ observation: answer.ref, text: `HTTP 407${nameOf(answer.doc)}` }],
    remedies: [bypassProxy(evidence)],
    claims: [{ says: 'proxy-answers' }],
    check: "curl -v --noproxy '*' shows which server answers without a proxy",
  };
}

/** A product that inspects TLS forges the name of the target. A certificate for another name is that of its own pages. */
function isOwnCertificate({ problems }: TlsDocument): boolean {
  return problems.some(({ status }) => status === 'name-mismatch');
}

function inspectsTls(evidence: Evidence): Judgement | null {
  const found = handshakes(evidence).find(
    ({ doc }) => inspectorIn(doc.certificate?.issuer ?? '') !== null && !isOwnCertificate(doc),
  );
  if (found === undefined) return null;
  const issuer = excerpt(found.doc.certificate?.issuer ?? '', 80);
  return {
    phase: 'path',
    confidence: 'high',
    summary: `A proxy that inspects TLS is in front of ${found.doc.address}: ${short(issuer, 'its authority', 40)} signed the certificate.`,
    evidence: [
      {
        observation: found.ref,
        text: `the issuer of the certificate for ${found.doc.serverName} is ${issuer}, the name of a product that inspects TLS${found.doc.status === 'ok' ? '; this host trusts it' : ''}`,
      },
    ],
    remedies: [exemptFromInspection(found.doc.serverName), bypassProxy(evidence)],
    alternatives: [possible('tls.untrusted', `${shellLine(openssl(found.doc))} shows the whole chain`)],
    claims: ofEach('inspected', found.doc.address),
    check: shellLine(openssl(found.doc)),
  };
}

/**
 * A proxy, a filter or the login page of a network answered by itself, with any status: a block page is often a 200. Under a
 * name of AWS, the certificate and the missing headers show it, also where the page names no product.
 */
function answersItself(evidence: Evidence): Judgement | null {
  const found = mainAnswers(evidence)
    .map((answer) => ({ ...answer, responder: responderTo(evidence, answer.doc) }))
    .find(({ responder }) => responder.kind === 'proxy');
  if (found === undefined) return null;
  const { ref, doc, responder } = found;
  const page = doc.title ?? null;
  return {
    phase: 'http',
    confidence: 'high',
    summary: `${capital(excerpt(responder.name, 40))} answers instead of ${short(evidence.target.host, 'the target')}: HTTP ${doc.status ?? ''}.`,
    evidence: [
      { observation: ref, text: `HTTP ${doc.status ?? ''} from ${doc.address}${nameOf(doc)}` },
      ...responder.signs.map((sign) => ({ observation: ref, text: excerpt(sign, 200) })),
      ...(page === null ? [] : [{ observation: ref, text: `its page is "${excerpt(page, 80)}"` }]),
    ],
    remedies: [bypassProxy(evidence)],
    claims: [{ says: 'proxy-answers' }],
    check: "look for the request in the proxy's log",
  };
}

/** The answers of a private API come from API Gateway alone; a `via` or the server name of a proxy shows one in between. */
function addsHeaders(evidence: Evidence): Judgement | null {
  const api = evidence.target.privateApi;
  if (api === null || api.form === 'custom') return null;
  const answer = mainAnswers(evidence).find(
    ({ doc }) =>
      doc.status !== null &&
      doc.status >= 400 &&
      !NOT_PROXIES.has(responderTo(evidence, doc).kind) &&
      !doc.viaCloudFront &&
      isProxy(doc),
  );
  if (answer === undefined) return null;
  return {
    phase: 'http',
    confidence: 'high',
    summary: `A proxy answers instead of the API: HTTP ${answer.doc.status} without API Gateway's headers.`,
    evidence: [
      {
        observation: answer.ref,
        text: `HTTP ${answer.doc.status} without x-amzn-requestid and x-amz-apigw-id${nameOf(answer.doc)}`,
      },
    ],
    remedies: [bypassProxy(evidence)],
    claims: [{ says: 'proxy-answers' }],
    check: "look for the request in the proxy's log",
  };
}

const NOT_PROXIES: ReadonlySet<ResponderKind> = new Set([
  'rest-api',
  'http-api',
  'aws-service',
  'load-balancer',
]);

const PROXIES = /squid|proxy|bluecoat|zscaler|varnish|haproxy|envoy|forti|websense|mcafee|netskope/i;

function isProxy({ via, server }: HttpDocument): boolean {
  return via !== null || PROXIES.test(server ?? '');
}

function nameOf({ via, server }: HttpDocument): string {
  const name = via ?? server;
  return name === null ? '' : `, from ${excerpt(name, 60)}`;
}

/** pprobe connects directly; programs that honour the proxy variables do not, and can get another result. */
const proxyConfigured = rule(
  'policy.proxy',
  {
    id: 'policy.proxy/environment',
    words: 'programs on this host connect through a proxy',
    needs: ['environment'],
    docs: DOCS.proxy,
  },
  (evidence): Judgement | null => {
    const used = evidence.observations.environment?.forTarget ?? null;
    if (used === null || addressOutcomes(evidence).length === 0) return null;
    const { host } = evidence.target;
    return {
      phase: 'done',
      confidence: 'low',
      summary: `Programs that honour ${used.name} reach ${short(host, 'the target')} through a proxy; pprobe connected directly.`,
      evidence: [
        {
          observation: 'environment',
          text: `${used.name} is ${excerpt(used.value, 80)}, and NO_PROXY does not name ${host}`,
        },
      ],
      remedies: [excludeFromProxy(evidence)],
      claims: [{ says: 'proxy-in-use' }],
      check: `compare curl -v https://${host}/ with curl -v --noproxy '*' https://${host}/`,
    };
  },
);

export const proxyRules: readonly Rule[] = [proxyAnswers, proxyConfigured];
