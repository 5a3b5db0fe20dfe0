import { randomBytes } from 'node:crypto';

/** Octets before the extensions: record and handshake headers, version, random, session id, cipher suites, compression. */
const fixedOctets = 5 + 4 + 2 + 32 + 33 + 8 + 2 + 2;
const extensions = Buffer.from(
  [
    // supported_groups: x25519, secp256r1.
    '000a00060004001d0017',
    // signature_algorithms: ECDSA and RSA-PSS with SHA-256, RSA with SHA-256.
    '000d0008000604030804' + '0401',
    // supported_versions: 1.3 and 1.2. No key_share: a server that needs one asks for it (RFC 8446 section 4.1.4).
    '002b00050403040303',
  ].join(''),
  'hex',
);
/** Type and length of the padding extension. */
const paddingHeader = 4;

/** The smallest size for `paddedHello`, octets. */
export const smallestHello = fixedOctets + extensions.length + paddingHeader;
/** The largest size for `paddedHello`, octets: one record (RFC 8446 section 5.1). Loopback segments can be larger. */
export const largestHello = 16_384;

/**
 * A ClientHello of exactly `octets` octets with the padding extension (RFC 7685), for a segment of any size that a TLS
 * server accepts. The handshake is not finished; only the acknowledgment of the segment matters. Throws RangeError for a
 * size below `smallestHello` or above `largestHello`.
 */
export function paddedHello(octets: number): Buffer {
  if (octets < smallestHello || octets > largestHello)
    throw new RangeError(`a ClientHello of ${octets} octets`);
  const padding = octets - smallestHello;
  const lengths = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    bytes.writeUIntBE(value, 0, size);
    return bytes;
  };
  return Buffer.concat([
    Buffer.from('160301', 'hex'),
    lengths(octets - 5, 2),
    Buffer.from('01', 'hex'),
    lengths(octets - 9, 3),
    Buffer.from('0303', 'hex'),
    randomBytes(32),
    Buffer.from([32]),
    randomBytes(32),
    // TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_ and TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.
    Buffer.from('00061301c02bc02f', 'hex'),
    Buffer.from('0100', 'hex'),
    lengths(extensions.length + paddingHeader + padding, 2),
    extensions,
    Buffer.from('0015', 'hex'),
    lengths(padding, 2),
    Buffer.alloc(padding),
  ]);
}
