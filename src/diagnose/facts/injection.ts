import type { AddressTrace, TraceProbe } from '../../probe/trace/types.js';
import type { Evidence } from '../observations.js';
import type { Seen } from './dns.js';

/** An RST that cannot have come from the target, and the reason. */
export interface Injection {
  ref: string;
  doc: AddressTrace;
  /** TTL at which the RST came. */
  ttl: number;
  /** The box that most likely sent it; null where only the distance is known. */
  by: string | null;
  why: 'distance' | 'sibling';
  text: string;
  /** The observation that contradicts, where it is another one. */
  other: string | null;
}

/**
 * Signs that an RST was sent by something before the target: it came back over fewer routers than it went out over,
 * exactly as many as the answers of the router before it; or the way to a sibling of the target, which opens, has a router
 * at that distance and is longer.
 */
export function injections(evidence: Evidence): Injection[] {
  const traces = ofTarget(evidence);
  return traces.flatMap(({ ref, doc }) => {
    const ttl = resetTtl(doc);
    if (ttl === null || ttl < 2) return [];
    const found = byDistance(ref, doc, ttl) ?? bySibling(ref, doc, ttl, traces);
    return found === null ? [] : [found];
  });
}

function ofTarget({ target, observations }: Evidence): Seen<AddressTrace>[] {
  return observations.trace
    .map((doc, index) => ({ ref: `trace[${index}]`, doc }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

function resetTtl(doc: AddressTrace): number | null {
  return doc.hops.find(({ probes }) => probes.some(({ reply }) => reply === 'rst'))?.ttl ?? null;
}

function probeAt(doc: AddressTrace, ttl: number, reply: TraceProbe['reply']): TraceProbe | null {
  const hop = doc.hops.find((each) => each.ttl === ttl);
  return hop?.probes.find((probe) => probe.reply === reply) ?? null;
}

function byDistance(ref: string, doc: AddressTrace, ttl: number): Injection | null {
  const back = probeAt(doc, ttl, 'rst')?.backwardHops ?? null;
  const router = probeAt(doc, ttl - 1, 'time-exceeded');
  const from = router?.from ?? null;
  // Only where the router's own answers show that the way back is as long as the way there.
  if (back === null || from === null || router?.backwardHops !== ttl - 2 || back !== ttl - 2) return null;
  return {
    ref,
    doc,
    ttl,
    by: from,
    why: 'distance',
    text: `the RST came back over ${back} routers, as many as ${from}'s own answers from hop ${ttl - 1}; one of the target would have passed one more`,
    other: null,
  };
}

function bySibling(
  ref: string,
  doc: AddressTrace,
  ttl: number,
  traces: readonly Seen<AddressTrace>[],
): Injection | null {
  for (const sibling of traces) {
    const router = sibling.doc.outcome === 'open' ? probeAt(sibling.doc, ttl, 'time-exceeded') : null;
    if (router?.from === null || router?.from === undefined || !sharesWay(doc, sibling.doc, ttl)) continue;
    return {
      ref,
      doc,
      ttl,
      by: null,
      why: 'sibling',
      text: `the RST came at TTL ${ttl}; on the same way to ${sibling.doc.address}, which opens, hop ${ttl} is the router ${router.from}`,
      other: sibling.ref,
    };
  }
  return null;
}

/** Whether both paths show the same routers before `ttl`, and at least one. */
function sharesWay(first: AddressTrace, second: AddressTrace, ttl: number): boolean {
  let known = 0;
  for (let each = 1; each < ttl; each++) {
    const here = probeAt(first, each, 'time-exceeded')?.from ?? null;
    const there = probeAt(second, each, 'time-exceeded')?.from ?? null;
    if (here !== there) return false;
    if (here !== null) known++;
  }
  return known > 0;
}
