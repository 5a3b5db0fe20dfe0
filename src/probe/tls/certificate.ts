import { type Certificate, checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsCertificate, TlsProblem } from '../../documents/tls.js';

/**
 * What a person needs of a certificate. Its strings are the peer's and are kept as they are, for whoever
 * prints them to clean. null when the peer showed none, which Node says with an empty object. Pure.
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
 * The common name, or else the whole distinguished name as `O=Example, C=US`. Of several common names the
 * last is the most specific. A name without any part, as a certificate may have that lists all its names in
 * subjectAltName, is the empty string.
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
 * OpenSSL's print of an ASN.1 time, `Jan  2 03:04:05 2026 GMT`, as ISO 8601. null for anything else: a
 * certificate may carry bytes that are no time, which OpenSSL prints as `Bad time value`. Pure; never throws.
 */
export function parseCertificateTime(text: string): string | null {
  const match = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.\d+)? (\d{1,4}) GMT$/.exec(text);
  if (match === null) return null;
  const [, monthName = '', day, hour, minute, second, year] = match;
  const month = months.indexOf(monthName);
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const isReal = month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === Number(day);
  return isReal ? date.toISOString() : null;
}

/**
 * The DNS names and addresses in Node's text of a subjectAltName, in the certificate's order; other kinds are
 * left out.
 *
 * The text is `DNS:a.test, IP Address:192.0.2.1, URI:…`. A value that could be taken for two is a JSON
 * string: `DNS:"a.test, DNS:b.test"` is one name with a comma in it (CVE-2021-44532), and splitting at commas
 * would make a name of what is none. Text that breaks these rules ends the list. Pure; never throws.
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
  /** Whom we meant to reach: a name or an address. */
  serverName: string;
  certificate: PeerCertificate;
  /** OpenSSL's verdict on the chain, without the name: `CERT_HAS_EXPIRED`; null when it is good. */
  chainError: string | null;
  /**
   * The server's own certificate is signed by itself and is not among the certificates given to be trusted.
   */
  selfSigned: boolean;
}

const timeErrors = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * Everything that is wrong with a server's certificate, in the order in which a verifying client finds it:
 * first the chain (`untrusted`, then `expired`), then the name. curl, browsers and Node report in this order
 * too, and the first names the cause. Whoever is behind a chain that nobody vouches for can write any name
 * and any date into it, so a self-signed certificate for another name is `untrusted`. One that is only out of
 * date was vouched for, and a missed renewal or a wrong clock explains it whatever its name. `name-mismatch`
 * comes first only when it is the only problem: a real server, but not the one that was meant.
 *
 * OpenSSL keeps the last error alone and looks at the time last, so a self-signed certificate that has
 * expired is reported as expired only; `selfSigned` restores what that hides. Pure.
 */
export function judgeCertificate(findings: CertificateFindings): TlsProblem[] {
  const { serverName, certificate, chainError, selfSigned } = findings;
  const problems: TlsProblem[] = [];
  if (chainError !== null && timeErrors.has(chainError)) {
    if (selfSigned) problems.push({ status: 'untrusted', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    problems.push({ status: 'expired', code: chainError });
  } else if (chainError !== null) {
    problems.push({ status: 'untrusted', code: chainError });
  }
  const nameError = nameErrorOf(serverName, certificate);
  if (nameError !== null) problems.push({ status: 'name-mismatch', code: nameError });
  return problems;
}

/**
 * Node's own rules of RFC 6125: wildcards, addresses, and the common name where no alternative name is of
 * use.
 */
function nameErrorOf(serverName: string, certificate: PeerCertificate): string | null {
  const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID';
  try {
    const error: NodeJS.ErrnoException | undefined = checkServerIdentity(serverName, certificate);
    return error === undefined ? null : (error.code ?? mismatch);
  } catch (error) {
    // A subjectAltName that Node will not read (ERR_TLS_CERT_ALTNAME_FORMAT) vouches for no name.
    return error instanceof Error && 'code' in error ? String(error.code) : mismatch;
  }
}
