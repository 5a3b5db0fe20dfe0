import { familyOf } from '../../net/address/address.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { Evidence } from '../report.js';
import type { AddressTrace, TraceHop } from '../trace.js';
import type { Seen } from './dns.js';
import { opened } from './tcp.js';

/** An ICMP unreachable that ended a path before the target: who sent it, and what it says. */
export interface Rejection {
  ttl: number;
  from: string;
  type: number;
  code: number;
  annotation: string | null;
}

/** The traces to the target, with the addresses that opened. */
export function targetTraces({ target, observations }: Evidence): Seen<AddressTrace>[] {
  return observations.trace
    .map((doc, index) => ({ ref: `trace[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

/**
 * The traces that can explain a failure: not those to an address whose port opened, where silent hops or a firewall that
 * rejects probes do no harm.
 */
export function explainingTraces(evidence: Evidence): Seen<AddressTrace>[] {
  return targetTraces(evidence).filter(({ doc }) => doc.outcome !== 'open' && !opened(evidence, doc.address));
}

/** The first ICMP "prohibited" on the path: a filter that rejects instead of dropping. */
export function prohibition(doc: AddressTrace): Rejection | null {
  const family = familyOf(doc.address) === 6 ? 6 : 4;
  return rejection(doc, (type, code) => isProhibition(family, { type, code }));
}

/** The first ICMP "unreachable" of another kind: a router without a route, or whose neighbour does not answer ARP. */
export function unreachability(doc: AddressTrace): Rejection | null {
  const v6 = familyOf(doc.address) === 6;
  return rejection(doc, (type, code) =>
    v6
      ? type === 1 && [0, 2, 3].includes(code)
      : type === 3 && [0, 1, 2, 5, 6, 7, 8, 11, 12, 14, 15].includes(code),
  );
}

/** The first port unreachable. A closed TCP port answers with RST, so this is a REJECT rule or a host without TCP. */
export function portUnreachable(doc: AddressTrace): Rejection | null {
  return rejection(doc, (type, code) => isPortUnreachable(doc.address, { type, code }));
}

/** Whether an ICMP error about `address` is a port unreachable (RFC 792; RFC 4443 section 3.1). */
export function isPortUnreachable(address: string, { type, code }: { type: number; code: number }): boolean {
  return familyOf(address) === 6 ? type === 1 && code === 4 : type === 3 && code === 3;
}

/** Whether an ICMP error about `address` says that the TTL ran out in transit (RFC 792; RFC 4443 section 3.3). */
export function isTtlExceeded(address: string, { type, code }: { type: number; code: number }): boolean {
  return type === (familyOf(address) === 6 ? 3 : 11) && code === 0;
}

function rejection(doc: AddressTrace, matches: (type: number, code: number) => boolean): Rejection | null {
  for (const { ttl, probes } of doc.hops) {
    for (const { reply, from, icmp, annotation } of probes) {
      if (reply !== 'unreachable' || from === null || icmp === null) continue;
      if (matches(icmp.type, icmp.code)) return { ttl, from, type: icmp.type, code: icmp.code, annotation };
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
