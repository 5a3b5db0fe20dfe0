import type { Certificate, PeerCertificate } from 'node:tls';
import { parseAltNames } from './alt-names.js';
import { parseCertificateTime } from './certificate-time.js';
import type { TlsCertificate } from './types.js';

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
