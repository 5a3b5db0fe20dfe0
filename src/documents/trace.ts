import type { IcmpObject, MplsEntry } from '../net/packet/icmp-extensions.js';
import type { SynAckDetails, WireMethod, WireReplyKind } from '../net/wire/wire.js';
import type { DnsDocument } from './dns.js';
import type { DocumentHeader } from './header.js';
import type { Count, Counts, Errno, Hostname, IpAddress, Ms, Octets, Port, Ttl } from './scalars.js';
import type { IcmpCode, TcpCause } from './tcp.js';

export type { IcmpObject } from '../net/packet/icmp-extensions.js';
export type { SynAckDetails } from '../net/wire/wire.js';

/** The engine that sent the SYNs. */
export type TraceMethod = WireMethod;

/** What the trace found out about the port. */
export type TraceOutcome =
  | 'open'
  | 'closed'
  /** The target answered no SYN, not even those of full TTL. */
  | 'filtered'
  | 'prohibited'
  | 'unreachable'
  /** The path was not followed to its end, because of a limit of the trace. */
  | 'not-reached'
  | 'interrupted';

/** Why the trace ended. */
export type TraceStop = 'destination' | 'unreachable' | 'gap-limit' | 'max-ttl' | 'abort';

/** What answered a probe; `none` is silence. */
export type ReplyKind = WireReplyKind | 'none' | 'send-error';

/** One entry of an MPLS label stack (RFC 4950). */
export type MplsLabel = MplsEntry;

/**
 * One SYN at one TTL and its answer.
 *
 * @if { properties: { reply: { enum: ['none', 'send-error'] } } }
 * @then { properties: { from: { type: 'null' }, rttMs: { type: 'null' } } }
 * @else { properties: { from: { type: 'string' } } }
 */
export interface TraceProbe {
  reply: ReplyKind;
  from: IpAddress | null;
  rttMs: Ms | null;
  icmp: IcmpCode | null;
  /** As traceroute prints it: `!X`, `!H`, `!N`, … @pattern ^! */
  annotation: string | null;
  mpls: MplsLabel[];
  /** The answer came after the wait for it had ended. */
  late: boolean;
  /** The packet quoted in the answer has other addresses than the packet sent: a device on the path translates addresses. */
  nat: boolean;
  /** Of a `send-error`: `EPERM`, `ENETUNREACH`. */
  errno: Errno | null;
  /** How often the SYN was sent: twice where no probe of the hop was answered at first. @asType integer @minimum 1 */
  sent: number;
  /** Further copies of the answer: a SYN-ACK sent again, a packet duplicated on the path. */
  duplicates: Count;
  /** The TTL or hop limit with which the answer arrived. */
  replyTtl: Ttl | null;
  /** The length of the way back in hops, estimated from `replyTtl` and the usual initial TTLs 64, 128 and 255. */
  backwardHops: Ttl | null;
  /** The MTU of the next hop in a `!F`. */
  mtu: Octets | null;
  /** Extension objects other than MPLS label stacks. */
  extensions: IcmpObject[];
  /** Of a `syn-ack`. */
  synAck: SynAckDetails | null;
}

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

/** The probes of one TTL. */
export interface TraceHop {
  ttl: Ttl;
  probes: TraceProbe[];
  /** Answers are missing here, but no hop behind lost any: the router limits its ICMP errors and loses no traffic. */
  rateLimited: boolean;
}

/** Routers that answer in turn at rising TTLs. */
export interface RoutingLoop {
  /** The TTL at which the first router of the loop answered first. */
  firstTtl: Ttl;
  /** In the order in which packets pass them. @minItems 2 @maxItems 255 */
  members: IpAddress[];
}

/** SYNs of full TTL, which no router answers with Time Exceeded: whether the target answers, however its routers behave. */
export interface TargetQuery {
  reply: ReplyKind;
  from: IpAddress | null;
  rttMs: Ms | null;
  icmp: IcmpCode | null;
  /** SYNs that left this host. */
  sent: Count;
  /** How long the target kept silent from the first SYN on; null where an answer came. */
  waitedMs: Ms | null;
}

/** Where the packets of the trace leave this host. */
export interface TraceRoute {
  /** null for a target on a link of this host, and for this host itself. */
  gateway: IpAddress | null;
  /** null where its name is not known. */
  interface: string | null;
  /** The gateway and interface of ordinary TCP connections of this host, where they take another route. */
  tcpDiffers: string | null;
  /**
   * The gateway may pass packets on without lowering their TTL, as the router of a VPC does, because this host is in AWS: what answers
   * at hop 1 can be the target. Absent in older documents.
   */
  keepsTtl?: boolean;
}

/** One trace. */
export interface TraceResult {
  host: Hostname;
  /** null when the name has no address; `resolution` has the reason. */
  address: IpAddress | null;
  port: Port;
  /** The source address of the probes. */
  source: IpAddress | null;
  method: TraceMethod;
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  /** The lowest TTL that reached what ended the trace, or null. */
  destinationTtl: Ttl | null;
  /** @maxItems 255 */
  hops: TraceHop[];
  loop: RoutingLoop | null;
  /** What SYNs of full TTL found; null where none was sent. Absent in older documents. */
  target?: TargetQuery | null;
  /** null where the routing table cannot be read. Absent in older documents. */
  route?: TraceRoute | null;
  /** Why this host sent no probe; null where it sent one, or where the reason is not known. Absent in older documents. */
  unsent?: TcpCause | null;
  /** The smallest MTU in a `!F`, or null. */
  pathMtu: Octets | null;
  /** Packets received that answered no probe, by reason. */
  discarded: Counts;
  /** By address: the name of its PTR record, null without a record or an answer in time. null when not looked up. */
  names: Record<string, string | null> | null;
  resolution: DnsDocument | null;
}

/** `pprobe trace --json`, and one of `observations.trace`. */
export interface TraceDocument extends DocumentHeader<'trace'>, TraceResult {}

/** A trace to a known address. */
export interface AddressTrace extends TraceDocument {
  address: IpAddress;
}

/**
 * The routing loop in the hops of a trace, or null: the same routers answer in turn at rising TTLs. It takes two turns if
 * every hop of them answered. If some did not, for example because a router limits the rate of its ICMP errors, it takes
 * three turns with answers, and every router must answer at least twice, with another router's answer in between.
 *
 * One address that answers at several TTLs in a row is no loop: behind a NAT every hop answers with the target's address,
 * and some devices send the errors of the routers behind them. A hop with several addresses belongs to several paths and
 * counts as silent.
 */
export function routingLoop(hops: readonly TraceHop[]): RoutingLoop | null {
  const routers = hops.map(soleRouter);
  for (let start = 0; start < routers.length; start += 1) {
    const rest = routers.slice(start);
    const [first = null] = rest;
    if (first === null || rest.lastIndexOf(first) < 2) continue;
    let longest: Ring | null = null;
    for (let period = 2; 2 * period <= rest.length; period += 1) {
      const ring = ringOf(rest, period);
      if (ring !== null && ring.length > (longest?.length ?? 0)) longest = ring;
    }
    if (longest !== null) return { firstTtl: hops[start]?.ttl ?? 0, members: longest.members };
  }
  return null;
}

interface Ring {
  /** The number of hops that follow the ring. */
  length: number;
  /** The routers that answered, in the order of the ring. */
  members: string[];
}

/** The ring of `period` hops that the routers (null: silent) follow from the first one on; null if they follow none. */
function ringOf(routers: readonly (string | null)[], period: number): Ring | null {
  const ring: (string | null)[] = Array.from({ length: period }, () => null);
  const placeOf = new Map<string, number>();
  /** The members that answered again after another one. */
  const returned = new Set<string>();
  const turnsAnswered = new Set<number>();
  let latest: string | null = null;
  let isGapless = true;
  let found: Ring | null = null;
  for (const [index, router] of routers.entries()) {
    const place = index % period;
    if (router === null) isGapless = false;
    else {
      const known = placeOf.get(router);
      if (known === undefined ? ring[place] !== null : known !== place) break;
      if (known !== undefined && latest !== router) returned.add(router);
      ring[place] = router;
      placeOf.set(router, place);
      turnsAnswered.add(Math.floor(index / period));
      latest = router;
    }
    const isTurnOver = place === period - 1;
    const isProven = placeOf.size >= 2 && returned.size === placeOf.size;
    if (isTurnOver && isProven && turnsAnswered.size >= (isGapless ? 2 : 3))
      found = { length: index + 1, members: ring.filter((member) => member !== null) };
  }
  return found;
}

/** The only address that sent the Time Exceeded messages of a hop; or null if none or several did. */
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
