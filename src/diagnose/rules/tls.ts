import type { TlsCertificate, TlsDocument, TlsStatus } from '../../probe/tls/types.js';
import type { Cause } from '../causes.js';
import type { Seen } from '../facts/dns.js';
import { type Judgement, possible, type Rule, rule } from '../finding.js';
import { bracketed } from '../format-target.js';
import type { Evidence } from '../observations.js';
import { byDefaultName } from '../private-api/invoke-url.js';
import { DOCS } from '../remedies/docs.js';
import { callBy } from '../remedies/invoke.js';
import { command } from '../remedies/shell.js';
import type { Alternative, EvidenceItem, Remedy } from '../verdict.js';
import { duration, excerpt, list } from '../words.js';

type Words = Pick<Judgement, 'summary' | 'confidence' | 'remedies'> & {
  seen: string;
  alternatives: Alternative[];
};

/** A rule over handshakes that ended in one of `statuses`; the first is told, the others are counted. */
function tlsRule(
  cause: Cause,
  statuses: readonly TlsStatus[],
  words: (doc: TlsDocument, at: string, evidence: Evidence) => Words,
): Rule {
  return rule(cause, (evidence): Judgement | null => {
    const failed = handshakes(evidence).filter(
      ({ doc }) => statuses.includes(doc.status) && doc.errorCode !== 'ECANCELED',
    );
    const [first] = failed;
    if (first === undefined) return null;
    const at = list([...new Set(failed.map(({ doc }) => doc.address))], 4);
    const { seen, ...judgement } = words(first.doc, at, evidence);
    const code = first.doc.errorCode === null ? '' : ` (${first.doc.errorCode})`;
    return {
      phase: 'tls',
      evidence: [{ observation: first.ref, text: `${seen}${code}` }, ...furtherProblems(first)],
      check: openssl(first.doc),
      ...judgement,
    };
  });
}

/** A certificate with one fault often has another, which shows once the first is mended. */
function furtherProblems({ ref, doc }: Seen<TlsDocument>): EvidenceItem[] {
  const others = doc.problems.filter(({ status }) => status !== doc.status);
  return others.length === 0
    ? []
    : [
        {
          observation: ref,
          text: `the certificate is also wrong in this: ${list(others.map(({ code }) => code))}`,
        },
      ];
}

function handshakes({ target, observations }: Evidence): Seen<TlsDocument>[] {
  return (
    observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      // Where not even the connection stood, the handshake is not to blame.
      .filter(({ doc }) => doc.port === target.port && (doc.status === 'ok' || doc.connectMs !== null))
  );
}

const nameMismatch = tlsRule('tls.name-mismatch', ['name-mismatch'], (doc, at, evidence) => ({
  confidence: 'certain',
  summary: `The certificate at ${at} is for ${certifiedNames(doc)}, not for ${doc.serverName}.`,
  seen: `asked as ${doc.serverName}, ${doc.address} showed ${subject(doc)}`,
  remedies: rightName(doc, evidence),
  alternatives: [],
}));

/** A private API has names its certificate covers; anything else in front of it needs a certificate of its own. */
function rightName(doc: TlsDocument, { target }: Evidence): Remedy[] {
  const right = byDefaultName(target);
  const own = {
    text: `Give what listens at ${doc.address} a certificate for ${doc.serverName}, or call it by a name of the certificate`,
  };
  return right === null || right.host === doc.serverName
    ? [own]
    : [callBy(right, 'Call the API by its own name, which the certificate covers'), own];
}

const untrusted = tlsRule('tls.untrusted', ['untrusted'], (doc, at) => ({
  confidence: 'certain',
  summary: `This host does not trust who signed the certificate at ${at}${doc.certificate === null ? '' : `: ${excerpt(doc.certificate.issuer, 80)}`}.`,
  seen: `${doc.address} showed ${subject(doc)}`,
  remedies: [
    {
      text: "If the issuer is your organization's own authority, let pprobe and your client trust it",
      command: `pprobe diagnose ${bracketed(doc.serverName)} --ca-file CA.pem`,
    },
    { text: 'If it is an inspecting proxy, exempt this name from inspection' },
  ],
  alternatives: [possible('policy.proxy', `${openssl(doc)}: who issued the certificate?`)],
}));

const expired = tlsRule('tls.expired', ['expired'], (doc, at) => ({
  confidence: 'certain',
  summary: `The certificate at ${at} is not valid now${doc.certificate === null ? '' : `: ${validity(doc.certificate)}`}.`,
  seen: `${doc.address} showed ${subject(doc)} when this host's clock said ${doc.startedAt}`,
  remedies: [
    { text: `Renew the certificate of ${doc.serverName} at ${doc.address}` },
    { text: "If the dates look right, this host's clock is wrong", command: 'timedatectl' },
  ],
  alternatives: [],
}));

const protocol = tlsRule('tls.protocol', ['protocol'], (doc, at) => ({
  confidence: 'high',
  summary: `${at} and this host agree on no TLS version or cipher for ${doc.serverName}.`,
  seen: `the handshake with ${doc.address} was refused`,
  remedies: [
    {
      text: 'Let the client speak TLS 1.2 and 1.3; where the API has a security policy of TLS 1.3 alone, update the client or relax the policy',
      docs: DOCS.securityPolicies,
    },
    { text: 'See what the server offers', command: openssl(doc) },
  ],
  alternatives: [
    possible('policy.proxy', `what listens at ${doc.address} may not speak TLS at all: ${openssl(doc)}`),
  ],
}));

const silent = tlsRule('tls.silent', ['timeout'], (doc, at) => ({
  confidence: 'medium',
  summary: `${at} opened the connection, then said nothing for ${duration(doc.durationMs)} to a TLS handshake for ${doc.serverName}.`,
  seen: `no answer from ${doc.address} to the ClientHello in ${duration(doc.durationMs)}`,
  remedies: [
    {
      text: 'Rule out the MTU: large packets lost on a VPN or tunnel look just like this. If this fails and a small size works, lower the MTU or clamp the MSS',
      command: command('ping', '-c', '3', '-M', 'do', '-s', '1472', doc.address),
    },
    { text: 'Look for a firewall that inspects TLS between here and there' },
  ],
  alternatives: [sniFiltered(doc)],
}));

const closed = tlsRule('tls.closed', ['closed', 'reset', 'error'], (doc, at) => ({
  confidence: doc.status === 'error' ? 'low' : 'medium',
  summary: `${at} ${ENDING[doc.status] ?? 'ended'} the connection during the TLS handshake for ${doc.serverName}.`,
  seen: `the connection to ${doc.address} ended ${duration(doc.durationMs)} into the handshake`,
  remedies: [
    { text: 'See where the handshake ends', command: openssl(doc) },
    { text: `Check that a TLS service listens at ${doc.address}, and its logs` },
  ],
  alternatives: [sniFiltered(doc)],
}));

const ENDING: Readonly<Partial<Record<TlsStatus, string>>> = {
  closed: 'closed',
  reset: 'reset',
  error: 'broke off',
};

function sniFiltered(doc: TlsDocument): Alternative {
  const other = command(
    'openssl',
    's_client',
    '-connect',
    `${bracketed(doc.address)}:${doc.port}`,
    '-servername',
    'example.com',
  );
  return possible('policy.sni-filtered', `${other}: if another name gets an answer, the name is filtered`);
}

function openssl({ address, port, serverName }: TlsDocument): string {
  return command(
    'openssl',
    's_client',
    '-connect',
    `${bracketed(address)}:${port}`,
    '-servername',
    serverName,
  );
}

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

export const tlsRules: readonly Rule[] = [nameMismatch, untrusted, expired, protocol, silent, closed];
