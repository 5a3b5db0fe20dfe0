/** The parts of an X.509 certificate that node:crypto does not tell (RFC 5280 section 4.1), as they are encoded. */
export interface CertificateParts {
  /** The octets of the certificate alone: a "trusted certificate" of OpenSSL has more behind it. */
  der: Buffer;
  /** The distinguished names, encoded. Equal octets are equal names. */
  issuer: Buffer;
  subject: Buffer;
  /** The object identifier of the signature's algorithm, the encoded octets in hexadecimal. */
  signatureAlgorithm: string;
  /** The value of each extension by its object identifier, encoded, in hexadecimal: `551d13` is basicConstraints. */
  extensions: ReadonlyMap<string, Buffer>;
}

/** An element of DER (X.690): its tag, its content, and where the next one begins. */
interface Element {
  tag: number;
  content: Buffer;
  end: number;
}

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const OCTET_STRING = 0x04;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** A certificate's own octets, and the encoded name of its subject. */
export type NamedCertificate = Pick<CertificateParts, 'der' | 'subject'>;

/** Reads the parts of a certificate; null for octets that are not one. Pure; never throws. */
export function certificateParts(octets: Buffer): CertificateParts | null {
  const frame = frameOf(octets);
  if (frame === null) return null;
  const { der, issuer, subject, fields, algorithm } = frame;
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS);
  return {
    der,
    issuer,
    subject,
    signatureAlgorithm: elementsOf(algorithm)[0]?.content.toString('hex') ?? '',
    extensions: extensionsOf(extensions?.content ?? Buffer.alloc(0)),
  };
}

/**
 * The same for lists of many certificates, without what only one that is used must tell: a third of the time. Pure; never
 * throws.
 */
export function namedCertificate(octets: Buffer): NamedCertificate | null {
  const frame = frameOf(octets);
  return frame === null ? null : { der: frame.der, subject: frame.subject };
}

interface Frame extends Pick<CertificateParts, 'der' | 'issuer' | 'subject'> {
  /** The elements of the part that is signed. */
  fields: readonly Element[];
  /** The content of the signature's algorithm. */
  algorithm: Buffer;
}

function frameOf(octets: Buffer): Frame | null {
  const whole = elementAt(octets, 0);
  if (whole?.tag !== SEQUENCE) return null;
  const [signed, algorithm] = elementsOf(whole.content);
  if (signed?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE) return null;
  const fields = elementsOf(signed.content);
  const first = fields[0]?.tag === VERSION ? 1 : 0;
  // serialNumber, signature, issuer, validity, subject.
  const issuer = fields[first + 2];
  const subject = fields[first + 4];
  if (issuer?.tag !== SEQUENCE || subject?.tag !== SEQUENCE) return null;
  const der = octets.subarray(0, whole.end);
  return { der, issuer: issuer.content, subject: subject.content, fields, algorithm: algorithm.content };
}

function extensionsOf(content: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const { content: list } of elementsOf(content)) {
    for (const extension of elementsOf(list)) {
      const members = elementsOf(extension.content);
      const [name] = members;
      const value = members.at(-1);
      if (name?.tag === OBJECT_IDENTIFIER && value?.tag === OCTET_STRING)
        found.set(name.content.toString('hex'), value.content);
    }
  }
  return found;
}

/** The elements of a sequence, up to the first octets that are not an element. */
export function elementsOf(content: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const element = elementAt(content, at);
    if (element === null) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

function elementAt(octets: Buffer, at: number): Element | null {
  const [tag, short] = [octets[at], octets[at + 1]];
  if (tag === undefined || short === undefined) return null;
  let [begin, length] = [at + 2, short];
  if (short >= 0x80) {
    const size = short & 0x7f;
    // A certificate has at most 100 KB: three octets of length.
    if (size === 0 || size > 3 || begin + size > octets.length) return null;
    length = octets.readUIntBE(begin, size);
    begin += size;
  }
  const end = begin + length;
  return end > octets.length ? null : { tag, content: octets.subarray(begin, end), end };
}
