import { internetChecksum } from './checksum.js';
import { decodeExtensions, type IcmpExtensions } from './icmp-extensions.js';

/** ICMP errors that say something about a probe; every other message is none of a trace's business. */
export type IcmpErrorKind = 'time-exceeded' | 'unreachable' | 'too-big';

export interface IcmpError {
  kind: IcmpErrorKind;
  type: number;
  code: number;
  /** The original packet, from its IP header on, as far as the sender quoted it. */
  quote: Uint8Array;
  /** Next-hop MTU of a fragmentation-needed or packet-too-big; null in other messages or when 0 (RFC 1191 section 5). */
  mtu: number | null;
  extensions: IcmpExtensions | null;
}

export type IcmpDecode =
  | { ok: true; error: IcmpError }
  | { ok: false; reason: 'malformed' | 'checksum' | 'other-icmp' };

/**
 * Reads an ICMPv4 message (RFC 792, RFC 4884), without its IP header. The checksum is verified: raw sockets get the
 * message before the kernel has judged it.
 */
export function decodeIcmpv4(bytes: Uint8Array): IcmpDecode {
  if (bytes.length < 8) return { ok: false, reason: 'malformed' };
  const kind = bytes[0] === 11 ? 'time-exceeded' : bytes[0] === 3 ? 'unreachable' : null;
  if (kind === null) return { ok: false, reason: 'other-icmp' };
  if (internetChecksum(bytes) !== 0) return { ok: false, reason: 'checksum' };
  // Fragment reassembly time exceeded (code 1) is a host's complaint, not a hop (RFC 792).
  if (kind === 'time-exceeded' && bytes[1] !== 0) return { ok: false, reason: 'other-icmp' };
  return { ok: true, error: readError(bytes, kind, 4) };
}

/**
 * Reads an ICMPv6 message (RFC 4443, RFC 4884). The kernel verifies its checksum before a raw socket sees it
 * (RFC 3542 section 3.1).
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
 * Codes by which a filter says that it does not let a packet pass. ICMP type 3: network, host and communication
 * administratively prohibited (RFC 1812 section 5.2.7.1); codes 14 and 15 speak of precedence, which is no filter. ICMPv6
 * type 1: administratively prohibited, failed ingress or egress policy, reject route (RFC 4443 section 3.1).
 */
const prohibited = { 4: { type: 3, codes: [9, 10, 13] }, 6: { type: 1, codes: [1, 5, 6] } } as const;

/** Whether an ICMP error is a filter's refusal, and not a router's lack of a way. */
export function isProhibition(family: 4 | 6, { type, code }: { type: number; code: number }): boolean {
  const known = prohibited[family];
  return type === known.type && known.codes.some((each) => each === code);
}

/**
 * The errno for an ICMP unreachable that this host sent to itself: its neighbour did not resolve, or its own firewall
 * rejected the packet. Nothing of that is an answer of the network.
 */
export function localIcmpErrno(family: 4 | 6, { type, code }: { type: number; code: number }): string {
  const isNetwork = code === 0;
  // RFC 792: host unreachable; RFC 4443: address unreachable. Linux sends them when neighbour discovery fails.
  const isHost = family === 4 ? code === 1 : code === 3;
  if (type !== (family === 4 ? 3 : 1)) return 'EMSGSIZE';
  if (isNetwork) return 'ENETUNREACH';
  return isHost ? 'EHOSTUNREACH' : 'EPERM';
}
