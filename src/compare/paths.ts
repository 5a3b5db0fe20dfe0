import { DOCS } from '../diagnose/remedies/docs.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import type { AddressTrace, TraceHop } from '../documents/trace.js';
import type { Side } from './side.js';

/** A trace that one host made. */
interface TracedPath {
  side: Side;
  ref: string;
  doc: AddressTrace;
  /** The router that answered at each TTL, or null. */
  routers: (string | null)[];
}

/**
 * Compares the path of a host that reaches an address with the path of one that does not. The last router on both paths is the
 * last one that is known to forward the packets of both.
 */
export function comparePaths(sides: readonly Side[]): ComparisonFinding[] {
  const paths = sides.flatMap(pathsOf);
  const arrived = paths.filter(({ doc }) => doc.outcome === 'open' || doc.outcome === 'closed');
  const lost = paths.filter(({ doc }) => doc.outcome === 'filtered' || doc.outcome === 'unreachable');
  return lost.flatMap((path) => {
    const other = arrived.find(({ doc, side }) => doc.address === path.doc.address && side !== path.side);
    const finding = other === undefined ? null : pathFinding(other, path);
    return finding === null ? [] : [finding];
  });
}

function pathsOf(side: Side): TracedPath[] {
  const { target, observations } = side.evidence;
  return observations.trace
    .map((doc, index) => ({ side, ref: `trace[${index}]`, doc, routers: doc.hops.map(routerAt) }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

function routerAt({ probes }: TraceHop): string | null {
  return probes.find(({ reply }) => reply === 'time-exceeded')?.from ?? null;
}

function pathFinding(arrived: TracedPath, lost: TracedPath): ComparisonFinding | null {
  const last = lost.routers.findLastIndex((router) => router !== null);
  const ending = lost.routers[last] ?? null;
  // Without a router that answers, as in most VPCs, there is nothing to compare.
  if (ending === null) return null;
  const shared =
    lost.routers.findLast((router) => router !== null && arrived.routers.includes(router)) ?? null;
  const to = lost.doc.address;
  const next = shared === null ? null : (arrived.routers[arrived.routers.indexOf(shared) + 1] ?? null);
  return {
    kind: 'path-differs',
    suspects: lost.doc.outcome === 'unreachable' ? ['route.icmp-unreachable'] : ['route.blackhole-after-hop'],
    confidence: shared === ending ? 'medium' : 'low',
    summary:
      shared === ending
        ? `Packets from ${lost.side.label} to ${to} are last seen at ${ending}, which forwards those from ${arrived.side.label}${next === null ? '' : ` to ${next}`}.`
        : `Packets from ${lost.side.label} to ${to} are last seen at ${ending}, which is not on the path from ${arrived.side.label}.`,
    meaning:
      shared === ending
        ? `${ending} has a route for both. It or the next device treats packets from ${lost.side.client ?? lost.side.label} differently: a filter, or the route back.`
        : `The packets take different paths; look at the one through ${ending}.`,
    evidence: [pathEvidence(arrived), pathEvidence(lost)],
    remedies: [
      {
        text: `On ${ending}, check the route to ${to} and the filters for ${lost.side.client ?? lost.side.label}; then check the route back`,
        docs: DOCS.routeTables,
      },
    ],
    check: null,
  };
}

function pathEvidence({ side, ref, doc, routers }: TracedPath): ComparedEvidence {
  const known = routers.filter((router) => router !== null);
  return {
    report: side.report,
    observation: ref,
    text: `to ${doc.address}: ${known.length === 0 ? 'no router answers' : known.join(' > ')}, then ${doc.outcome}`,
  };
}
