import { command } from '../../core/shell-command.js';
import { duration, excerpt } from '../../core/text.js';
import { alertOf, contrast, isNotTls, spokeTls } from '../../documents/observed/tls.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsDocument, TlsStatus } from '../../documents/tls.js';
import { possible, type Rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { openssl, tlsRule } from './tls-rule.js';

/** Bytes came back that no TLS peer sends: an HTTP server, an SSH server, a proxy's page. */
const notTls = tlsRule(
  'tls.protocol',
  { id: 'tls.protocol/not-tls', words: 'what listens does not speak TLS' },
  (doc) => doc.status === 'protocol' && isNotTls(doc),
  (doc, at) => {
    const line = doc.progress?.firstLine ?? null;
    return {
      confidence: line === null ? 'high' : 'certain',
      summary: `What listens at ${at} on port ${doc.port} does not speak TLS${line === null ? '' : `: it answers "${excerpt(line, 80)}"`}.`,
      seen: `${doc.address} answered the ClientHello with ${line === null ? 'bytes that are no TLS record' : `"${excerpt(line, 80)}"`}`,
      remedies: [
        {
          text: `Serve TLS on port ${doc.port} of ${doc.address}, or call the port that does; a listener of plain HTTP on 443 is the usual case`,
          command: command('curl', '-v', `http://${doc.serverName}:${doc.port}/`),
        },
      ],
      alternatives: [
        possible('policy.proxy', `a proxy may answer in place of ${doc.address}: env | grep -i proxy`),
      ],
    };
  },
);

/** Alerts that name version or cipher (RFC 8446 section 6.2), and what OpenSSL says where it is the one that gives up. */
const AGREEMENT = /^(?:protocol_version|insufficient_security|inappropriate_fallback|handshake_failure)$/;

const protocol = tlsRule(
  'tls.protocol',
  { docs: DOCS.securityPolicies },
  (doc) => doc.status === 'protocol' && !isNotTls(doc) && alertOf(doc) !== 'unrecognized_name',
  (doc, at) => {
    const alert = alertOf(doc);
    const other = alert !== null && !AGREEMENT.test(alert);
    return {
      confidence: confidenceOf(alert),
      summary: other
        ? `${at} ended the TLS handshake for ${doc.serverName} with the alert ${alert}.`
        : `${at} and this host agree on no TLS version or cipher for ${doc.serverName}.`,
      seen: `the handshake with ${doc.address} was refused${alert === null ? '' : ` with the alert ${alert}`}`,
      remedies: [
        other && /certificate|unknown_ca|access_denied/.test(alert)
          ? {
              text: 'Give the client a certificate: a server that wants one (mutual TLS) ends the handshake so',
            }
          : {
              text: 'Let the client speak TLS 1.2 and 1.3; where the API has a security policy of TLS 1.3 alone, update the client or relax the policy',
              docs: DOCS.securityPolicies,
            },
        { text: 'See what the server offers', command: openssl(doc) },
      ],
      alternatives: [
        possible('policy.proxy', `something between may end it: ${openssl(doc)} shows who answers`),
      ],
    };
  },
);

function confidenceOf(alert: string | null): Confidence {
  if (alert === 'protocol_version' || alert === 'insufficient_security') return 'certain';
  return alert === null || AGREEMENT.test(alert) ? 'high' : 'medium';
}

/** Not a word after the ClientHello, or in the middle; large packets that vanish have a rule of their own. */
const silent = tlsRule(
  'tls.silent',
  {},
  (doc) => doc.status === 'timeout',
  (doc, at, evidence) => ({
    confidence: 'medium',
    summary: `${at} opened the connection, then said ${heardWords(doc)} for ${duration(doc.durationMs)} to a TLS handshake for ${doc.serverName}.`,
    seen: `no answer from ${doc.address} ${afterWhat(doc)} in ${duration(doc.durationMs)}`,
    more: [
      ...acknowledgedWords(doc, evidence),
      ...otherNameWords(doc, evidence),
      ...smallWords(doc, evidence),
    ],
    remedies: [
      {
        text: 'Rule out the MTU: large packets lost on a VPN or tunnel look just like this. If this fails and a small size works, lower the MTU or clamp the MSS',
        command: command('ping', '-c', '3', '-M', 'do', '-s', '1472', doc.address),
      },
      { text: 'Look for a firewall that inspects TLS between here and there' },
    ],
    alternatives: sniFiltered(doc, evidence),
  }),
);

function heardWords({ progress }: TlsDocument): string {
  return progress === undefined || progress.heard === 'nothing' ? 'nothing' : 'no more';
}

function afterWhat({ progress }: TlsDocument): string {
  if (progress?.heard === 'server-hello') return 'after its ServerHello';
  if (progress?.heard === 'certificate') return 'after its certificate';
  return 'to the ClientHello';
}

function acknowledgedWords(doc: TlsDocument, evidence: Evidence): EvidenceItem[] {
  const { progress } = doc;
  if (progress === undefined || progress.acknowledged === null) return [];
  const ref = `tls[${evidence.observations.tls.indexOf(doc)}]`;
  return [
    {
      observation: ref,
      text: progress.acknowledged
        ? `its TCP acknowledged all ${progress.sentBytes} octets of ours: what is missing is its answer`
        : `its TCP never acknowledged the ${progress.sentBytes} octets of the ClientHello: they did not arrive`,
    },
  ];
}

function otherNameWords(doc: TlsDocument, evidence: Evidence): EvidenceItem[] {
  const other = contrast(evidence, doc.address, 'other-name');
  return other === null || spokeTls(other.doc)
    ? []
    : [
        {
          observation: other.ref,
          text: `another server name fares no better (${other.doc.status}): it is not the name`,
        },
      ];
}

function smallWords(doc: TlsDocument, evidence: Evidence): EvidenceItem[] {
  const small = contrast(evidence, doc.address, 'small-segments');
  return small === null || spokeTls(small.doc)
    ? []
    : [
        {
          observation: small.ref,
          text: `small segments fare no better (${small.doc.status}): it is not the MTU`,
        },
      ];
}

const closed = tlsRule(
  'tls.closed',
  {},
  (doc) =>
    (doc.status === 'closed' || doc.status === 'reset' || doc.status === 'error') &&
    alertOf(doc) !== 'unrecognized_name',
  (doc, at, evidence) => ({
    confidence: doc.status === 'error' ? 'low' : 'medium',
    summary: `${at} ${ENDING[doc.status] ?? 'ended'} the connection during the TLS handshake for ${doc.serverName}.`,
    seen: `the connection to ${doc.address} ended ${duration(doc.durationMs)} into the handshake${doc.progress === undefined || doc.progress.heard === 'nothing' ? '' : `, ${afterWhat(doc)}`}`,
    more: otherNameWords(doc, evidence),
    remedies: [
      { text: 'See where the handshake ends', command: openssl(doc) },
      { text: `Check that a TLS service listens at ${doc.address}, and its logs` },
    ],
    alternatives: sniFiltered(doc, evidence),
  }),
);

const ENDING: Readonly<Partial<Record<TlsStatus, string>>> = {
  closed: 'closed',
  reset: 'reset',
  error: 'broke off',
};

/** Still possible as long as no other name was tried. */
function sniFiltered(doc: TlsDocument, evidence: Evidence): Alternative[] {
  if (contrast(evidence, doc.address, 'other-name') !== null) return [];
  return [
    possible(
      'policy.sni-filtered',
      `${openssl(doc, 'example.com')}: if another name gets an answer, the name is filtered`,
    ),
  ];
}

export const tlsHandshakeRules: readonly Rule[] = [notTls, protocol, silent, closed];
