import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import * as der from './der.js';

/** A certificate with its private key, both PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

export interface Authority extends Identity {
  /** Issues a certificate for a TLS server. */
  issue(request: { names: readonly string[]; validFrom: Date; validTo: Date }): Identity;
}

const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
};

const dayMs = 86_400_000;

/** A certificate authority of its own, on EC P-256: self-signed, valid from yesterday for a month. */
export function createAuthority(commonName: string): Authority {
  const keys = newKeys();
  const issuer = nameOf(commonName);
  const authorityKeyId = keyIdentifier(keys.publicKey);
  const certificate = signCertificate({
    issuer,
    signingKey: keys.privateKey,
    subject: issuer,
    publicKey: keys.publicKey,
    validFrom: new Date(Date.now() - dayMs),
    validTo: new Date(Date.now() + 30 * dayMs),
    extensions: [
      extension(oid.basicConstraints, der.sequence(der.boolean(true)), true),
      // keyCertSign is the sixth bit of the first byte, cRLSign the seventh (RFC 5280 section 4.2.1.3).
      extension(oid.keyUsage, der.bits(Buffer.from([0b0000_0110]), 1), true),
    ],
  });
  return {
    certificate,
    key: pemOfKey(keys.privateKey),
    issue({ names, validFrom, validTo }) {
      const own = newKeys();
      return {
        key: pemOfKey(own.privateKey),
        certificate: signCertificate({
          issuer,
          signingKey: keys.privateKey,
          subject: nameOf(names[0] ?? ''),
          publicKey: own.publicKey,
          validFrom,
          validTo,
          extensions: [
            extension(oid.subjectAltName, der.sequence(...names.map(dnsName))),
            extension(oid.basicConstraints, der.sequence(), true),
            extension(oid.keyUsage, der.bits(Buffer.from([0b1000_0000]), 7), true),
            extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(oid.serverAuthentication))),
            extension(oid.authorityKeyIdentifier, der.sequence(der.tlv(0x80, authorityKeyId))),
          ],
        }),
      };
    },
  };
}

interface CertificateFields {
  issuer: Buffer;
  signingKey: KeyObject;
  subject: Buffer;
  publicKey: KeyObject;
  validFrom: Date;
  validTo: Date;
  extensions: Buffer[];
}

/** RFC 5280 section 4.1. */
function signCertificate(fields: CertificateFields): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    // Version 3, in a tag of its own.
    der.tlv(0xa0, der.integer(2n)),
    der.integer(BigInt(`0x${randomBytes(15).toString('hex')}`)),
    algorithm,
    fields.issuer,
    der.sequence(der.utcTime(fields.validFrom), der.utcTime(fields.validTo)),
    fields.subject,
    spkiOf(fields.publicKey),
    der.tlv(
      0xa3,
      der.sequence(
        ...fields.extensions,
        extension(oid.subjectKeyIdentifier, der.octets(keyIdentifier(fields.publicKey))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, fields.signingKey);
  const bytes = der.sequence(toBeSigned, algorithm, der.bits(signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** Any value that is the same for the same key will do; RFC 5280 suggests a hash of it. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spkiOf(key)).digest();
}

function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.objectIdentifier(oid.commonName), der.utf8(commonName))));
}

/** GeneralName's dNSName is an implicitly tagged IA5String. */
function dnsName(name: string): Buffer {
  return der.tlv(0x82, Buffer.from(name, 'ascii'));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return der.sequence(der.objectIdentifier(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}
