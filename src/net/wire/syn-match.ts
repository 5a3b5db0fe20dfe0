import { decodeIcmpv4, decodeIcmpv6, type IcmpError } from '../packet/icmp.js';
import { otherObjects } from '../packet/icmp-extensions.js';
import { decodeQuote, type QuotedSegment } from '../packet/quote.js';
import { decodeTcp, decodeTcpOptions, type TcpHeader, tcpFlag } from '../packet/tcp.js';
import type { SegmentDiscard, SynAckDetails, WireReply } from './wire.js';

/** The packets of one trace: their target, and the source ports in use. */
export interface Flow {
  /** The source address of the packets when they leave this host. */
  source: string;
  /** The target's address, without a zone: packets have none. */
  address: string;
  port: number;
  ourPorts: ReadonlySet<number>;
}

/** What identifies the answer to a SYN. */
export interface SentSyn<F extends Flow = Flow> {
  id: number;
  flow: F;
  sourcePort: number;
  sequence: number;
}

/** All probes sent through one pair of sockets. */
export interface Sent<F extends Flow = Flow> {
  family: 4 | 6;
  /** Sequence numbers are random and unique among the probes of all traces. */
  bySequence(sequence: number): SentSyn<F> | undefined;
  /** The flow with this target. Where several have it, the one that uses `ourPort`. */
  flowTo(address: string, port: number | null, ourPort: number | null): F | undefined;
}

/** `ignored`: other traffic of this host, which raw sockets receive as well. It is not counted. */
export type Match<F extends Flow = Flow> =
  | { result: 'reply'; probe: SentSyn<F>; reply: MatchedReply }
  /** `flow` is null where the packet does not say which trace it concerns. */
  | { result: 'discard'; flow: F | null; reason: SegmentDiscard }
  | { result: 'ignored' };

/** A reply without the members that come from the socket. */
export type MatchedReply = Omit<WireReply, 'id' | 'rttMs' | 'from' | 'replyTtl'>;

const ignored = { result: 'ignored' } as const;

/**
 * Matches a TCP segment from `source` with a SYN. A SYN-ACK and a RST must both acknowledge sequence + 1, as RFC 9293 section
 * 3.10.7.3 requires in SYN-SENT, so a forger who cannot see the SYN has one chance in 2^32.
 */
export function matchSegment<F extends Flow>(sent: Sent<F>, source: string, segment: Uint8Array): Match<F> {
  const header = decodeTcp(segment);
  // On the loopback interface a raw socket also receives the SYN itself, whose source port is not the target's.
  const flow = sent.flowTo(source, header?.sourcePort ?? null, header?.destinationPort ?? null);
  if (flow === undefined) return ignored;
  if (header === null) return { result: 'discard', flow, reason: 'malformed' };
  if (!flow.ourPorts.has(header.destinationPort)) return ignored;
  const kind = answerKind(header);
  if (kind === null) return { result: 'discard', flow, reason: 'unexpected-flags' };
  const probe = sent.bySequence((header.acknowledgment - 1) >>> 0);
  if (probe?.flow !== flow || probe.sourcePort !== header.destinationPort) {
    return { result: 'discard', flow, reason: 'wrong-acknowledgment' };
  }
  const synAck = kind === 'syn-ack' ? synAckOf(header, segment) : null;
  return {
    result: 'reply',
    probe,
    reply: { kind, icmp: null, mpls: [], extensions: [], nat: false, synAck },
  };
}

function answerKind({ flags }: TcpHeader): 'syn-ack' | 'rst' | null {
  if ((flags & tcpFlag.ack) === 0) return null;
  if (flags & tcpFlag.rst) return 'rst';
  return flags & tcpFlag.syn ? 'syn-ack' : null;
}

function synAckOf({ flags, window, headerLength }: TcpHeader, segment: Uint8Array): SynAckDetails {
  return { ...decodeTcpOptions(segment, headerLength), window, ecn: (flags & tcpFlag.ece) !== 0 };
}

/**
 * Matches an ICMP message with a SYN by the quoted sequence number, which every router must quote. Either the source port or
 * the destination may differ from what was sent: some NATs do not restore them in the quote.
 */
export function matchIcmp<F extends Flow>(sent: Sent<F>, message: Uint8Array): Match<F> {
  const decoded = sent.family === 4 ? decodeIcmpv4(message) : decodeIcmpv6(message);
  if (!decoded.ok) {
    if (decoded.reason === 'other-icmp') return ignored;
    if (decoded.reason === 'malformed') return { result: 'discard', flow: null, reason: 'malformed' };
    const claimed = decodeQuote(message.subarray(8));
    return claimed === null ? ignored : discardFor(sent, claimed, 'checksum');
  }
  const quoted = decodeQuote(decoded.error.quote);
  if (quoted === null) return ignored;
  const probe = sent.bySequence(quoted.sequence);
  if (probe === undefined || !isAbout(probe, quoted)) return discardFor(sent, quoted, null);
  const nat = !isFromUs(probe, quoted) || !isToTarget(probe.flow, quoted);
  return { result: 'reply', probe, reply: errorReply(decoded.error, nat) };
}

function isFromUs({ flow, sourcePort }: SentSyn, quoted: QuotedSegment): boolean {
  return quoted.source === flow.source && quoted.sourcePort === sourcePort;
}

function isToTarget({ address, port }: Flow, quoted: QuotedSegment): boolean {
  return quoted.destination === address && quoted.destinationPort === port;
}

/** The sequence number alone could be a coincidence. The source port or the target must match too. */
function isAbout(probe: SentSyn, quoted: QuotedSegment): boolean {
  return probe.sourcePort === quoted.sourcePort || isToTarget(probe.flow, quoted);
}

function errorReply(error: IcmpError, nat: boolean): MatchedReply {
  return {
    // A Packet Too Big stops this packet, as an unreachable does.
    kind: error.kind === 'time-exceeded' ? 'time-exceeded' : 'unreachable',
    icmp: { type: error.type, code: error.code, mtu: error.mtu },
    mpls: error.extensions?.mpls ?? [],
    extensions: otherObjects(error.extensions),
    nat,
    synAck: null,
  };
}

/** Finds the flow of a quote that no probe matches. `reason` is null where the quoted packet was never sent. */
function discardFor<F extends Flow>(
  sent: Sent<F>,
  quoted: QuotedSegment,
  reason: SegmentDiscard | null,
): Match<F> {
  const flow = sent.flowTo(quoted.destination, quoted.destinationPort, quoted.sourcePort);
  if (flow === undefined) return ignored;
  const isOurPort = flow.ourPorts.has(quoted.sourcePort);
  return { result: 'discard', flow, reason: reason ?? (isOurPort ? 'wrong-sequence' : 'unknown-probe') };
}
