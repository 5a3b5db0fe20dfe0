// Imported first: @peculiar/x509 needs it while it is loaded.
import 'reflect-metadata';

import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** authorityInfoAccess with the place of the issuer's certificate. */
const issuerPlace = () => new x509.AuthorityInfoAccessExtension({ caIssuers: 'http://ca.test/issuer.crt' });

export interface Made {
  certificate: X509Certificate;
  pem: string;
  key: string;
}

export interface Request {
  name: string;
  organization?: string;
  /** Days from now. Default -1 to 30. */
  from?: number;
  to?: number;
  /** An authority, which can issue. */
  authority?: boolean;
  pathLength?: number;
  usage?: string[];
  /** Says where the issuer can be fetched. */
  fetchable?: boolean;
  /** Only names below this domain. */
  constraint?: string;
  /** The constraint excludes the domain, or is about a distinguished name. */
  constraintKind?: 'excluded' | 'directory';
  hash?: 'SHA-1' | 'SHA-256';
}

interface Issuer extends Made {
  keys: webcrypto.CryptoKeyPair;
  subject: string;
}

x509.cryptoProvider.set(webcrypto);

/** A certificate for the request; self-signed without an issuer. */
export async function make(request: Request, issuer: Issuer | null = null): Promise<Issuer> {
  const {
    name,
    organization,
    from = -1,
    to = 30,
    authority = false,
    pathLength,
    usage,
    hash = 'SHA-256',
  } = request;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = `${organization === undefined ? '' : `O=${organization}, `}CN=${name}`;
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(authority, pathLength, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer?.keys.publicKey ?? keys.publicKey),
  ];
  if (!authority) extensions.push(new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]));
  if (usage !== undefined) extensions.push(new x509.ExtendedKeyUsageExtension(usage));
  if (request.fetchable === true) extensions.push(issuerPlace());
  if (request.constraint !== undefined) {
    // NameConstraints: permittedSubtrees of one dNSName (RFC 5280 section 4.2.1.10).
    const text = Buffer.from(request.constraint);
    const wrap = (tag: number, content: Buffer) =>
      Buffer.concat([Buffer.from([tag, content.length]), content]);
    const list = request.constraintKind === 'excluded' ? 0xa1 : 0xa0;
    const name =
      request.constraintKind === 'directory' ? wrap(0xa4, wrap(0x30, Buffer.alloc(0))) : wrap(0x82, text);
    const value = wrap(0x30, wrap(list, wrap(0x30, name)));
    extensions.push(new x509.Extension('2.5.29.30', true, value));
  }
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: { ...algorithm, hash },
    notBefore: new Date(Date.now() + from * dayMs),
    notAfter: new Date(Date.now() + to * dayMs),
    extensions,
  });
  const pem = `${made.toString('pem')}\n`;
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: new X509Certificate(pem),
    pem,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    keys,
    subject,
  };
}
