import { addressToBytes, bytesToAddress } from './address-bytes.js';
import { internetChecksum } from './checksum.js';

/** Protocol numbers (IANA): the field is `protocol` in IPv4 and `next header` in IPv6. */
export const protocolNumber = { icmp: 1, tcp: 6, icmpv6: 58 } as const;

export interface Ipv4Header {
  source: string;
  destination: string;
  protocol: number;
  ttl: number;
  identification: number;
  /** Octets of header, options included: where the payload begins. */
  headerLength: number;
  /** As the header says; the bytes at hand may be fewer (a quote) or more (padding). */
  totalLength: number;
  /** In units of 8 octets; 0 for the first fragment. */
  fragmentOffset: number;
}

/**
 * Reads an IPv4 header (RFC 791 section 3.1). null when the bytes are too few or the version or header length lie.
 * The checksum is not judged: captured copies of locally sent packets lack it, and a quote's has been rewritten.
 */
export function decodeIpv4(bytes: Uint8Array): Ipv4Header | null {
  if (bytes.length < 20) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = (view.readUInt8(0) & 0x0f) * 4;
  if (view.readUInt8(0) >> 4 !== 4 || headerLength < 20 || headerLength > bytes.length) return null;
  return {
    source: bytesToAddress(view.subarray(12, 16)),
    destination: bytesToAddress(view.subarray(16, 20)),
    protocol: view.readUInt8(9),
    ttl: view.readUInt8(8),
    identification: view.readUInt16BE(4),
    headerLength,
    totalLength: view.readUInt16BE(2),
    fragmentOffset: view.readUInt16BE(6) & 0x1fff,
  };
}

/** A whole IPv4 packet with DF set, its checksum filled in, no options. `identification` is 16 bits. */
export function encodeIpv4(
  header: { source: string; destination: string; protocol: number; ttl: number; identification: number },
  payload: Uint8Array,
): Buffer {
  const packet = Buffer.alloc(20 + payload.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(header.identification, 4);
  packet.writeUInt16BE(0x4000, 6);
  packet[8] = header.ttl;
  packet[9] = header.protocol;
  packet.set(addressToBytes(header.source), 12);
  packet.set(addressToBytes(header.destination), 16);
  packet.writeUInt16BE(internetChecksum(packet.subarray(0, 20)), 10);
  packet.set(payload, 20);
  return packet;
}
