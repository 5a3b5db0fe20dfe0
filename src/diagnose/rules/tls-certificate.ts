import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import { alertOf, isChainComplete, isTrustedNowhere, trustWords } from '../../documents/observed/tls.js';
import type { Evidence, EvidenceItem } from '../../documents/report.js';
import type { TlsCertificate, TlsDocument } from '../../documents/tls.js';
import { possible, type Rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { openssl, renewCertificate, rightName, sendWholeChain, trustIssuer } from '../remedies/tls.js';
import { tlsRule } from './tls-rule.js';

const nameMismatch = tlsRule(
  'tls.name-mismatch',
  { docs: DOCS.invokeUrl },
  (doc) => doc.status === 'name-mismatch',
  (doc, at, evidence) => ({
    confidence: 'certain',
    summary: `The certificate at ${at} is for ${certifiedNames(doc)}, not for ${doc.serverName}.`,
    seen: `for the server name ${doc.serverName}, ${doc.address} sent ${subject(doc)}`,
    remedies: rightName(doc, evidence),
    alternatives: [],
  }),
);

/** A server without a certificate for a name can send this alert instead of another certificate (RFC 6066 section 3). */
const nameUnknown = tlsRule(
  'tls.name-mismatch',
  { id: 'tls.name-mismatch/unrecognized-name', docs: DOCS.invokeUrl },
  (doc) => doc.status !== 'name-mismatch' && alertOf(doc) === 'unrecognized_name',
  (doc, at, evidence) => ({
    confidence: 'certain',
    summary: `${at} has no certificate for ${doc.serverName}: it ends the handshake with the alert unrecognized_name.`,
    seen: `for the server name ${doc.serverName}, ${doc.address} answered with the alert unrecognized_name`,
    remedies: rightName(doc, evidence),
    alternatives: [possible('dns.endpoint-mismatch', `check whether ${doc.address} belongs to the service`)],
  }),
);

const untrusted = tlsRule(
  'tls.untrusted',
  {},
  (doc) => doc.status === 'untrusted',
  (doc, at, evidence) => ({
    // Reports of earlier versions know Node's list alone, and curl may have accepted the certificate. The root of a chain
    // without an end may be trusted.
    confidence: isTrustedNowhere(doc) === true && isChainComplete(doc) ? 'certain' : 'high',
    summary: untrustedSummary(doc, at),
    seen: `${doc.address} sent ${subject(doc)}`,
    more: trustEvidence(doc, evidence),
    remedies: [...sendWholeChain(doc), ...trustIssuer(evidence)],
    // Every system trusts the certificates of API Gateway's own names: another one comes from a device in between.
    alternatives: [
      possible(
        'policy.proxy',
        `${shellLine(openssl(doc))} shows the issuer of the certificate`,
        hasOwnName(evidence) ? 'medium' : 'low',
      ),
    ],
  }),
);

function untrustedSummary(doc: TlsDocument, at: string): string {
  const { certificate, chainFault } = doc;
  const name = excerpt(chainFault?.name ?? certificate?.issuer ?? '', 80);
  switch (chainFault?.kind) {
    case 'self-signed':
      return `The certificate at ${at} is self-signed, and this host does not trust it: ${name}.`;
    case 'missing-intermediate':
      return `${at} does not send the certificate of its issuer, ${name}, so the chain is incomplete: curl, Node and Python reject it, while browsers fetch what is missing. If it is the certificate of a root, this host does not trust that root.`;
    case 'unknown-root':
      if (!isChainComplete(doc))
        return `This host does not know the issuer of the certificate at ${at}, ${name}: it does not trust this authority, or the server leaves out an intermediate certificate.`;
      return `This host does not trust the root of the certificate at ${at}: ${name}.`;
    default:
      return `This host does not trust the issuer of the certificate at ${at}${name === '' ? '' : `: ${name}`}.`;
  }
}

function trustEvidence(doc: TlsDocument, { observations }: Evidence): EvidenceItem[] {
  const words = trustWords(doc);
  return words === null ? [] : [{ observation: `tls[${observations.tls.indexOf(doc)}]`, text: words }];
}

const expired = tlsRule(
  'tls.expired',
  {},
  (doc) => doc.status === 'expired',
  (doc, at) => ({
    confidence: 'certain',
    summary: expiredSummary(doc, at),
    seen: `${doc.address} sent ${subject(doc)}; the clock of this host was at ${doc.startedAt}`,
    remedies: renewCertificate(doc),
    alternatives: [],
  }),
);

function expiredSummary(doc: TlsDocument, at: string): string {
  const { certificate, chain = [], chainFault, startedAt } = doc;
  const faulty = chainFault == null ? undefined : chain[chainFault.depth];
  if (chainFault?.kind === 'not-yet-valid')
    return `The certificate ${excerpt(chainFault.name, 80)} at ${at} is valid only from ${day(faulty?.validFrom)} on, and the clock of this host is at ${day(startedAt)}: the clock is slow, or the certificate was made too early.`;
  if (chainFault?.kind === 'expired' && chainFault.depth > 0)
    return `${at} sends the certificate of an issuer that has expired: ${excerpt(chainFault.name, 80)}, valid until ${day(faulty?.validTo)}. Its own certificate is not the problem.`;
  return `The certificate at ${at} is not valid at this time${certificate === null ? '' : `: ${validity(certificate)}`}.`;
}

function day(instant: string | null | undefined): string {
  return instant?.slice(0, 10) ?? 'an unreadable date';
}

/** Whether the target has one of API Gateway's own names. */
function hasOwnName({ target }: Evidence): boolean {
  return target.privateApi !== null && target.privateApi.form !== 'custom';
}

function certifiedNames({ certificate }: TlsDocument): string {
  if (certificate === null) return 'another name';
  return list(certificate.names.length > 0 ? certificate.names : [certificate.subject], 4);
}

function subject({ certificate }: TlsDocument): string {
  if (certificate === null) return 'no certificate';
  return `a certificate for ${excerpt(certificate.subject, 80)}, issued by ${excerpt(certificate.issuer, 80)}`;
}

function validity({ validFrom, validTo }: TlsCertificate): string {
  return `it is valid from ${day(validFrom)} to ${day(validTo)}`;
}

export const tlsCertificateRules: readonly Rule[] = [nameMismatch, nameUnknown, untrusted, expired];
