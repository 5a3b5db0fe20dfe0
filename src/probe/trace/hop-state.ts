import type { TraceOutcome, TraceProbe } from '../../documents/trace.js';
import type { WireReply } from '../../net/wire/wire.js';
import { icmpOutcome } from './probe-result.js';

/** How a reply can end a path. */
export type Ending = Extract<TraceOutcome, 'open' | 'closed' | 'prohibited' | 'unreachable'>;

/** One probe of a hop. It is one packet, or two if it was sent again. */
export interface ProbeState {
  ttl: number;
  /** What the reply means for the path; null while there is no reply, and for a Time Exceeded. */
  ending: Ending | null;
  /** null until a reply arrives or the send fails. */
  result: TraceProbe | null;
  /** When its latest packet was sent. */
  sentAtMs: number;
  /** Packets sent: 1 or 2, and 0 while this host refuses to send the first one. */
  sent: number;
  /** Its packets in flight, and those that this host refused and that wait for another try. */
  open: number;
  /** Probes are numbered in the order in which they were first sent. */
  order: number;
}

/** The probes of one TTL. */
export interface HopState {
  ttl: number;
  probes: ProbeState[];
  /** One of its probes was sent again because no probe of the hop was answered. */
  isRetried: boolean;
  /** Number of changes to the results of its probes. */
  changes: number;
  /** Packets in flight, and packets that this host refused and that wait for another try. */
  open: number;
}

/**
 * What a reply means for the path; null if the path goes on. Only the kind of the reply decides. The sender does not:
 * behind a destination NAT every hop replies from the target's address.
 */
export function endingOf(family: 4 | 6, reply: WireReply): Ending | null {
  if (reply.kind === 'syn-ack') return 'open';
  if (reply.kind === 'rst') return 'closed';
  if (reply.kind === 'time-exceeded' || reply.icmp === null) return null;
  return icmpOutcome(family, reply.icmp);
}

/** The outcome of a trace whose packets this host refuses to send with this errno. */
export function refusalOutcome(errno: string): 'prohibited' | 'unreachable' {
  return errno === 'EPERM' || errno === 'EACCES' ? 'prohibited' : 'unreachable';
}

/** The index of the first hop that reached the target; null while none has. */
export function reachedAt(hops: readonly HopState[]): number | null {
  const index = hops.findIndex(({ probes }) =>
    probes.some(({ ending, result }) => result?.from != null && (ending === 'open' || ending === 'closed')),
  );
  return index < 0 ? null : index;
}

/**
 * The index of the first hop where every reply is an ICMP unreachable and behind which no router answers. Where one of
 * several parallel paths is broken, other probes of the same hop get a Time Exceeded. A router that answers expiring packets
 * with an unreachable and forwards the others has hops that answer behind it. null if there is no such hop.
 */
export function blockedAt(hops: readonly HopState[]): number | null {
  let blocked: number | null = null;
  for (let index = 0; index < hops.length; index += 1) {
    let [isAnswered, isForwarding] = [false, false];
    for (const { result, ending } of hops[index]?.probes ?? []) {
      if (result?.from == null) continue;
      isAnswered = true;
      if (ending === null) isForwarding = true;
    }
    if (isForwarding) blocked = null;
    else if (isAnswered) blocked ??= index;
  }
  return blocked;
}

/** The hop has probes, and none of them left this host. */
export function isUnsent({ probes }: HopState): boolean {
  return (
    probes.length > 0 && probes.every(({ sent, result }) => sent === 0 || result?.reply === 'send-error')
  );
}

/** The endings of one hop, the most informative about the target first. */
const endingsByWeight: readonly Ending[] = ['open', 'closed', 'prohibited', 'unreachable'];

/** The outcome of a trace that ends at this hop. */
export function outcomeAt(hop: HopState | undefined): Ending {
  const endings = hop?.probes.map(({ ending }) => ending) ?? [];
  return endingsByWeight.find((ending) => endings.includes(ending)) ?? 'unreachable';
}

/**
 * Whether the hop must be probed once more before it counts as silent. The first packets towards a neighbour that is not
 * resolved yet, or through a rate limiter without tokens, are lost together (measured in an IPv6 lab with empty neighbour
 * caches).
 */
export function needsRetry({ probes, isRetried }: HopState, queries: number): boolean {
  return probes.length === queries && !isRetried && probes.every(({ result }) => result === null);
}

/**
 * The earliest time for another probe of this hop on the same 5-tuple; null while a probe is in flight. A router can be
 * probed again at once, because its probes do not reach the target. At the target only one probe may be in flight, and
 * the next one follows a round trip after the answer: the kernel's RST has then removed the half-open connection. A second
 * SYN before that gets a challenge ACK or no answer.
 */
export function repeatAtMs(
  { probes }: HopState,
  { isPending, isEnd }: { isPending: boolean; isEnd: boolean },
): number | null {
  if (probes.some(({ result }) => result?.reply === 'time-exceeded')) return 0;
  if (isPending) return null;
  const last = probes.at(-1);
  if (last === undefined || !isEnd) return 0;
  return last.sentAtMs + 2 * (last.result?.rttMs ?? 0);
}
