import { X509Certificate } from 'node:crypto';
import type { Certificate, DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import { checkServerIdentity } from 'node:tls';
import type { TlsCertificate, TlsDocument, TlsProblem } from '../../documents/tls.js';
import type { Trust } from '../../host/trust-store.js';
import { isTimeError, judgeTrust } from './trust.js';

/** What a finished handshake negotiated, the peer's certificate, and what is wrong with it. */
export type SessionFacts = Pick<
  TlsDocument,
  'protocol' | 'cipher' | 'alpn' | 'certificate' | 'problems' | 'chain' | 'chainFault' | 'trust'
>;

/** The facts of a handshake that did not finish. */
export const noSession: SessionFacts = {
  protocol: null,
  cipher: null,
  alpn: null,
  certificate: null,
  problems: [],
};

/** The facts of a connection whose handshake is finished. `serverName` must be a name in the certificate. */
export function sessionFacts(socket: TLSSocket, serverName: string, trust: Trust): SessionFacts {
  const certificate = socket.getPeerCertificate(true);
  // Its type is Error, but its value has always been the error's code.
  const code = socket.authorized ? null : String(socket.authorizationError);
  const { chainError, hiddenError, ...facts } = judgeTrust(sentChain(certificate), code, trust);
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    certificate: certificateFacts(certificate),
    problems: judgeCertificate({ serverName, certificate, chainError, hiddenError }),
    ...facts,
  };
}

/** The chain that the server sent, as far as each certificate is followed by its issuer. */
function sentChain(own: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = own;
  while (next?.raw !== undefined && !seen.has(next.fingerprint256) && chain.length < longestChain) {
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

/** Certificates. A server sends three or four. */
const longestChain = 20;

/**
 * The parts of a certificate that a document keeps. Strings are as the peer sent them, and must be cleaned before they are
 * printed. null when the peer sent no certificate, for which Node returns an empty object. Pure.
 */
export function certificateFacts(peer: PeerCertificate): TlsCertificate | null {
  if (Object.keys(peer).length === 0) return null;
  return {
    subject: nameOf(peer.subject),
    issuer: nameOf(peer.issuer),
    names: parseAltNames(peer.subjectaltname ?? ''),
    validFrom: parseCertificateTime(peer.valid_from),
    validTo: parseCertificateTime(peer.valid_to),
  };
}

/**
 * The common name, or else the whole distinguished name as `O=Example, C=US`. Of several common names the last, which is
 * the most specific. The empty string for an empty name, which is allowed where subjectAltName lists the names.
 */
function nameOf(name: Partial<Certificate> | undefined): string {
  const parts: [string, string | string[] | undefined][] = Object.entries(name ?? {});
  const commonName = [name?.CN ?? []].flat().at(-1);
  if (commonName !== undefined) return commonName;
  return parts
    .flatMap(([type, values]) => [values ?? []].flat().map((value) => `${type}=${value}`))
    .join(', ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Converts OpenSSL's text of an ASN.1 time, `Jan  2 03:04:05 2026 GMT`, to ISO 8601. null for any other text: a certificate
 * can hold bytes that are not a time, which OpenSSL prints as `Bad time value`. Pure; never throws.
 */
export function parseCertificateTime(text: string): string | null {
  const match = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.\d+)? (\d{1,4}) GMT$/.exec(text);
  if (match === null) return null;
  const [, monthName = '', day, hour, minute, second, year] = match;
  const month = months.indexOf(monthName);
  const date = new Date(0);
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isReal = month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === Number(day);
  return isReal ? date.toISOString() : null;
}

/**
 * The DNS names and addresses in Node's text of a subjectAltName, in the certificate's order. Other kinds are left out.
 *
 * The text is `DNS:a.test, IP Address:192.0.2.1, URI:…`. Node writes an ambiguous value as a JSON string:
 * `DNS:"a.test, DNS:b.test"` is one name that contains a comma (CVE-2021-44532), so the text must not be split at commas.
 * Text that does not follow this grammar ends the list. Pure; never throws.
 */
export function parseAltNames(text: string): string[] {
  const names: string[] = [];
  for (const [, kind, value] of text.matchAll(/([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy)) {
    if (value === undefined || (kind !== 'DNS' && kind !== 'IP Address')) continue;
    names.push(value.startsWith('"') ? unquote(value) : value);
  }
  return names;
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

export interface CertificateFindings {
  /** The name or address that the certificate must be for. */
  serverName: string;
  certificate: PeerCertificate;
  /** OpenSSL's error of the chain, which does not concern the name: `CERT_HAS_EXPIRED`; null when the chain is valid. */
  chainError: string | null;
  /** The error of a chain that no list of this host vouches for, where `chainError` is about the time; else null. */
  hiddenError: string | null;
}

/**
 * Everything that is wrong with a server's certificate, in the order in which a verifying client finds it: the chain
 * (`untrusted`, then `expired`), then the name. curl, browsers and Node use this order too. The first problem names the
 * cause. An untrusted certificate can be made with any name and date, so a self-signed certificate for another name is
 * `untrusted`. An expired certificate was issued by a trusted authority; a missed renewal or a wrong clock explains it,
 * whatever its name. `name-mismatch` is first only if it is the only problem: the certificate is trusted, but the server is another one.
 *
 * OpenSSL keeps only the last error and checks the time last, so it reports an untrusted certificate that has expired as
 * expired. `hiddenError` adds the problem that is then missing. Pure.
 */
export function judgeCertificate(findings: CertificateFindings): TlsProblem[] {
  const { serverName, certificate, chainError, hiddenError } = findings;
  const problems: TlsProblem[] = [];
  if (chainError !== null && isTimeError(chainError)) {
    if (hiddenError !== null) problems.push({ status: 'untrusted', code: hiddenError });
    problems.push({ status: 'expired', code: chainError });
  } else if (chainError !== null) {
    problems.push({ status: 'untrusted', code: chainError });
  }
  const nameError = nameErrorOf(serverName, certificate);
  if (nameError !== null) problems.push({ status: 'name-mismatch', code: nameError });
  return problems;
}

/** Checks the name by Node's implementation of RFC 6125: wildcards, addresses, and the common name as a fallback. */
function nameErrorOf(serverName: string, certificate: PeerCertificate): string | null {
  const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID';
  try {
    const error: NodeJS.ErrnoException | undefined = checkServerIdentity(serverName, certificate);
    return error === undefined ? null : (error.code ?? mismatch);
  } catch (error) {
    // Node rejects a malformed subjectAltName (ERR_TLS_CERT_ALTNAME_FORMAT); such a certificate is valid for no name.
    return error instanceof Error && 'code' in error ? String(error.code) : mismatch;
  }
}
