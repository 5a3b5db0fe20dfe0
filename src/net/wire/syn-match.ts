import { decodeIcmpv4, decodeIcmpv6, type IcmpError } from '../packet/icmp.js';
import { otherObjects } from '../packet/icmp-extensions.js';
import { decodeQuote, type QuotedSegment } from '../packet/quote.js';
import { decodeTcp, decodeTcpOptions, type TcpHeader, tcpFlag } from '../packet/tcp.js';
import type { SegmentDiscard, SynAckDetails, WireReply } from './wire.js';

/** One trace's traffic: who it goes to, and from which of our ports. */
export interface Flow {
  /** Ours, as the packets have it when they leave. */
  source: string;
  /** Of the target, without a zone: packets do not carry one. */
  address: string;
  port: number;
  ourPorts: ReadonlySet<number>;
}

/** What we must remember of a SYN to know its answer. */
export interface SentSyn<F extends Flow = Flow> {
  id: number;
  flow: F;
  sourcePort: number;
  sequence: number;
}

/** All that is under way through one pair of sockets. */
export interface Sent<F extends Flow = Flow> {
  family: 4 | 6;
  /** Sequence numbers are random, so that one names a probe among those of all traces. */
  bySequence(sequence: number): SentSyn<F> | undefined;
  /** The flow whose target this is, `ourPort` one of its own where several have the same target. */
  flowTo(address: string, port: number | null, ourPort: number | null): F | undefined;
}

/** `ignored`: other traffic of this host, which a raw socket sees too and nobody wants counted. */
export type Match<F extends Flow = Flow> =
  | { result: 'reply'; probe: SentSyn<F>; reply: MatchedReply }
  /** Without a flow: the packet does not tell whose it would have been. */
  | { result: 'discard'; flow: F | null; reason: SegmentDiscard }
  | { result: 'ignored' };

/** A reply without what only the socket knows. */
export type MatchedReply = Omit<WireReply, 'id' | 'rttMs' | 'from' | 'replyTtl'>;

const ignored = { result: 'ignored' } as const;

/**
 * Whether a TCP segment from `source` answers one of our SYNs. Both kinds of answer must acknowledge sequence + 1
 * (RFC 9293 section 3.10.7.3: in SYN-SENT nothing else is acceptable), so a blind forger has one chance in 2^32.
 */
export function matchSegment<F extends Flow>(sent: Sent<F>, source: string, segment: Uint8Array): Match<F> {
  const header = decodeTcp(segment);
  // On the loopback interface a raw socket hears our own SYN first; its source port is not the target's.
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
 * Whether an ICMP message is about one of our SYNs. The probe is found by the sequence number, which any router must
 * quote. Of the ports and the destination one may differ: a translator on the way rewrote it, and some do not restore
 * it in the quote.
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

/** A sequence number alone could be a stranger's; with it the port or the target must be ours too. */
function isAbout(probe: SentSyn, quoted: QuotedSegment): boolean {
  return probe.sourcePort === quoted.sourcePort || isToTarget(probe.flow, quoted);
}

function errorReply(error: IcmpError, nat: boolean): MatchedReply {
  return {
    // Packet Too Big ends the way for this packet as any unreachable does.
    kind: error.kind === 'time-exceeded' ? 'time-exceeded' : 'unreachable',
    icmp: { type: error.type, code: error.code, mtu: error.mtu },
    mpls: error.extensions?.mpls ?? [],
    extensions: otherObjects(error.extensions),
    nat,
    synAck: null,
  };
}

/** Without a reason: the quote is of a packet that was never sent. */
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
