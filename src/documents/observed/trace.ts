import { familyOf } from '../../net/address/address.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { Evidence } from '../report.js';
import type { AddressTrace, TraceHop, TraceProbe } from '../trace.js';
import type { Seen } from './dns.js';
import { opened } from './tcp.js';

/** A reply that ended a path before the target: who sent it, and what it said. */
export interface Rejection {
  ttl: number;
  from: string;
  type: number;
  code: number;
  annotation: string | null;
}

/**
 * Traces to the target that can explain a failure: not those to an address whose port opened, where a firewall that
 * dislikes our probes, or a hop that does not answer them, harms nobody.
 */
export function explainingTraces(evidence: Evidence): Seen<AddressTrace>[] {
  const { target, observations } = evidence;
  return observations.trace
    .map((doc, index) => ({ ref: `trace[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port)
    .filter(({ doc }) => doc.outcome !== 'open' && !opened(evidence, doc.address));
}

/** ICMP "prohibited": a filter that rejects instead of dropping. */
export function prohibition(doc: AddressTrace): Rejection | null {
  const family = familyOf(doc.address) === 6 ? 6 : 4;
  return rejection(doc, (type, code) => isProhibition(family, { type, code }));
}

/** ICMP net or host unreachable in its other forms: a router without a route, or without an answer to ARP. */
export function unreachability(doc: AddressTrace): Rejection | null {
  const v6 = familyOf(doc.address) === 6;
  return rejection(doc, (type, code) =>
    v6
      ? type === 1 && [0, 2, 3].includes(code)
      : type === 3 && [0, 1, 5, 6, 7, 8, 11, 12, 14, 15].includes(code),
  );
}

function rejection(doc: AddressTrace, matches: (type: number, code: number) => boolean): Rejection | null {
  for (const { ttl, probe } of probesOf(doc)) {
    if (probe.reply !== 'unreachable' || probe.from === null || probe.icmp === null) continue;
    const { type, code } = probe.icmp;
    if (matches(type, code)) return { ttl, from: probe.from, type, code, annotation: probe.annotation };
  }
  return null;
}

/** The errno of a trace that this host itself refused to send; null when a probe got out. */
export function sendErrno(doc: AddressTrace): string | null {
  const probes = probesOf(doc).map(({ probe }) => probe);
  const failed = probes.filter(({ reply }) => reply === 'send-error');
  return probes.length > 0 && failed.length === probes.length ? (failed[0]?.errno ?? null) : null;
}

export interface Blackhole {
  /** The last hop that answered. */
  ttl: number;
  from: string;
  /** Silent hops after it. */
  silent: number;
}

/** Hops that answer, then at least two that do not: one silent hop alone is an ordinary sight. */
export function blackhole(doc: AddressTrace): Blackhole | null {
  if (doc.outcome !== 'filtered') return null;
  const last = doc.hops.findLastIndex((hop) => answerer(hop) !== null);
  const hop = doc.hops[last];
  const from = hop === undefined ? null : answerer(hop);
  const silent = doc.hops.length - 1 - last;
  return hop === undefined || from === null || silent < 2 ? null : { ttl: hop.ttl, from, silent };
}

/** Port unreachable from anywhere: a closed port says RST, so this is a filter's REJECT rule or a host without TCP there. */
export function portUnreachable(doc: AddressTrace): Rejection | null {
  const v6 = familyOf(doc.address) === 6;
  return rejection(doc, (type, code) => (v6 ? type === 1 && code === 4 : type === 3 && code === 3));
}

/**
 * Hops that answer in turn, three times over. Fewer proves nothing: a router that forwards at TTL 0 shows up twice in
 * a row, and load sharing over paths of unequal length shows one address at two distances. Some may be silent.
 */
export function loop(doc: AddressTrace): { members: string[]; firstTtl: number } | null {
  const path = doc.hops.map((hop) => ({ ttl: hop.ttl, from: answerer(hop) }));
  for (let start = 0; start < path.length; start++) {
    for (let period = 2; start + 3 * period <= path.length; period++) {
      const round = path.slice(start, start + period).map(({ from }) => from);
      const turns = path.slice(start, start + 3 * period);
      const members = [...new Set(round.filter((from) => from !== null))];
      // One box that answers at many TTLs in a row goes round no circle: some answer for the routers behind them.
      // Behind a destination NAT every hop answers with the target's own address.
      if (members.length < 2 || members.includes(doc.address)) continue;
      if (turns.every(({ from }, index) => from === round[index % period]))
        return { members, firstTtl: turns[0]?.ttl ?? 0 };
    }
  }
  return null;
}

function answerer(hop: TraceHop): string | null {
  return hop.probes.find(({ reply }) => reply === 'time-exceeded')?.from ?? null;
}

function probesOf(doc: AddressTrace): { ttl: number; probe: TraceProbe }[] {
  return doc.hops.flatMap(({ ttl, probes }) => probes.map((probe) => ({ ttl, probe })));
}
