import { list } from '../../core/text.js';
import type { Evidence } from '../report.js';
import type { TlsDocument, TlsPurpose, TrustStore, TrustView } from '../tls.js';
import type { Seen } from './dns.js';
import { once } from './memo.js';

/** The handshakes that a client of the target would make, on connections that opened. */
export function handshakes(evidence: Evidence): Seen<TlsDocument>[] {
  return once(evidence, targetHandshakes);
}

function targetHandshakes(evidence: Evidence): Seen<TlsDocument>[] {
  return ofPurpose(evidence, 'target');
}

/** Whether a server has shown a certificate for the target's own name. All APIs of a Region have one certificate, which shows nothing. */
export function hasProvenName(evidence: Evidence): boolean {
  const form = evidence.target.privateApi?.form ?? 'custom';
  return form === 'custom' && handshakes(evidence).some(({ doc }) => doc.status === 'ok');
}

/** Why a handshake was made. A second one, made to find out why the first failed, is not a step of a request. */
export function purposeOf({ purpose = 'target' }: TlsDocument): TlsPurpose {
  return purpose;
}

/** The further handshake with the same address that was made for comparison, or null. */
export function contrast(evidence: Evidence, address: string, purpose: TlsPurpose): Seen<TlsDocument> | null {
  return ofPurpose(evidence, purpose).find(({ doc }) => doc.address === address) ?? null;
}

function ofPurpose({ target, observations }: Evidence, purpose: TlsPurpose): Seen<TlsDocument>[] {
  return (
    observations.tls
      .map((doc, index) => ({ ref: `tls[${index}]`, doc }))
      .filter(({ doc }) => purposeOf(doc) === purpose && doc.port === target.port)
      // Without a connection the handshake did not fail; an interrupted one has no result.
      .filter(({ doc }) => doc.status === 'ok' || doc.connectMs !== null)
      .filter(({ doc }) => doc.errorCode !== 'ECANCELED')
  );
}

/** Whether the peer spoke TLS: it sent a certificate, an alert, or another part of a handshake. */
export function spokeTls({ status, progress }: TlsDocument): boolean {
  if (status === 'ok' || status === 'untrusted' || status === 'name-mismatch' || status === 'expired')
    return true;
  return progress !== undefined && progress.heard !== 'nothing' && progress.heard !== 'not-tls';
}

/** Whether the peer sent something that is not TLS. */
export function isNotTls({ progress }: Pick<TlsDocument, 'progress'>): boolean {
  return progress?.heard === 'not-tls';
}

/** The alert that ended a handshake, as RFC 8446 section 6 writes it, or null: `unrecognized_name`. */
export function alertOf({ progress }: TlsDocument): string | null {
  return progress?.alert?.name ?? null;
}

/** The fatal alert of a handshake. One of the level warning ends nothing (RFC 5246 section 7.2.2). */
export function endedBy(doc: TlsDocument): string | null {
  return doc.progress?.alert?.level === 'fatal' ? alertOf(doc) : null;
}

/** Who reads a list of authorities. */
const READERS: Readonly<Record<TrustStore, string>> = {
  node: 'Node',
  system: "curl and other programs with the system's list",
  NODE_EXTRA_CA_CERTS: 'Node with NODE_EXTRA_CA_CERTS',
  given: 'pprobe with the given authorities',
  SSL_CERT_FILE: 'programs that obey SSL_CERT_FILE',
  SSL_CERT_DIR: 'programs that obey SSL_CERT_DIR',
  CURL_CA_BUNDLE: 'curl with CURL_CA_BUNDLE',
  REQUESTS_CA_BUNDLE: 'Python requests with REQUESTS_CA_BUNDLE',
  AWS_CA_BUNDLE: 'the AWS CLI and SDKs with AWS_CA_BUNDLE',
};

function reader({ store, path }: TrustView, all: readonly TrustView[]): string {
  const has = (...stores: TrustStore[]) => all.some((each) => stores.includes(each.store));
  // curl reads a variable in place of the system's list.
  const isWithoutCurl = store === 'system' && has('CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR');
  const isWithoutExtra = store === 'node' && has('NODE_EXTRA_CA_CERTS');
  const words = isWithoutCurl
    ? "programs with the system's list"
    : isWithoutExtra
      ? 'Node without NODE_EXTRA_CA_CERTS'
      : READERS[store];
  return path === null ? words : `${words} (${path})`;
}

/** A list that could not be read: the variable is named, because it is where a wrong path comes from. */
function listName(store: TrustStore, path: string | null): string {
  if (path === null) return `the list of ${store}`;
  return store === 'system' || store === 'node' || store === 'given' ? path : `${store} names ${path}`;
}

/** What the lists of authorities on this host say of the chain; null where only Node's was asked, or the report is older. */
export function trustWords({ trust = [] }: Pick<TlsDocument, 'trust'>): string | null {
  if (trust.length === 0) return null;
  const readersOf = (trusts: boolean) =>
    trust.filter((each) => each.trusts === trusts).map((each) => reader(each, trust));
  const [accepting, rejecting] = [readersOf(true), readersOf(false)];
  const unread = trust.flatMap(({ store, path, problem, trusts }) => {
    if (problem !== null) return [`${listName(store, path)}: ${problem}`];
    return trusts === null
      ? [`${path ?? store}: the chain has name constraints, which are not checked here`]
      : [];
  });
  return [
    accepting.length === 0
      ? `no list of authorities on this host vouches for it: asked were those of ${list(rejecting, 8)}`
      : `accepted by ${list(accepting, 8)}`,
    ...(accepting.length === 0 || rejecting.length === 0 ? [] : [`rejected by ${list(rejecting, 8)}`]),
    ...unread,
  ].join('; ');
}

/**
 * Whether no list of this host vouches for a chain: false where one does; null where one could not be read, its answer is not
 * known, or the report is of a version that asked Node's list alone.
 */
export function isTrustedNowhere({ trust }: Pick<TlsDocument, 'trust'>): boolean | null {
  if (trust === undefined) return null;
  if (trust.some(({ trusts }) => trusts === true)) return false;
  return trust.every(({ trusts, path }) => trusts === false || path === null) ? true : null;
}

/** OpenSSL's errors for a chain without an authority that this host trusts, by Node's names. */
const TRUST_ERRORS: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Whether the chain breaks another rule of OpenSSL: a weak hash or key, the wrong purpose, a revoked certificate. Its authority
 * may be trusted. Node has no names for most of these errors, and calls them UNSPECIFIED.
 */
export function isChainUnfit({ status, errorCode }: Pick<TlsDocument, 'status' | 'errorCode'>): boolean {
  return status === 'untrusted' && errorCode !== null && !TRUST_ERRORS.has(errorCode);
}

/**
 * Whether the chain shows its end: a certificate that is its own issuer. Otherwise the server may leave out an intermediate
 * certificate whose root is trusted, also where an authority with the name of the issuer is known. false for reports without the chain.
 */
export function isChainComplete({ chain = [], chainFault, errorCode }: TlsDocument): boolean {
  if (errorCode === 'SELF_SIGNED_CERT_IN_CHAIN' || errorCode === 'DEPTH_ZERO_SELF_SIGNED_CERT') return true;
  if (chainFault == null) return false;
  const isEnd = chain[chainFault.depth]?.selfSigned === true;
  return chainFault.kind === 'self-signed' || isEnd;
}

/** Products that inspect TLS, by the names that they write into the issuer. */
const INSPECTORS =
  /zscaler|netskope|blue ?coat|palo ?alto|forti(?:gate|net)|sophos|check ?point|umbrella|mcafee|skyhigh|squid|mitmproxy|charles proxy|burp|barracuda|websense|forcepoint|watchguard|cato networks|iboss|do_not_trust_fiddler|menlo security|avast web|avg web|kaspersky anti|eset ssl filter|bitdefender|smoothwall|lightspeed|securly|cloudflare gateway|gateway ca - cloudflare|sonicwall/i;

/** The name of such a product in the issuer of a certificate, as written there, or null. */
export function inspectorIn(issuer: string): string | null {
  return INSPECTORS.exec(issuer)?.[0] ?? null;
}
