import { internetChecksum } from './checksum.js';
import { decodeExtensions, type IcmpExtensions } from './icmp-extensions.js';

/** The ICMP errors that can concern a probe. */
export type IcmpErrorKind = 'time-exceeded' | 'unreachable' | 'too-big';

export interface IcmpError {
  kind: IcmpErrorKind;
  type: number;
  code: number;
  /** The original packet from its IP header on, as far as the sender quoted it. */
  quote: Uint8Array;
  /** Next-hop MTU of Fragmentation Needed or Packet Too Big; null for other messages and for 0 (RFC 1191 section 5). */
  mtu: number | null;
  extensions: IcmpExtensions | null;
}

export type IcmpDecode =
  | { ok: true; error: IcmpError }
  | { ok: false; reason: 'malformed' | 'checksum' | 'other-icmp' };

/**
 * Decodes an ICMPv4 message (RFC 792, RFC 4884) without its IP header. Verifies the checksum, because raw sockets get the
 * message before the kernel verifies it.
 */
export function decodeIcmpv4(bytes: Uint8Array): IcmpDecode {
  if (bytes.length < 8) return { ok: false, reason: 'malformed' };
  const kind = bytes[0] === 11 ? 'time-exceeded' : bytes[0] === 3 ? 'unreachable' : null;
  if (kind === null) return { ok: false, reason: 'other-icmp' };
  if (internetChecksum(bytes) !== 0) return { ok: false, reason: 'checksum' };
  // Fragment reassembly time exceeded (code 1) comes from a host and not from a hop (RFC 792).
  if (kind === 'time-exceeded' && bytes[1] !== 0) return { ok: false, reason: 'other-icmp' };
  return { ok: true, error: readError(bytes, kind, 4) };
}

/**
 * Decodes an ICMPv6 message (RFC 4443, RFC 4884). The kernel verifies the checksum before a raw socket gets the message (RFC
 * 3542 section 3.1).
 */
export function decodeIcmpv6(bytes: Uint8Array): IcmpDecode {
  if (bytes.length < 8) return { ok: false, reason: 'malformed' };
  const kind =
    bytes[0] === 3 ? 'time-exceeded' : bytes[0] === 1 ? 'unreachable' : bytes[0] === 2 ? 'too-big' : null;
  if (kind === null || (kind === 'time-exceeded' && bytes[1] !== 0))
    return { ok: false, reason: 'other-icmp' };
  return { ok: true, error: readError(bytes, kind, 6) };
}

function readError(bytes: Uint8Array, kind: IcmpErrorKind, family: 4 | 6): IcmpError {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.readUInt8(0);
  const code = view.readUInt8(1);
  const body = bytes.subarray(8);
  // RFC 4884 section 3: the length of the quote, in 32-bit words at octet 5 (v4) or 64-bit words at octet 4 (v6).
  const quoteLength = family === 4 ? view.readUInt8(5) * 4 : kind === 'too-big' ? 0 : view.readUInt8(4) * 8;
  const split = decodeExtensions(body, quoteLength);
  const mtu =
    kind === 'too-big'
      ? view.readUInt32BE(4)
      : family === 4 && kind === 'unreachable' && code === 4
        ? view.readUInt16BE(6)
        : 0;
  return { kind, type, code, quote: split.quote, mtu: mtu === 0 ? null : mtu, extensions: split.extensions };
}

/**
 * The errno for an ICMP error that this host sent to itself, because its neighbour does not answer or its own firewall
 * rejected the packet.
 */
export function localIcmpErrno(family: 4 | 6, { type, code }: { type: number; code: number }): string {
  const isNetwork = code === 0;
  // RFC 792: host unreachable; RFC 4443: address unreachable. Linux sends them when neighbour discovery fails.
  const isHost = family === 4 ? code === 1 : code === 3;
  if (type !== (family === 4 ? 3 : 1)) return 'EMSGSIZE';
  if (isNetwork) return 'ENETUNREACH';
  return isHost ? 'EHOSTUNREACH' : 'EPERM';
}
