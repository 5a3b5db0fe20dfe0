import { shellLine } from '../../core/shell-line.js';
import { excerpt, list } from '../../core/text.js';
import { alertOf } from '../../documents/observed/tls.js';
import type { Evidence } from '../../documents/report.js';
import type { TlsCertificate, TlsDocument } from '../../documents/tls.js';
import { possible, type Rule } from '../finding.js';
import { DOCS } from '../remedies/docs.js';
import { openssl, renewCertificate, rightName, trustIssuer } from '../remedies/tls.js';
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
    confidence: 'certain',
    summary: `This host does not trust the issuer of the certificate at ${at}${doc.certificate === null ? '' : `: ${excerpt(doc.certificate.issuer, 80)}`}.`,
    seen: `${doc.address} sent ${subject(doc)}`,
    remedies: trustIssuer(evidence),
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

const expired = tlsRule(
  'tls.expired',
  {},
  (doc) => doc.status === 'expired',
  (doc, at) => ({
    confidence: 'certain',
    summary: `The certificate at ${at} is not valid at this time${doc.certificate === null ? '' : `: ${validity(doc.certificate)}`}.`,
    seen: `${doc.address} sent ${subject(doc)}; the clock of this host was at ${doc.startedAt}`,
    remedies: renewCertificate(doc),
    alternatives: [],
  }),
);

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
  return `it is valid from ${validFrom?.slice(0, 10) ?? 'an unreadable date'} to ${validTo?.slice(0, 10) ?? 'an unreadable date'}`;
}

export const tlsCertificateRules: readonly Rule[] = [nameMismatch, nameUnknown, untrusted, expired];
