import { decodeIcmpv4, decodeIcmpv6 } from '../packet/icmp.js';
import { decodeQuote, type QuotedSegment } from '../packet/quote.js';
import { decodeTcp, type TcpHeader, tcpFlag } from '../packet/tcp.js';
import type { DiscardReason, WireReply } from './wire.js';

/** What we must remember of a SYN to know its answer. */
export interface SentSyn {
  id: number;
  sourcePort: number;
  sequence: number;
}

/** What all SYNs of one trace share. */
export interface Flow {
  family: 4 | 6;
  address: string;
  port: number;
  /** By source port, which is a probe's own. */
  sent: ReadonlyMap<number, SentSyn>;
}

/** `ignored`: other traffic of this host, which a raw socket sees too and nobody wants counted. */
export type Match =
  | { result: 'reply'; reply: Omit<WireReply, 'rttMs' | 'from' | 'replyTtl'> }
  | { result: 'discard'; reason: DiscardReason }
  | { result: 'ignored' };

const ignored: Match = { result: 'ignored' };

/**
 * Whether a TCP segment from `source` answers one of our SYNs. Both kinds of answer must acknowledge sequence + 1
 * (RFC 9293 section 3.10.7.3: in SYN-SENT nothing else is acceptable), so a blind forger has one chance in 2^32.
 */
export function matchSegment(flow: Flow, source: string, segment: Uint8Array): Match {
  if (source !== flow.address) return ignored;
  const header = decodeTcp(segment);
  if (header === null) return { result: 'discard', reason: 'malformed' };
  // On the loopback interface a raw socket hears our own SYN first; its source port is not the target's.
  if (header.sourcePort !== flow.port) return ignored;
  const probe = flow.sent.get(header.destinationPort);
  if (probe === undefined) return ignored;
  const kind = answerKind(header);
  if (kind === null) return { result: 'discard', reason: 'unexpected-flags' };
  if (header.acknowledgment !== (probe.sequence + 1) >>> 0) {
    return { result: 'discard', reason: 'wrong-acknowledgment' };
  }
  return { result: 'reply', reply: { id: probe.id, kind, icmp: null, mpls: [], nat: false } };
}

function answerKind({ flags }: TcpHeader): 'syn-ack' | 'rst' | null {
  if ((flags & tcpFlag.ack) === 0) return null;
  if (flags & tcpFlag.rst) return 'rst';
  return flags & tcpFlag.syn ? 'syn-ack' : null;
}

/**
 * Whether an ICMP message is about one of our SYNs. The probe is found by what the quote has of it: ports and
 * sequence number, which any router must quote. The quoted destination may differ: a translator on the way rewrote
 * it and some do not restore it in the quote; the sequence number still proves the probe ours.
 */
export function matchIcmp(flow: Flow, message: Uint8Array): Match {
  const decoded = flow.family === 4 ? decodeIcmpv4(message) : decodeIcmpv6(message);
  if (!decoded.ok) {
    return decoded.reason === 'other-icmp' ? ignored : { result: 'discard', reason: decoded.reason };
  }
  const { error } = decoded;
  const quoted = decodeQuote(error.quote);
  if (quoted === null) return ignored;
  const found = findQuoted(flow, quoted);
  if (found.result !== 'found') return found;
  return {
    result: 'reply',
    reply: {
      id: found.probe.id,
      // Packet Too Big ends the way for this packet as any unreachable does.
      kind: error.kind === 'time-exceeded' ? 'time-exceeded' : 'unreachable',
      icmp: { type: error.type, code: error.code, mtu: error.mtu },
      mpls: error.extensions?.mpls ?? [],
      nat: quoted.destination !== flow.address || quoted.destinationPort !== flow.port,
    },
  };
}

function findQuoted(flow: Flow, quoted: QuotedSegment): Match | { result: 'found'; probe: SentSyn } {
  const probe = flow.sent.get(quoted.sourcePort);
  if (probe?.sequence === quoted.sequence) return { result: 'found', probe };
  // Not restored by a source translator: the port is foreign, the sequence number is still ours.
  for (const candidate of flow.sent.values()) {
    if (candidate.sequence === quoted.sequence) return { result: 'found', probe: candidate };
  }
  const isOurs = quoted.destination === flow.address && quoted.destinationPort === flow.port;
  if (!isOurs) return ignored;
  return { result: 'discard', reason: probe === undefined ? 'unknown-probe' : 'wrong-sequence' };
}
