import { shellLine } from '../../core/shell-line.js';
import { count, excerpt, list } from '../../core/text.js';
import {
  endedBy,
  inspectorIn,
  isChainComplete,
  isChainUnfit,
  isTrustedNowhere,
  trustWords,
} from '../../documents/observed/tls.js';
import type { Alternative, Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsCertificate, TlsDocument } from '../../documents/tls.js';
import { familyOf } from '../../net/address/address.js';
import { possible, type Rule } from '../finding.js';
import { short } from '../headline.js';
import type { Advice } from '../remedies/advice.js';
import { DOCS } from '../remedies/docs.js';
import { knownCertificateAdvice } from '../remedies/known-certificates.js';
import {
  makeFit,
  openssl,
  renewCertificate,
  rightName,
  sendWholeChain,
  trustIssuer,
} from '../remedies/tls.js';
import { sniFiltered } from './tls-handshake.js';
import { tlsRule } from './tls-rule.js';

const nameMismatch = tlsRule(
  'tls.name-mismatch',
  { docs: DOCS.invokeUrl },
  (doc) => doc.status === 'name-mismatch',
  (doc, at, evidence) => ({
    confidence: 'certain',
    summary:
      certifiedName(doc) === doc.serverName
        ? `The certificate at ${at} is for ${doc.serverName} as a DNS name, not as an address.`
        : `The certificate at ${at} is for ${certifiedName(doc)}, not for ${short(doc.serverName, 'the target')}.`,
    seen: `for the server name ${doc.serverName}, ${doc.address} sent ${subject(doc)}${namesOf(doc)}${whyNot(doc)}`,
    remedies: [...(knownCertificate(doc) ?? []), ...rightName(doc, evidence)],
    alternatives: inspectorIn(doc.certificate?.issuer ?? '') === null ? [] : [inspected(doc)],
  }),
);

/** Why a name of the certificate that looks right is not the one in the URL (RFC 9525 section 6). */
function whyNot({ certificate, serverName }: TlsDocument): string {
  const names = certificate?.names.map((name) => name.toLowerCase()) ?? [];
  if (familyOf(serverName) !== null)
    return names.includes(serverName)
      ? ': it has the address as a DNS name, and an address counts only as an IP address of subjectAltName'
      : ': an address in the URL must be in the certificate as an IP address';
  const host = serverName.toLowerCase();
  const wildcard = names.find((name) => name.startsWith('*.') && host.endsWith(name.slice(1)));
  if (wildcard !== undefined)
    return `: the wildcard stands for one label, and ${host} has more before ${wildcard.slice(2)}`;
  return names.length === 0 && certificate !== null
    ? ': it has no subjectAltName, and the name in its subject does not count'
    : '';
}

/** A server without a certificate for a name can send this alert instead of another certificate (RFC 6066 section 3). */
const nameUnknown = tlsRule(
  'tls.name-mismatch',
  { id: 'tls.name-mismatch/unrecognized-name', docs: DOCS.invokeUrl },
  isUnrecognized,
  (doc, _at, evidence, server) => ({
    // A filter on the path that looks at the server name can send the alert too.
    confidence: 'high',
    summary: `${server} has no certificate for ${short(doc.serverName, 'the target')}: its alert is unrecognized_name.`,
    seen: `for the server name ${doc.serverName}, ${doc.address} answered with the alert unrecognized_name`,
    remedies: rightName(doc, evidence),
    alternatives: [
      possible('dns.endpoint-mismatch', `check whether ${doc.address} belongs to the service`),
      ...sniFiltered(doc, evidence),
    ],
  }),
);

/** Of the level warning, the alert ends nothing, and the server goes on with another certificate (RFC 6066 section 3). */
function isUnrecognized(doc: TlsDocument): boolean {
  return doc.status !== 'name-mismatch' && endedBy(doc) === 'unrecognized_name';
}

const untrusted = tlsRule(
  'tls.untrusted',
  {},
  (doc) => doc.status === 'untrusted',
  (doc, at, evidence, server) => ({
    // Reports of earlier versions know Node's list alone, and curl may have accepted the certificate. The root of a chain
    // without an end may be trusted.
    confidence:
      isTrustedNowhere(doc) === true && isChainComplete(doc) && !isChainUnfit(doc) ? 'certain' : 'high',
    summary: untrustedSummary(doc, at, server),
    seen: `${doc.address} sent ${subject(doc)}`,
    more: trustEvidence(doc, evidence),
    remedies: isChainUnfit(doc)
      ? makeFit(doc)
      : (knownCertificate(doc) ?? [...sendWholeChain(doc), ...trustIssuer(evidence)]),
    // Every system trusts the certificates of API Gateway's own names: another one comes from a device in between.
    alternatives: [
      possible(
        'policy.proxy',
        `${shellLine(openssl(doc))} shows the issuer of the certificate`,
        hasOwnName(evidence) || inspectorIn(doc.certificate?.issuer ?? '') !== null ? 'medium' : 'low',
      ),
    ],
  }),
);

/** The remedy for a certificate that software made for itself, or null. */
function knownCertificate(doc: TlsDocument): Advice[] | null {
  const advice = knownCertificateAdvice(doc);
  return advice === null ? null : [advice];
}

/** A device that inspects TLS can show a page of its own under its own certificate. */
function inspected(doc: TlsDocument): Alternative {
  return possible('policy.proxy', `${shellLine(openssl(doc))} shows the issuer of the certificate`, 'medium');
}

function untrustedSummary(doc: TlsDocument, at: string, server: string): string {
  const { certificate, chainFault } = doc;
  if (isChainUnfit(doc)) return `This host rejects the certificate chain at ${at}: ${unfitWords(doc)}.`;
  const name = short(chainFault?.name ?? certificate?.issuer ?? '', 'its issuer', 40);
  switch (chainFault?.kind) {
    case 'self-signed':
      return `The certificate at ${at} is self-signed, and this host does not trust it.`;
    case 'missing-intermediate':
      return `${server} leaves out the intermediate certificate ${name}, or this host does not trust that authority.`;
    case 'unknown-root':
      if (!isChainComplete(doc))
        return `This host does not trust ${name}, the issuer of the certificate at ${at}, or the server leaves out its certificate.`;
      return `This host does not trust the root of the certificate at ${at}, ${name}.`;
    default:
      return `This host does not trust the issuer of the certificate at ${at}${certificate === null ? '' : `, ${name}`}.`;
  }
}

function trustEvidence(doc: TlsDocument, { observations }: Evidence): EvidenceItem[] {
  const observation = `tls[${observations.tls.indexOf(doc)}]`;
  const words = [chainWords(doc), trustWords(doc)].filter((each) => each !== null);
  return words.map((text) => ({ observation, text }));
}

/** Which rule a chain breaks that may have a trusted authority. */
function unfitWords({ errorCode }: TlsDocument): string {
  return errorCode === 'UNSPECIFIED'
    ? 'the hash of a signature or a key is too weak, or an extension is wrong'
    : `OpenSSL's error is ${errorCode}`;
}

/** What is known of the end of the chain; null where the fault is another one. */
function chainWords(doc: TlsDocument): string | null {
  const { chainFault } = doc;
  if (isChainUnfit(doc)) return null;
  const name = excerpt(chainFault?.name ?? '', 80);
  if (chainFault?.kind === 'self-signed') return `the certificate is its own issuer: ${name}`;
  if (chainFault?.kind !== 'missing-intermediate' && chainFault?.kind !== 'unknown-root') return null;
  if (isChainComplete(doc)) return `the server sent the root itself: ${name}`;
  return `the server did not send the certificate of ${name}: if that is an intermediate, programs that do not fetch it (OpenSSL, curl on Linux, Node, Python, Go) reject the chain, and browsers accept it; if it is a root, it need not be sent, and this host does not trust it`;
}

const expired = tlsRule(
  'tls.expired',
  {},
  (doc) => doc.status === 'expired',
  (doc, at, evidence, server) => ({
    // By the clock of this host alone: nothing else in the report has the time.
    confidence: 'high',
    summary: expiredSummary(doc, at, server),
    seen: `${doc.address} sent ${subject(doc)}; the clock of this host was at ${doc.startedAt}`,
    more: faultyEvidence(doc, evidence),
    remedies: renewCertificate(doc),
    alternatives: [],
  }),
);

/** Which certificate of the chain is not valid now, where it is not the server's own, and what the clock has to do with it. */
function faultyEvidence(doc: TlsDocument, { observations }: Evidence): EvidenceItem[] {
  const { chainFault } = doc;
  if (chainFault == null || (chainFault.kind === 'expired' && chainFault.depth === 0)) return [];
  const name = excerpt(chainFault.name, 80);
  const text =
    chainFault.kind === 'not-yet-valid'
      ? `the certificate ${name} is not valid yet: the clock of this host is slow, or the certificate was made too early`
      : `the certificate ${name} has expired; the server's own certificate is not the problem`;
  return [{ observation: `tls[${observations.tls.indexOf(doc)}]`, text }];
}

function expiredSummary(doc: TlsDocument, at: string, server: string): string {
  const { certificate, chain = [], chainFault, startedAt } = doc;
  const faulty = chainFault == null ? undefined : chain[chainFault.depth];
  if (chainFault?.kind === 'not-yet-valid')
    return `The certificate at ${at} is valid only from ${day(faulty?.validFrom)} on, and the clock of this host is at ${day(startedAt)}.`;
  if (chainFault?.kind === 'expired' && chainFault.depth > 0)
    return `${server} sends the certificate of an issuer that was valid until ${day(faulty?.validTo)} only.`;
  const end = certificate?.validTo ?? null;
  if (end !== null && end < startedAt)
    return `The certificate at ${at} expired on ${day(end)}, by the clock of this host.`;
  return `The certificate at ${at} is not valid at this time${certificate === null ? '' : `: ${validity(certificate)}`}.`;
}

function day(instant: string | null | undefined): string {
  return instant?.slice(0, 10) ?? 'an unreadable date';
}

/** Whether the target has one of API Gateway's own names. */
function hasOwnName({ target }: Evidence): boolean {
  return target.privateApi !== null && target.privateApi.form !== 'custom';
}

/** The first name of a certificate, and how many others it has. */
function certifiedName({ certificate }: TlsDocument): string {
  if (certificate === null) return 'another name';
  const [first = certificate.subject, ...others] = certificate.names;
  const name = short(first, 'another name', 44);
  return others.length === 0 ? name : `${name} and ${count(others.length, 'other')}`;
}

function namesOf({ certificate }: TlsDocument): string {
  return certificate === null || certificate.names.length < 2 ? '' : `, valid for ${list(certificate.names)}`;
}

function subject({ certificate }: TlsDocument): string {
  if (certificate === null) return 'no certificate';
  return `a certificate for ${excerpt(certificate.subject, 80)}, issued by ${excerpt(certificate.issuer, 80)}`;
}

function validity({ validFrom, validTo }: TlsCertificate): string {
  return `it is valid from ${day(validFrom)} to ${day(validTo)}`;
}

export const tlsCertificateRules: readonly Rule[] = [nameMismatch, nameUnknown, untrusted, expired];
