import { generateKeyPairSync, sign } from 'node:crypto';
import type { Identity } from '../../lab/certificate/certificate.js';
import * as der from '../../lab/certificate/der.js';

/**
 * A certificate that vouches for itself, as `openssl req -x509` makes one for a test server: no authority,
 * and a common name instead of alternative names. Unlike an authority's it may be used by a server.
 */
export function selfSigned(commonName: string, validFrom: Date, validTo: Date): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
  const name = der.sequence(der.set(der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8(commonName))));
  // RFC 5280 section 4.1; without its version and extensions it is an X.509 version 1 certificate.
  const toBeSigned = der.sequence(
    der.integer(1n),
    algorithm,
    name,
    der.sequence(der.utcTime(validFrom), der.utcTime(validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const bytes = der.sequence(toBeSigned, algorithm, der.bits(sign('sha256', toBeSigned, privateKey)));
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
