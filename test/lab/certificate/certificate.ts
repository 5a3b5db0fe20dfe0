// Imported first: @peculiar/x509 needs it while it is loaded.
import 'reflect-metadata';

import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate with its private key, both PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

export interface Period {
  validFrom: Date;
  validTo: Date;
}

export interface Authority extends Identity {
  /** Issues a certificate for a TLS server. */
  issue(request: { names: readonly string[] } & Period): Promise<Identity>;
  /** Certifies an authority below this one. */
  certify(commonName: string): Promise<Authority>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

x509.cryptoProvider.set(webcrypto);

/** A new certificate authority on EC P-256: self-signed, valid from yesterday for a month, for all names or those of a domain. */
export async function createAuthority(commonName: string, permitted?: string): Promise<Authority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...fieldsOf(commonName, authorityPeriod()),
    keys,
    extensions: [
      ...authorityExtensions(),
      ...(permitted === undefined ? [] : [constraintTo(permitted)]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(root, keys);
}

/** NameConstraints: permittedSubtrees of one dNSName (RFC 5280 section 4.2.1.10). */
function constraintTo(domain: string): x509.Extension {
  const wrap = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  const value = wrap(0x30, wrap(0xa0, wrap(0x30, wrap(0x82, Buffer.from(domain)))));
  return new x509.Extension('2.5.29.30', true, value);
}

function authorityPeriod(): Period {
  const now = Date.now();
  return { validFrom: new Date(now - dayMs), validTo: new Date(now + 30 * dayMs) };
}

function authorityExtensions(): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

async function authorityOf(
  certificate: x509.X509Certificate,
  keys: webcrypto.CryptoKeyPair,
): Promise<Authority> {
  const signed = async (
    commonName: string,
    period: Period,
    own: webcrypto.CryptoKeyPair,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> =>
    x509.X509CertificateGenerator.create({
      ...fieldsOf(commonName, period),
      issuer: certificate.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        ...extensions,
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
      ],
    });
  return {
    ...(await identityOf(certificate, keys)),
    async issue({ names, ...period }) {
      const own = await newKeys();
      const extensions = [
        new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ];
      return identityOf(await signed(names[0] ?? '', period, own, extensions), own);
    },
    async certify(commonName) {
      const own = await newKeys();
      return authorityOf(await signed(commonName, authorityPeriod(), own, authorityExtensions()), own);
    },
  };
}

/**
 * A self-signed certificate like that of `openssl req -x509` for a test server: no authority, and a common name instead of
 * alternative names.
 */
export async function selfSigned(commonName: string, period: Period): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...fieldsOf(commonName, period),
    keys,
  });
  return identityOf(certificate, keys);
}

/** `ip:10.0.0.1` is an address, everything else a DNS name. */
function alternativeName(value: string): { type: 'dns' | 'ip'; value: string } {
  return value.startsWith('ip:') ? { type: 'ip', value: value.slice(3) } : { type: 'dns', value };
}

function fieldsOf(commonName: string, { validFrom, validTo }: Period) {
  // A list instead of text, because a hostile name may contain commas and equals signs.
  const name = [{ CN: [commonName] }];
  return { name, subject: name, notBefore: validFrom, notAfter: validTo, signingAlgorithm: algorithm };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function identityOf(
  certificate: x509.X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<Identity> {
  const key = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}
