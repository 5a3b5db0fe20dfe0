import type { TraceHop, TraceProbe } from '../../documents/trace.js';
import type { WireReply } from '../../net/wire/wire.js';
import { annotationOf } from './ending.js';

/** A probe of which nothing came back, or not yet. */
export const silentProbe: TraceProbe = {
  reply: 'none',
  from: null,
  rttMs: null,
  icmp: null,
  annotation: null,
  mpls: [],
  late: false,
  nat: false,
  errno: null,
  sent: 1,
  duplicates: 0,
  replyTtl: null,
  backwardHops: null,
  mtu: null,
  extensions: [],
  synAck: null,
};

/** A probe that this host did not let out. */
export function unsentProbe(errno: string): TraceProbe {
  return { ...silentProbe, reply: 'send-error', errno };
}

/** A hop whose probes were all refused by this host itself. */
export function unsentHop(ttl: number, queries: number, errno: string): TraceHop {
  return { ttl, probes: Array.from({ length: queries }, () => unsentProbe(errno)), rateLimited: false };
}

/** What a reply makes of the probe it answers. */
export function resultOf(
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
    annotation: icmp === null || kind !== 'unreachable' ? null : annotationOf(family, icmp),
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

/** What systems start with: Linux and BSD, Windows, network gear. */
const initialTtls = [64, 128, 255];

/**
 * Length of the way back in hops, counted as TTLs are: 1 for a neighbour. A guess from the TTL a reply arrived with and
 * the next higher usual initial TTL; it is not the number of the hop, for ways there and back may differ, and a box that
 * answers for others adds nothing to it.
 */
function backwardHops(replyTtl: number): number {
  const initial = initialTtls.find((ttl) => replyTtl <= ttl) ?? 255;
  return initial - replyTtl + 1;
}
