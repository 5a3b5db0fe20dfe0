import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsProblem } from './types.js';

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
