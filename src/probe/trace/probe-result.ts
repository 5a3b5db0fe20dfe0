import type { WireReply } from '../../wire/wire.js';
import { annotationOf } from './annotation.js';
import { backwardHops } from './reply-ttl.js';
import type { TraceHop, TraceProbe } from './types.js';

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
