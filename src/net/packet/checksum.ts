/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of 16-bit words over the
 * concatenation of `parts`. Only the last part may have an odd length.
 */
export function internetChecksum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let at = 0; at < even; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
    if (part.length & 1) sum += (part[part.length - 1] ?? 0) << 8;
  }
  // The sum of a 64 KB packet is below 2^31, so the carries can be added at the end.
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * The pseudo-header that the checksums of TCP and ICMPv6 include (RFC 9293 section 3.1, RFC 8200 section 8.1). Both addresses
 * have 4 octets, or both have 16.
 */
export function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const isV4 = source.length === 4;
  const header = Buffer.alloc(isV4 ? 12 : 40);
  header.set(source, 0);
  header.set(destination, source.length);
  if (isV4) {
    header[9] = protocol;
    header.writeUInt16BE(length, 10);
  } else {
    header.writeUInt32BE(length, 32);
    header[39] = protocol;
  }
  return header;
}
