import type { TraceOutcome } from '../../documents/trace.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { WireReply } from '../../net/wire/wire.js';
import type { Ending, HopState } from './strategy.js';

/** Of several kinds of end at one TTL, the one that says most about the target. */
const rank: Ending[] = ['open', 'closed', 'prohibited', 'unreachable'];

/** The kind of the reply decides, never its sender: behind an address translator every hop answers as the target. */
export function endingOf(family: 4 | 6, reply: WireReply): Ending | null {
  if (reply.kind === 'syn-ack') return 'open';
  if (reply.kind === 'rst') return 'closed';
  if (reply.kind === 'time-exceeded' || reply.icmp === null) return null;
  return outcomeOf(family, reply.icmp);
}

/** What a send this host itself refused makes of the trace: its own policy said no, or it knows no way. */
export function refusalOutcome(errno: string): 'prohibited' | 'unreachable' {
  return errno === 'EPERM' || errno === 'EACCES' ? 'prohibited' : 'unreachable';
}

/**
 * Which of the hops ends the path: the first that reached the target; else the first at which nothing but unreachables
 * came. One of several paths may be broken: where another probe of the same hop was passed on, an unreachable ends
 * nothing. null while there is no end.
 */
export function endOf(hops: readonly HopState[]): number | null {
  let blocked: number | null = null;
  for (const [index, { probes }] of hops.entries()) {
    const answered = probes.filter(({ result }) => result?.from != null);
    if (answered.some(({ ending }) => ending === 'open' || ending === 'closed')) return index;
    const isBlocked = answered.length > 0 && answered.every(({ ending }) => ending !== null);
    if (isBlocked) blocked ??= index;
  }
  return blocked;
}

/** The outcome of a trace that ends at this hop. */
export function outcomeAt(hop: HopState | undefined): Ending {
  const endings = hop?.probes.map(({ ending }) => ending) ?? [];
  return rank.find((ending) => endings.includes(ending)) ?? 'unreachable';
}

const byCodeV4: Record<number, string> = {
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

const byCodeV6: Record<number, string> = { 0: '!N', 1: '!X', 2: '!H', 3: '!H', 5: '!X', 6: '!X' };

const unreachableType = { 4: 3, 6: 1 } as const;
const tooBigV6 = 2;

export interface IcmpVerdict {
  type: number;
  code: number;
  mtu: number | null;
}

/**
 * traceroute(8)'s mark for an ICMP unreachable: `!H`, `!N`, `!P`, `!S`, `!F-1400`, `!X`, `!V`, `!C`, or `!<code>`. A port
 * unreachable means the target was reached and gets none, as there.
 */
export function annotationOf(family: 4 | 6, icmp: IcmpVerdict): string | null {
  const isTooBig =
    family === 6 ? icmp.type === tooBigV6 : icmp.type === unreachableType[4] && icmp.code === 4;
  if (isTooBig) return icmp.mtu === null ? '!F' : `!F-${icmp.mtu}`;
  if (icmp.type !== unreachableType[family]) return `!<${icmp.type}-${icmp.code}>`;
  if (icmp.code === (family === 4 ? 3 : 4)) return null;
  return (family === 4 ? byCodeV4 : byCodeV6)[icmp.code] ?? `!<${icmp.code}>`;
}

/** What an ICMP unreachable makes of the trace: a policy said no, or the packet could not go on. */
export function outcomeOf(
  family: 4 | 6,
  icmp: IcmpVerdict,
): Extract<TraceOutcome, 'prohibited' | 'unreachable'> {
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
