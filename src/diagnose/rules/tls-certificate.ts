import { command } from '../../core/shell-command.js';
import { excerpt, list } from '../../core/text.js';
import { alertOf } from '../../documents/observed/tls.js';
import type { Evidence, Remedy } from '../../documents/report.js';
import type { TlsCertificate, TlsDocument } from '../../documents/tls.js';
import { bracketed } from '../../target/host.js';
import { byDefaultName } from '../../target/private-api/invoke-url.js';
import { possible, type Rule } from '../finding.js';
import { callBy } from '../remedies/api.js';
import { DOCS } from '../remedies/docs.js';
import { openssl, tlsRule } from './tls-rule.js';

const nameMismatch = tlsRule(
  'tls.name-mismatch',
  { docs: DOCS.invokeUrl },
  (doc) => doc.status === 'name-mismatch',
  (doc, at, evidence) => ({
    confidence: 'certain',
    summary: `The certificate at ${at} is for ${certifiedNames(doc)}, not for ${doc.serverName}.`,
    seen: `asked as ${doc.serverName}, ${doc.address} showed ${subject(doc)}`,
    remedies: rightName(doc, evidence),
    alternatives: [],
  }),
);

/** A server that has no certificate for a name may say so in place of showing another (RFC 6066 section 3). */
const nameUnknown = tlsRule(
  'tls.name-mismatch',
  { id: 'tls.name-mismatch/unrecognized-name', docs: DOCS.invokeUrl },
  (doc) => doc.status !== 'name-mismatch' && alertOf(doc) === 'unrecognized_name',
  (doc, at, evidence) => ({
    confidence: 'certain',
    summary: `${at} has no certificate for ${doc.serverName}: it ends the handshake with the alert unrecognized_name.`,
    seen: `asked as ${doc.serverName}, ${doc.address} answered with the alert unrecognized_name`,
    remedies: rightName(doc, evidence),
    alternatives: [possible('dns.endpoint-mismatch', `does ${doc.address} belong to the service at all?`)],
  }),
);

/** A private API has names its certificate covers; anything else in front of it needs a certificate of its own. */
function rightName(doc: TlsDocument, { target }: Evidence): Remedy[] {
  const right = byDefaultName(target);
  const own = {
    text: `Give what listens at ${doc.address} a certificate for ${doc.serverName}, or call it by a name of the certificate`,
  };
  const custom =
    target.privateApi?.form === 'custom'
      ? [
          {
            text: `If ${doc.serverName} is a private custom domain name, associate it with the VPC endpoint (domain name access association), and accept the share where it is another account's`,
            docs: DOCS.customDomains,
          },
        ]
      : [];
  return right === null || right.host === doc.serverName
    ? [...custom, own]
    : [callBy(right, 'Call the API by its own name, which the certificate covers'), ...custom, own];
}

const untrusted = tlsRule(
  'tls.untrusted',
  {},
  (doc) => doc.status === 'untrusted',
  (doc, at, { target }) => ({
    confidence: 'certain',
    summary: `This host does not trust who signed the certificate at ${at}${doc.certificate === null ? '' : `: ${excerpt(doc.certificate.issuer, 80)}`}.`,
    seen: `${doc.address} showed ${subject(doc)}`,
    remedies: [
      {
        text: "If the issuer is your organization's own authority, let pprobe and your client trust it",
        command: command('pprobe', 'diagnose', bracketed(doc.serverName), '--ca-file', 'CA.pem'),
      },
      { text: 'If it is an inspecting proxy, exempt this name from inspection' },
    ],
    // The names of API Gateway itself have certificates that every system trusts: who shows another one stands between.
    alternatives: [
      possible(
        'policy.proxy',
        `${openssl(doc)}: who issued the certificate?`,
        target.privateApi === null || target.privateApi.form === 'custom' ? 'low' : 'medium',
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
    summary: `The certificate at ${at} is not valid now${doc.certificate === null ? '' : `: ${validity(doc.certificate)}`}.`,
    seen: `${doc.address} showed ${subject(doc)} when this host's clock said ${doc.startedAt}`,
    remedies: [
      { text: `Renew the certificate of ${doc.serverName} at ${doc.address}` },
      { text: "If the dates look right, this host's clock is wrong", command: 'timedatectl' },
    ],
    alternatives: [],
  }),
);

function certifiedNames({ certificate }: TlsDocument): string {
  if (certificate === null) return 'another name';
  return list(certificate.names.length > 0 ? certificate.names : [certificate.subject], 4);
}

function subject({ certificate }: TlsDocument): string {
  if (certificate === null) return 'no certificate';
  return `a certificate for ${excerpt(certificate.subject, 80)} by ${excerpt(certificate.issuer, 80)}`;
}

function validity({ validFrom, validTo }: TlsCertificate): string {
  return `it is from ${validFrom?.slice(0, 10) ?? 'an unreadable date'} to ${validTo?.slice(0, 10) ?? 'an unreadable date'}`;
}

export const tlsCertificateRules: readonly Rule[] = [nameMismatch, nameUnknown, untrusted, expired];
