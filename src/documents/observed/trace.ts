import { isAwsKernel } from '../../host/vantage.js';
import { familyOf } from '../../net/address/address.js';
import type { Evidence } from '../report.js';
import type { IcmpCode } from '../tcp.js';
import { isPortError, isProhibition, isRouteError, isTimeExceeded } from '../terms/icmp.js';
import type { AddressTrace, TraceDocument, TraceHop } from '../trace.js';
import type { Seen } from './dns.js';
import { once } from './memo.js';
import { opened } from './tcp.js';

/**
 * The time after which a Linux router reports that a host on its link is down: three ARP requests, one a second (mcast_solicit and
 * retrans_time_ms, arp(7)), and the jitter of its timers. Milliseconds.
 */
export const deadHostToldMs = 3200;

/** An ICMP unreachable that ended a path before the target: who sent it, and what it says. */
export interface Rejection {
  from: string;
  place: HopRange;
  type: number;
  code: number;
  annotation: string | null;
}

/** The hops of which one sent an answer; both ends belong to it. */
export interface HopRange {
  first: number;
  last: number;
}

/**
 * Where the sender of an unreachable is. A router without a route, or with a filter, sends it whatever the TTL, and hosts limit how
 * many a second they send (Linux: net.ipv4.icmp_ratelimit, and six in a row for a packet without a route). Silent hops before it
 * can then be the same router, and only the hop at which `from` also ended a TTL is known exactly.
 */
export function senderPlace(hops: readonly TraceHop[], ttl: number, from: string): HopRange {
  const before = hops.filter((hop) => hop.ttl < ttl);
  const own = before.find((hop) => answerer(hop) === from);
  if (own !== undefined) return { first: own.ttl, last: own.ttl };
  const answered = before.findLast(({ probes }) => probes.some((probe) => probe.from !== null));
  return { first: (answered?.ttl ?? 0) + 1, last: ttl };
}

/** "hop 3", or "one of hops 2 to 11". */
export function hopRangeWords({ first, last }: HopRange): string {
  return first === last ? `hop ${last}` : `one of hops ${first} to ${last}`;
}

/** The traces to the target, with the addresses that opened. */
export function targetTraces(evidence: Evidence): Seen<AddressTrace>[] {
  return once(evidence, tracesToTarget);
}

function tracesToTarget({ target, observations }: Evidence): Seen<AddressTrace>[] {
  return observations.trace
    .map((doc, index) => ({ ref: `trace[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

/**
 * The traces that can explain a failure: not those to an address whose port opened, where silent hops or a firewall that
 * rejects probes do no harm.
 */
export function explainingTraces(evidence: Evidence): Seen<AddressTrace>[] {
  return once(evidence, tracesThatExplain);
}

function tracesThatExplain(evidence: Evidence): Seen<AddressTrace>[] {
  return targetTraces(evidence).filter(({ doc }) => doc.outcome !== 'open' && !opened(evidence, doc.address));
}

/** The first ICMP "prohibited" on the path: a filter that rejects instead of dropping. */
export function prohibition(doc: AddressTrace): Rejection | null {
  return rejection(doc, isProhibition);
}

/** The first ICMP "unreachable" of another kind: a router without a route, or whose neighbour does not answer ARP. */
export function unreachability(doc: AddressTrace): Rejection | null {
  return rejection(doc, isRouteError);
}

/** The first port unreachable. A closed TCP port answers with RST, so this is a REJECT rule or a host without TCP. */
export function portUnreachable(doc: AddressTrace): Rejection | null {
  return rejection(doc, isPortError);
}

/** An RST in the name of the target from a place that is nearer than the target. */
export interface NearReset extends Seen<AddressTrace> {
  gateway: string;
}

/**
 * The trace whose RST came at the first hop, although the way starts with a gateway: this host or the gateway sent it. null where
 * that does not follow, because the router of a VPC does not lower the TTL.
 */
export function resetBeforeGateway(evidence: Evidence, address: string): NearReset | null {
  const { vantage } = evidence;
  // Reports of earlier versions have the kernel alone.
  const isInAws = vantage.ec2 !== undefined || isAwsKernel(vantage.platform);
  for (const { ref, doc } of targetTraces(evidence)) {
    const gateway = gatewayBeforeNear(doc, 'rst');
    if (doc.address === address && gateway !== null && !(doc.route?.keepsTtl ?? isInAws))
      return { ref, doc, gateway };
  }
  return null;
}

/**
 * The gateway of a trace whose first SYN-ACK or RST came at hop 1, where the way does not end; null for all others. A router lowers
 * the TTL, so that it or this host sent the answer, unless `route.keepsTtl` says that it may not.
 */
export function gatewayBeforeNear(
  { route, address, hops }: Pick<TraceDocument, 'route' | 'address' | 'hops'>,
  answer: 'syn-ack' | 'rst',
): string | null {
  const gateway = route?.gateway ?? null;
  if (gateway === null || gateway === address) return null;
  const first = hops.find(({ probes }) => probes.some(({ reply }) => reply === answer));
  return first?.ttl === 1 ? gateway : null;
}

/** Whether an ICMP error about `address` is a port unreachable. */
export function isPortUnreachable(address: string, error: IcmpCode): boolean {
  return isPortError(familyOfTrace(address), error);
}

/** Whether an ICMP error about `address` is a prohibition. */
export function isProhibited(address: string, error: IcmpCode): boolean {
  return isProhibition(familyOfTrace(address), error);
}

/** Whether an ICMP error about `address` says that the TTL ran out in transit. */
export function isTtlExceeded(address: string, error: IcmpCode): boolean {
  return isTimeExceeded(familyOfTrace(address), error);
}

function familyOfTrace(address: string): 4 | 6 {
  return familyOf(address) === 6 ? 6 : 4;
}

function rejection(
  doc: AddressTrace,
  matches: (family: 4 | 6, error: IcmpCode) => boolean,
): Rejection | null {
  const family = familyOfTrace(doc.address);
  for (const { ttl, probes } of doc.hops) {
    for (const { reply, from, icmp, annotation } of probes) {
      if (reply !== 'unreachable' || from === null || icmp === null) continue;
      if (matches(family, icmp))
        return {
          from,
          place: senderPlace(doc.hops, ttl, from),
          type: icmp.type,
          code: icmp.code,
          annotation,
        };
    }
  }
  return null;
}

/** The last hop of a path that answered, and how many silent hops follow it. */
export interface LastAnswer {
  ttl: number;
  from: string;
  silent: number;
}

/** The last hop that answered with Time Exceeded; null where none did. */
export function lastAnswer(doc: AddressTrace): LastAnswer | null {
  const index = doc.hops.findLastIndex((hop) => answerer(hop) !== null);
  const hop = doc.hops[index];
  const from = hop === undefined ? null : answerer(hop);
  return hop === undefined || from === null
    ? null
    : { ttl: hop.ttl, from, silent: doc.hops.length - 1 - index };
}

/** The last hop that answered, where at least two silent hops follow it: one silent hop alone is ordinary. */
export function blackhole(doc: AddressTrace): LastAnswer | null {
  if (doc.outcome !== 'filtered' || doc.loop !== null) return null;
  const last = lastAnswer(doc);
  return last === null || last.silent < 2 ? null : last;
}

function answerer(hop: TraceHop): string | null {
  return hop.probes.find(({ reply }) => reply === 'time-exceeded')?.from ?? null;
}
