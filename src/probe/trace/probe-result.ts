import type { TraceHop, TraceOutcome, TraceProbe } from '../../documents/trace.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { WireReply } from '../../net/wire/wire.js';

/** A probe without a reply. */
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

/** A probe that this host refused to send. */
export function unsentProbe(errno: string): TraceProbe {
  return { ...silentProbe, reply: 'send-error', errno };
}

/** A hop whose probes this host refused to send. */
export function unsentHop(ttl: number, queries: number, errno: string): TraceHop {
  return { ttl, probes: Array.from({ length: queries }, () => unsentProbe(errno)), rateLimited: false };
}

/** The result of a probe that got this reply. */
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

/** Usual initial TTLs: Linux and BSD, Windows, network equipment. */
const initialTtls = [64, 128, 255];

/**
 * An estimate of the number of hops on the way back, 1 for a neighbour: the next higher usual initial TTL less the TTL on
 * arrival, plus 1. It need not equal the number of the hop, because the ways there and back may differ.
 */
function backwardHops(replyTtl: number): number {
  const initial = initialTtls.find((ttl) => replyTtl <= ttl) ?? 255;
  return initial - replyTtl + 1;
}

/** An ICMP or ICMPv6 error. */
export interface IcmpReport {
  type: number;
  code: number;
  /** MTU of the next hop, octets; null where the message has none. */
  mtu: number | null;
}

const marksV4: Record<number, string> = {
  0: '!N',
  1: '!H',
  2: '!P',
  5: '!S',
  6: '!N',
  7: '!H',
  8: '!N',
  9: '!X',
  10: '!X',
  11: '!N',
  12: '!H',
  13: '!X',
  14: '!V',
  15: '!C',
};

const marksV6: Record<number, string> = { 0: '!N', 1: '!X', 2: '!H', 3: '!H', 5: '!X', 6: '!X' };

const unreachableType = { 4: 3, 6: 1 } as const;
const tooBigV6 = 2;

/**
 * The mark that traceroute(8) prints for an ICMP unreachable: `!H`, `!N`, `!P`, `!S`, `!F-1400`, `!X`, `!V`, `!C` or
 * `!<code>`. null for a port unreachable, which has no mark there either: the target was reached.
 */
export function annotationOf(family: 4 | 6, icmp: IcmpReport): string | null {
  const isTooBig =
    family === 6 ? icmp.type === tooBigV6 : icmp.type === unreachableType[4] && icmp.code === 4;
  if (isTooBig) return icmp.mtu === null ? '!F' : `!F-${icmp.mtu}`;
  if (icmp.type !== unreachableType[family]) return `!<${icmp.type}-${icmp.code}>`;
  if (icmp.code === (family === 4 ? 3 : 4)) return null;
  return (family === 4 ? marksV4 : marksV6)[icmp.code] ?? `!<${icmp.code}>`;
}

/** What an ICMP unreachable says: `prohibited` for a filter's refusal, `unreachable` for a missing way. */
export function icmpOutcome(
  family: 4 | 6,
  icmp: Pick<IcmpReport, 'type' | 'code'>,
): Extract<TraceOutcome, 'prohibited' | 'unreachable'> {
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
