import type { IcmpObject, MplsEntry } from '../net/packet/icmp-extensions.js';
import type { SynAckDetails, WireMethod, WireReplyKind } from '../net/wire/wire.js';
import type { DnsDocument } from './dns.js';
import type { DocumentHeader } from './header.js';
import type { TcpCause } from './tcp.js';

export type { IcmpObject } from '../net/packet/icmp-extensions.js';
export type { SynAckDetails } from '../net/wire/wire.js';

/** How the SYNs were sent. */
export type TraceMethod = WireMethod;

export type TraceOutcome = 'open' | 'closed' | 'filtered' | 'prohibited' | 'unreachable' | 'interrupted';

export type TraceStop = 'destination' | 'unreachable' | 'gap-limit' | 'max-ttl' | 'abort';

export type ReplyKind = WireReplyKind | 'none' | 'send-error';

/** One label stack entry of RFC 4950. */
export type MplsLabel = MplsEntry;

/** One SYN at one TTL and its answer. */
export interface TraceProbe {
  reply: ReplyKind;
  from: string | null;
  rttMs: number | null;
  icmp: { type: number; code: number } | null;
  /** As traceroute prints it: `!X`, `!H`, `!N`, … */
  annotation: string | null;
  mpls: MplsLabel[];
  /** The answer came after the wait for it had ended. */
  late: boolean;
  /** The quoted destination or source is not the one the packet left with: something on the path translates addresses. */
  nat: boolean;
  /** Of a `send-error`: `EPERM`, `ENETUNREACH`. */
  errno: string | null;
  /** How often the SYN was sent: twice where the whole hop was silent at first. */
  sent: number;
  /** Further copies of the answer that arrived: a SYN-ACK sent again, a packet doubled on the path. */
  duplicates: number;
  /** TTL or hop limit of the reply on arrival. */
  replyTtl: number | null;
  /** Length of the way back in hops, guessed from `replyTtl` and the usual initial TTLs 64, 128 and 255. */
  backwardHops: number | null;
  /** Next-hop MTU of a `!F`, octets. */
  mtu: number | null;
  /** Extension objects that are not MPLS stacks. */
  extensions: IcmpObject[];
  /** Of a `syn-ack`. */
  synAck: SynAckDetails | null;
}

export interface TraceHop {
  ttl: number;
  probes: TraceProbe[];
  /** Some answers are missing although nothing behind this hop lost any: it limits its ICMP errors, it loses no traffic. */
  rateLimited: boolean;
}

/** The same routers answering in turn at rising TTLs. */
export interface RoutingLoop {
  /** The TTL at which the first router of the loop answered first. */
  firstTtl: number;
  /** Addresses in the order in which the packets pass them; two or more. */
  members: string[];
}

/** `pprobe trace --json`, and one of `observations.trace`. */
export interface TraceDocument extends DocumentHeader<'trace'> {
  host: string;
  /** null when the name gave none; `resolution` tells why. */
  address: string | null;
  port: number;
  /** The source address of the probes. */
  source: string | null;
  method: TraceMethod;
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  /** The lowest TTL that reached what ended the trace; null when nothing did. */
  destinationTtl: number | null;
  hops: TraceHop[];
  /** null where no loop was seen. */
  loop: RoutingLoop | null;
  /** Why this host sent no probe at all; null where it sent one, or where the reason is not known. Absent in older documents. */
  unsent?: TcpCause | null;
  /** The smallest MTU that a `!F` named, octets; null when none did. */
  pathMtu: number | null;
  /** Packets received that answered no probe of ours, by reason. */
  discarded: Record<string, number>;
  /** By address: the name its PTR record gives, null where it has none or none came in time. null when not asked. */
  names: Record<string, string | null> | null;
  resolution: DnsDocument | null;
}

/** A trace that had somewhere to go. */
export interface AddressTrace extends TraceDocument {
  address: string;
}

/**
 * The routing loop in the hops of a trace: the same routers answer in turn at rising TTLs, at least twice where every hop of
 * the turn answered, at least three times where some are silent. One address that answers at several TTLs in a row is no
 * loop: behind a NAT every hop answers with the target's address, and some devices send the errors of the routers behind
 * them. A hop that several addresses answered counts as silent, because it belongs to several paths. null where there is
 * no loop.
 */
export function routingLoop(hops: readonly TraceHop[]): RoutingLoop | null {
  const routers = hops.map(soleRouter);
  for (let start = 0; start < routers.length; start += 1) {
    for (let period = 2; start + 2 * period <= routers.length; period += 1) {
      const turn = routers.slice(start, start + period);
      const members = turn.filter((router) => router !== null);
      if (turn[0] === null || members.length < 2 || new Set(members).size < members.length) continue;
      const turns = members.length === period ? 2 : 3;
      const walked = routers.slice(start, start + turns * period);
      if (walked.length < turns * period) continue;
      if (walked.every((router, index) => router === turn[index % period]))
        return { firstTtl: hops[start]?.ttl ?? 0, members };
    }
  }
  return null;
}

/** The one address that sent the Time Exceeded messages of a hop; null where none or several did. */
function soleRouter({ probes }: TraceHop): string | null {
  const routers = new Set(probes.filter(({ reply }) => reply === 'time-exceeded').map(({ from }) => from));
  const [router = null] = routers;
  return routers.size === 1 ? router : null;
}

/** What the error of a refused send means. EHOSTUNREACH: neighbour discovery failed, by this host's own ICMP error. */
const unsentCauses: ReadonlyMap<string, TcpCause> = new Map([
  ['EPERM', 'local-firewall'],
  ['EACCES', 'prohibit-route'],
  ['EINVAL', 'blackhole-route'],
  ['ENETUNREACH', 'no-route'],
  ['EHOSTUNREACH', 'silent-neighbour'],
  ['EADDRNOTAVAIL', 'no-source-address'],
  ['EAFNOSUPPORT', 'no-route'],
]);

/** Why this host sent none of the probes; null where one was sent, or where the error has no known meaning. */
export function unsentCause(hops: readonly TraceHop[]): TcpCause | null {
  const probes = hops.flatMap((hop) => hop.probes);
  const [first] = probes;
  if (first === undefined || probes.some(({ reply }) => reply !== 'send-error')) return null;
  return unsentCauses.get(first.errno ?? '') ?? null;
}
