import type { WireReply } from '../../wire/wire.js';
import { outcomeOf } from './annotation.js';
import type { Ending, HopState } from './engine-state.js';

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
