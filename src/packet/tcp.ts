import { addressToBytes } from './address-bytes.js';
import { internetChecksum, pseudoHeader } from './checksum.js';
import { protocolNumber } from './ipv4.js';

export const tcpFlag = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  ece: 0x40,
  cwr: 0x80,
} as const;

export interface TcpHeader {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment: number;
  /** Bits of `tcpFlag`. */
  flags: number;
  window: number;
  /** Octets of header, options included. */
  headerLength: number;
}

/** Reads a TCP header (RFC 9293 section 3.1). null when the bytes are too few or the data offset lies. */
export function decodeTcp(bytes: Uint8Array): TcpHeader | null {
  if (bytes.length < 20) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = (view.readUInt8(12) >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return null;
  return {
    sourcePort: view.readUInt16BE(0),
    destinationPort: view.readUInt16BE(2),
    sequence: view.readUInt32BE(4),
    acknowledgment: view.readUInt32BE(8),
    flags: view.readUInt8(13),
    window: view.readUInt16BE(14),
    headerLength,
  };
}

export interface SegmentFields {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment?: number;
  flags: number;
  window: number;
  options?: Uint8Array;
}

/** A TCP segment without payload, its checksum over the right pseudo-header. `options` is a multiple of 4 octets. */
export function encodeTcp(fields: SegmentFields): Buffer {
  const options = fields.options ?? new Uint8Array();
  const segment = Buffer.alloc(20 + options.length);
  segment.writeUInt16BE(fields.sourcePort, 0);
  segment.writeUInt16BE(fields.destinationPort, 2);
  segment.writeUInt32BE(fields.sequence >>> 0, 4);
  segment.writeUInt32BE((fields.acknowledgment ?? 0) >>> 0, 8);
  segment[12] = (segment.length / 4) << 4;
  segment[13] = fields.flags;
  segment.writeUInt16BE(fields.window, 14);
  segment.set(options, 20);
  const pseudo = pseudoHeader(
    addressToBytes(fields.source),
    addressToBytes(fields.destination),
    protocolNumber.tcp,
    segment.length,
  );
  segment.writeUInt16BE(internetChecksum(pseudo, segment), 16);
  return segment;
}
