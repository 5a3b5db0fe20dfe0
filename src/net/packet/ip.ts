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
  /** Octets of the header including options; the offset of the payload. */
  headerLength: number;
  /** As in the header. The number of bytes can be lower (a quote) or higher (padding). */
  totalLength: number;
  /** In units of 8 octets; 0 for the first fragment. */
  fragmentOffset: number;
}

/**
 * Decodes an IPv4 header (RFC 791 section 3.1). null when there are too few bytes or the version or header length is
 * invalid. Does not verify the checksum: packets captured on the sending host have none, and that of a quote was rewritten.
 */
export function decodeIpv4(bytes: Uint8Array): Ipv4Header | null {
  const headerLength = ipv4HeaderLength(bytes);
  if (headerLength === null) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

/** The TTL and the payload of an IPv4 packet: what decodeIpv4() and a slice would give, for each packet that a raw socket receives. */
export function ipv4Payload(bytes: Uint8Array): { ttl: number; payload: Uint8Array } | null {
  const headerLength = ipv4HeaderLength(bytes);
  return headerLength === null ? null : { ttl: bytes[8] ?? 0, payload: bytes.subarray(headerLength) };
}

/** null when there are too few bytes or the version or header length is invalid. */
function ipv4HeaderLength(bytes: Uint8Array): number | null {
  const first = bytes[0] ?? 0;
  const length = (first & 0x0f) * 4;
  return bytes.length < 20 || first >> 4 !== 4 || length < 20 || length > bytes.length ? null : length;
}

/** Encodes an IPv4 packet with DF set, a valid checksum and no options. `identification` has 16 bits. */
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

export interface Ipv6Header {
  source: string;
  destination: string;
  hopLimit: number;
  /** The upper-layer protocol after the extension headers. */
  protocol: number;
  /** Octets before the upper-layer header. */
  headerLength: number;
  flowLabel: number;
}

const hopByHop = 0;
const routing = 43;
const fragment = 44;
const destinationOptions = 60;

/**
 * Decodes an IPv6 header and its extension headers up to the upper layer (RFC 8200 section 4). null when the bytes end
 * before the upper layer, and for a fragment other than the first, which has no upper-layer header.
 */
export function decodeIpv6(bytes: Uint8Array): Ipv6Header | null {
  if (bytes.length < 40) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.readUInt8(0) >> 4 !== 6) return null;
  let protocol = view.readUInt8(6);
  let at = 40;
  // Each iteration advances at least 8 octets, so the loop ends.
  while (
    protocol === hopByHop ||
    protocol === routing ||
    protocol === destinationOptions ||
    protocol === fragment
  ) {
    if (at + 8 > bytes.length) return null;
    if (protocol === fragment && (view.readUInt16BE(at + 2) & 0xfff8) !== 0) return null;
    const length = protocol === fragment ? 8 : (view.readUInt8(at + 1) + 1) * 8;
    protocol = view.readUInt8(at);
    at += length;
  }
  if (at > bytes.length) return null;
  return {
    source: bytesToAddress(view.subarray(8, 24)),
    destination: bytesToAddress(view.subarray(24, 40)),
    hopLimit: view.readUInt8(7),
    protocol,
    headerLength: at,
    flowLabel: view.readUInt32BE(0) & 0xfffff,
  };
}

/** Encodes an IPv6 packet without extension headers, for the simulated network of the tests. */
export function encodeIpv6(
  header: { source: string; destination: string; protocol: number; hopLimit: number; flowLabel?: number },
  payload: Uint8Array,
): Buffer {
  const packet = Buffer.alloc(40 + payload.length);
  packet.writeUInt32BE((0x60000000 | (header.flowLabel ?? 0)) >>> 0, 0);
  packet.writeUInt16BE(payload.length, 4);
  packet[6] = header.protocol;
  packet[7] = header.hopLimit;
  packet.set(addressToBytes(header.source), 8);
  packet.set(addressToBytes(header.destination), 24);
  packet.set(payload, 40);
  return packet;
}
