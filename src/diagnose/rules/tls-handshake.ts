import { shellLine } from '../../core/shell-line.js';
import { count, duration, excerpt } from '../../core/text.js';
import { alertOf, contrast, endedBy, isNotTls, spokeTls } from '../../documents/observed/tls.js';
import type { Alternative, Confidence, Evidence, EvidenceItem } from '../../documents/report.js';
import { alertIn } from '../../documents/terms/tls-alert.js';
import type { TlsDocument, TlsStatus } from '../../documents/tls.js';
import { possible, type Rule } from '../finding.js';
import { short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { pprobeAgain } from '../remedies/again.js';
import { DOCS } from '../remedies/docs.js';
import { spokenProtocol, spokenRemedies } from '../remedies/spoken.js';
import {
  clientCertificate,
  findInspector,
  offerCiphers,
  offerProtocols,
  openssl,
  pingUnfragmented,
  readServerLog,
  seeHandshake,
  serveTls,
  serveVersions,
} from '../remedies/tls.js';
import { tlsRule } from './tls-rule.js';

/** The peer sent bytes that are not TLS: it is an HTTP server, an SSH server or a proxy. */
const notTls = tlsRule(
  'tls.protocol',
  { id: 'tls.protocol/not-tls', words: 'the server does not speak TLS' },
  (doc) => doc.status === 'protocol' && isNotTls(doc),
  (doc, at) => {
    const line = doc.progress?.firstLine ?? null;
    const spoken = spokenProtocol(line);
    const what =
      spoken === null
        ? 'does not speak TLS'
        : spoken.startTls === null
          ? `speaks ${spoken.name} and not TLS`
          : `speaks ${spoken.name}, in which TLS begins after the command STARTTLS`;
    return {
      confidence: line === null ? 'high' : 'certain',
      summary: `What answers at ${at}, port ${doc.port}, ${what}${line === null || (spoken !== null && spoken.startTls !== null) ? '' : `: "${excerpt(line, 40)}"`}.`,
      seen: `${doc.address} answered the ClientHello with ${line === null ? 'bytes that are not a TLS record' : `"${excerpt(line, 80)}"`}`,
      remedies: spoken === null ? [serveTls(doc)] : spokenRemedies(spoken, doc),
      says: 'not-tls',
      alternatives: [
        possible(
          'policy.proxy',
          `env | grep -i proxy shows whether a proxy answers instead of ${doc.address}`,
        ),
      ],
    };
  },
);

/** Alerts about version or cipher (RFC 8446 section 6.2). */
const AGREEMENT = /^(?:protocol_version|insufficient_security|inappropriate_fallback|handshake_failure)$/;

/**
 * The server asked for a certificate of the client, and ended the handshake or the connection when none came. In TLS 1.3 that
 * happens after the handshake (RFC 8446 section 4.4.2.4).
 */
const clientCertificateWanted = tlsRule(
  'tls.client-certificate',
  { docs: DOCS.mutualTls },
  wantsCertificate,
  (doc, _at, _evidence, server) => {
    const alert = alertOf(doc);
    const how = alert === null ? (ENDING[doc.status] ?? 'ended') : `ended with the alert ${alert}`;
    return {
      confidence: alert === 'certificate_required' ? 'certain' : 'high',
      summary: `${server} wants a certificate from the client for ${short(doc.serverName, 'the target')}, and gets none.`,
      says: 'wants-certificate',
      seen: `${doc.clientCertificate === 'required' ? `${doc.address} sent a CertificateRequest; ` : ''}the connection ${how} when no certificate came`,
      remedies: [
        clientCertificate,
        {
          text: 'Repeat the handshake with the certificate and its key; put your files in place of CLIENT.pem and CLIENT.key',
          command: [...openssl(doc), '-cert', 'CLIENT.pem', '-key', 'CLIENT.key'],
        },
      ],
      alternatives: [
        possible('policy.proxy', `${shellLine(openssl(doc))} shows whether a proxy in between answers`),
      ],
    };
  },
);

function wantsCertificate(doc: TlsDocument): boolean {
  return doc.clientCertificate === 'required' || alertOf(doc) === 'certificate_required';
}

/** A certificate comes after version and cipher are agreed upon, so that the end has another reason. */
function hasAgreed({ certificate, progress }: TlsDocument): boolean {
  return certificate !== null || progress?.heard === 'certificate' || progress?.heard === 'done';
}

/** OpenSSL's errors for messages that no agreement on a version or a cipher explains: the wrong message, or a damaged one. */
const brokenRules =
  /UNEXPECTED_(?:MESSAGE|RECORD)|LENGTH_(?:MISMATCH|TOO_\w+)|DECODE|BAD_(?:EXTENSION|HANDSHAKE|LENGTH|PACKET|RECORD)|INVALID_CCS|TOO_MANY|RECORD_(?:TOO_SMALL|LENGTH)|EXCESSIVE_MESSAGE|(?:HEADER|PACKET|DATA)_TOO/;

/** OpenSSL's errors for a version, cipher, group or signature that the two sides have not in common (openssl/sslerr.h). */
const agreementCodes =
  /VERSION|PROTOCOL|CIPHER|SHARED|FALLBACK|GROUP|CURVE|SIGNATURE|SIGALG|DIGEST|KEY_TOO_SMALL|RENEGOTIATION|COMPRESSION/;

const protocol = tlsRule(
  'tls.protocol',
  { docs: DOCS.securityPolicies },
  (doc) =>
    doc.status === 'protocol' &&
    !isNotTls(doc) &&
    !wantsCertificate(doc) &&
    !hasAgreed(doc) &&
    endedBy(doc) !== 'unrecognized_name',
  (doc, at, _evidence, server) => {
    // One of the level warning ends nothing, unless OpenSSL names it as the end.
    const alert = endedBy(doc) ?? alertIn(doc.errorCode ?? '')?.name ?? null;
    const isBroken = alert === null && brokenRules.test(doc.errorCode ?? '');
    const isOther = alert === null && doc.errorCode !== null && !agreementCodes.test(doc.errorCode);
    const other = isBroken || isOther || (alert !== null && !AGREEMENT.test(alert));
    const isVague = alert === 'handshake_failure';
    const name = short(doc.serverName, 'the target');
    return {
      confidence: isBroken || isOther ? 'medium' : confidenceOf(alert),
      summary: isBroken
        ? `${server} does not keep to the rules of TLS in the handshake for ${name} (${doc.errorCode}).`
        : isOther
          ? `The TLS handshake with ${at} for ${name} fails (${doc.errorCode}).`
          : other
            ? `${server} ended the TLS handshake for ${name} with the alert ${alert}.`
            : `${server} and this host have no TLS version or cipher in common.`,
      ...(other ? {} : { says: 'no-common-version' as const }),
      seen: `the handshake with ${doc.address} failed${alert === null ? '' : ` with the alert ${alert}`}`,
      remedies: [remedyOf(doc, alert), seeHandshake(doc, 'See what the server offers')],
      alternatives: [
        ...(isVague
          ? [
              possible(
                'tls.name-mismatch',
                `${shellLine(openssl(doc, 'example.com'))}: some servers send this alert for a name that they do not serve`,
              ),
            ]
          : []),
        possible('policy.proxy', `${shellLine(openssl(doc))} shows whether a proxy in between answers`),
      ],
    };
  },
);

/** What to do about a handshake that ended with an alert, or null: with an error of OpenSSL. */
function remedyOf(doc: TlsDocument, alert: string | null): Advice {
  if (/certificate|unknown_ca|access_denied/.test(alert ?? '')) return clientCertificate;
  switch (alert) {
    case 'protocol_version':
      return serveVersions(doc);
    case 'no_application_protocol':
      return offerProtocols(doc);
    case 'internal_error':
    case 'user_canceled':
      return readServerLog(doc);
    default:
      return offerCiphers(doc);
  }
}

/**
 * handshake_failure has other reasons too: some servers send it for a name that they do not serve. What the peer says of versions
 * is about those that pprobe offers, which are those of Node: other programs on this host can offer older ones.
 */
function confidenceOf(alert: string | null): Confidence {
  if (alert === 'protocol_version' || alert === 'insufficient_security') return 'high';
  return alert === null ? 'high' : 'medium';
}

/** The peer sent nothing after the ClientHello, or stopped in the middle. Lost large packets have a rule of their own. */
const silent = tlsRule(
  'tls.silent',
  {},
  (doc) => doc.status === 'timeout' && !wantsCertificate(doc),
  (doc, _at, evidence, server) => {
    const isHeard = doc.progress !== undefined && doc.progress.heard !== 'nothing';
    const octets = isHeard ? 0 : (doc.progress?.receivedBytes ?? 0);
    if (octets > 0) return talksElse(doc, server, evidence, octets);
    const isMtu = smallWords(doc, evidence).length === 0;
    return {
      confidence: 'medium',
      summary: `${server} accepts the connection, but ${heardWords(doc)} the TLS handshake for ${short(doc.serverName, 'the target')}.`,
      seen: `no answer from ${doc.address} ${afterWhat(doc)} within ${duration(doc.durationMs)}`,
      ...(isHeard ? {} : { says: 'tls-silent' as const }),
      more: [
        ...acknowledgedWords(doc, evidence),
        ...otherNameWords(doc, evidence),
        ...smallWords(doc, evidence),
      ],
      remedies: [
        ...(isMtu
          ? [
              pingUnfragmented(
                doc.address,
                'Rule out an MTU fault, in which large packets are lost on a VPN or tunnel: if this fails and a small size works, lower the MTU or clamp the MSS',
              ),
            ]
          : [{ text: `Check that the service at ${doc.address} runs, and read its logs` }]),
        findInspector,
        ...(doc.progress?.acknowledged === true
          ? [
              {
                text: 'The server may only be slow: wait longer for its answer',
                command: pprobeAgain(evidence.target, { command: 'diagnose', options: ['--timeout', '30s'] }),
              },
            ]
          : []),
      ],
      alternatives: sniFiltered(doc, evidence),
    };
  },
);

/** The peer sends, with or without a pause, and nothing of it is a message of a handshake. */
function talksElse(doc: TlsDocument, server: string, evidence: Evidence, octets: number) {
  return {
    confidence: 'medium' as const,
    summary: `${server} accepts the connection and sends ${count(octets, 'octet')}, but no answer to the TLS handshake.`,
    seen: `${count(octets, 'octet')} from ${doc.address} within ${duration(doc.durationMs)}, and no message of a handshake (RFC 8446 section 4) among them`,
    more: otherNameWords(doc, evidence),
    remedies: [
      {
        text: `Look at what ${doc.address} sends on port ${doc.port}, and check which service listens there`,
        command: openssl(doc),
      },
      findInspector,
    ],
    alternatives: [],
  };
}

function heardWords({ progress }: TlsDocument): string {
  return progress === undefined || progress.heard === 'nothing' ? 'does not answer' : 'does not complete';
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
        ? `TCP at the other end acknowledged all ${progress.sentBytes} octets sent: only the answer is missing`
        : `TCP at the other end never acknowledged the ${progress.sentBytes} octets of the ClientHello: they did not arrive`,
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
          text: `a handshake for another server name fails too (${other.doc.status}), so the name does not matter`,
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
          text: `a handshake with small segments fails too (${small.doc.status}), so the MTU does not matter`,
        },
      ];
}

const closed = tlsRule(
  'tls.closed',
  {},
  (doc) =>
    (doc.status === 'closed' ||
      doc.status === 'reset' ||
      doc.status === 'error' ||
      (doc.status === 'protocol' && hasAgreed(doc) && !isNotTls(doc))) &&
    !wantsCertificate(doc) &&
    endedBy(doc) !== 'unrecognized_name',
  (doc, _at, evidence, server) => ({
    confidence: doc.status === 'error' || doc.status === 'protocol' ? 'low' : 'medium',
    summary: `${server} ${ENDING[doc.status] ?? 'ended'} the connection during the TLS handshake for ${short(doc.serverName, 'the target')}.`,
    seen: `the connection to ${doc.address} ended ${duration(doc.durationMs)} into the handshake${doc.progress === undefined || doc.progress.heard === 'nothing' ? '' : `, ${afterWhat(doc)}`}`,
    more: otherNameWords(doc, evidence),
    remedies: [
      seeHandshake(doc, 'See where the handshake ends'),
      { text: `Check that a TLS service listens at ${doc.address}, and read its logs` },
      ...(doc.progress === undefined || doc.progress.heard === 'nothing'
        ? [
            {
              text: `If a load balancer is meant to stand in front of ${doc.address}, check whether the server expects the PROXY protocol: it then closes connections that begin with a ClientHello`,
            },
          ]
        : []),
    ],
    alternatives: sniFiltered(doc, evidence),
  }),
);

const ENDING: Readonly<Partial<Record<TlsStatus, string>>> = {
  closed: 'closed',
  reset: 'reset',
  error: 'broke off',
};

/** Possible as long as no other server name was tried. */
export function sniFiltered(doc: TlsDocument, evidence: Evidence): Alternative[] {
  if (contrast(evidence, doc.address, 'other-name') !== null) return [];
  return [
    possible(
      'policy.sni-filtered',
      `${shellLine(openssl(doc, 'example.com'))}: if another name gets an answer, a filter looks at the name`,
    ),
  ];
}

export const tlsHandshakeRules: readonly Rule[] = [notTls, clientCertificateWanted, protocol, silent, closed];
