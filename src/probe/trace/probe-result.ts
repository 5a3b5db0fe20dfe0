import { icmpMark, isProhibition } from '../../documents/terms/icmp.js';
import { silentProbe, type TraceHop, type TraceOutcome, type TraceProbe } from '../../documents/trace.js';
import type { WireReply } from '../../net/wire/wire.js';

/** A probe that this host refused to send. */
export function unsentProbe(errno: string): TraceProbe {
  return { ...silentProbe, reply: 'send-error', errno };
}

/** A hop whose probes this host refused to send. */
export function unsentHop(ttl: number, queries: number, errno: string): TraceHop {
  return { ttl, probes: Array.from({ length: queries }, () => unsentProbe(errno)), rateLimited: false };
}

/** The result of a probe that got this reply. */
export function probeResult(
  family: 4 | 6,
  reply: WireReply,
  { sent, isLate }: { sent: number; isLate: boolean },
): TraceProbe {
  const { kind, icmp, replyTtl } = reply;
  return {
    ...silentProbe,
    reply: kind,
    from: reply.from,
    rttMs: reply.rttMs,
    icmp: icmp === null ? null : { type: icmp.type, code: icmp.code },
    annotation: icmp === null || kind !== 'unreachable' ? null : icmpMark(family, icmp, icmp.mtu),
    mpls: reply.mpls,
    late: isLate,
    nat: reply.nat,
    sent,
    replyTtl,
    backwardHops: replyTtl === null ? null : backwardHops(replyTtl),
    mtu: icmp?.mtu ?? null,
    extensions: reply.extensions,
    synAck: reply.synAck,
  };
}

/** Usual initial TTLs: Linux and BSD, Windows, network equipment. */
const initialTtls = [64, 128, 255];

/**
 * An estimate of the number of hops on the return path, 1 for a neighbour: the next higher usual initial TTL less the TTL on
 * arrival, plus 1. It need not equal the number of the hop, because the forward and the return path may differ.
 */
export function backwardHops(replyTtl: number): number {
  const initial = initialTtls.find((ttl) => replyTtl <= ttl) ?? 255;
  return initial - replyTtl + 1;
}

/** An ICMP or ICMPv6 error. */
export interface IcmpReport {
  type: number;
  code: number;
  /** MTU of the next hop, octets; null if the message has none. */
  mtu: number | null;
}

/** What an ICMP unreachable means: `prohibited` if a filter rejected the packet, `unreachable` if there is no route. */
export function icmpOutcome(
  family: 4 | 6,
  icmp: Pick<IcmpReport, 'type' | 'code'>,
): Extract<TraceOutcome, 'prohibited' | 'unreachable'> {
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
