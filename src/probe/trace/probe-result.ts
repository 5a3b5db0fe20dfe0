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
