import { addressToBytes } from './address-bytes.js';
import { internetChecksum, pseudoHeader } from './checksum.js';
import { protocolNumber } from './ip.js';

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
  /** Octets of the header including options. */
  headerLength: number;
}

/** Decodes a TCP header (RFC 9293 section 3.1). null when there are too few bytes or the data offset is invalid. */
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

/** Encodes a TCP segment without payload, with a valid checksum. The length of `options` is a multiple of 4 octets. */
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

/** The options of a SYN or SYN-ACK (RFC 9293 section 3.2, RFC 7323, RFC 2018). */
export interface TcpOptions {
  /** Maximum segment size, octets; null without the option. */
  mss: number | null;
  /** Shift count; null without the option. */
  windowScale: number | null;
  sackPermitted: boolean;
  timestamps: boolean;
}

const endOfList = 0;
const noOperation = 1;

/**
 * Decodes the options of a TCP header, from octet 20 to `headerLength`. Skips options of a wrong length, and stops at a
 * length that exceeds the header.
 */
export function decodeTcpOptions(segment: Uint8Array, headerLength: number): TcpOptions {
  const options: TcpOptions = { mss: null, windowScale: null, sackPermitted: false, timestamps: false };
  const end = Math.min(headerLength, segment.length);
  for (let at = 20; at < end; ) {
    const kind = segment[at];
    if (kind === endOfList) break;
    if (kind === noOperation) {
      at += 1;
      continue;
    }
    const length = segment[at + 1] ?? 0;
    if (length < 2 || at + length > end) break;
    if (kind === 2 && length === 4) options.mss = ((segment[at + 2] ?? 0) << 8) | (segment[at + 3] ?? 0);
    else if (kind === 3 && length === 3) options.windowScale = segment[at + 2] ?? null;
    else if (kind === 4 && length === 2) options.sackPermitted = true;
    else if (kind === 8 && length === 10) options.timestamps = true;
    at += length;
  }
  return options;
}

export interface SynFields {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  /** Maximum segment size to offer: the route's MTU less 40 (IPv4) or 60 (IPv6). */
  mss: number;
  /** TSval of RFC 7323, 32 bits. */
  timestamp: number;
}

/** The fields that differ between the SYNs of one trace. */
type OwnFields = Pick<SynFields, 'sourcePort' | 'sequence' | 'timestamp'>;

/**
 * Encodes a SYN with the options of Linux's connect(): MSS, SACK permitted, timestamps, window scale 7, window 64240. Some
 * firewalls drop SYNs without an MSS and treat SYNs with a small window as scans, so a probe must look like an ordinary SYN
 * to meet the same treatment.
 */
export function encodeSyn(fields: SynFields): Buffer {
  return synEncoder(fields)(fields);
}

/**
 * encodeSyn() for many SYNs to one target. What all of them have in common is encoded and summed up once: a thousand traces at
 * the same time send some thirty thousand SYNs.
 */
export function synEncoder(common: Omit<SynFields, keyof OwnFields>): (own: OwnFields) => Buffer {
  const options = Buffer.alloc(20);
  options.set([2, 4], 0);
  options.writeUInt16BE(common.mss, 2);
  options.set([4, 2, 8, 10], 4);
  options.set([1, 3, 3, 7], 16);
  const blank = { sourcePort: 0, sequence: 0, flags: tcpFlag.syn, window: 64240, options };
  const template = encodeTcp({ ...common, ...blank });
  const sumAt = 16;
  // The checksum is the complement of the sum (RFC 1071), and the fields that are 0 here have added nothing to it.
  const sum = ~template.readUInt16BE(sumAt) & 0xffff;
  return ({ sourcePort, sequence, timestamp }) => {
    const segment = Buffer.from(template);
    segment.writeUInt16BE(sourcePort, 0);
    segment.writeUInt32BE(sequence >>> 0, 4);
    segment.writeUInt32BE(timestamp >>> 0, 28);
    let all = sum + sourcePort + halves(sequence) + halves(timestamp);
    while (all > 0xffff) all = (all & 0xffff) + (all >>> 16);
    segment.writeUInt16BE(~all & 0xffff, sumAt);
    return segment;
  };
}

/** The sum of the two 16-bit words of a number. */
function halves(value: number): number {
  return (value >>> 16) + (value & 0xffff);
}
