import { DOCS } from '../diagnose/remedies/docs.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import type { AddressTrace, TraceHop } from '../documents/trace.js';
import type { Side } from './side.js';

interface Path {
  side: Side;
  ref: string;
  doc: AddressTrace;
  /** Who answered at each TTL; null for silence. */
  routers: (string | null)[];
}

/**
 * The way of a host that arrives beside the way of one that does not, to the same address: the last router they share is
 * the last that is known to forward for both.
 */
export function comparePaths(sides: readonly Side[]): ComparisonFinding[] {
  const paths = sides.flatMap(pathsOf);
  const arrived = paths.filter(({ doc }) => doc.outcome === 'open' || doc.outcome === 'closed');
  const lost = paths.filter(({ doc }) => doc.outcome === 'filtered' || doc.outcome === 'unreachable');
  return lost.flatMap((path) => {
    const other = arrived.find(({ doc, side }) => doc.address === path.doc.address && side !== path.side);
    const finding = other === undefined ? null : part(other, path);
    return finding === null ? [] : [finding];
  });
}

function pathsOf(side: Side): Path[] {
  const { target, observations } = side.evidence;
  return observations.trace
    .map((doc, index) => ({ side, ref: `trace[${index}]`, doc, routers: doc.hops.map(answerer) }))
    .filter(({ doc }) => doc.host === target.host && doc.port === target.port);
}

function answerer({ probes }: TraceHop): string | null {
  return probes.find(({ reply }) => reply === 'time-exceeded')?.from ?? null;
}

function part(arrived: Path, lost: Path): ComparisonFinding | null {
  const last = lost.routers.findLastIndex((router) => router !== null);
  const ending = lost.routers[last] ?? null;
  // A path without one router that answers looks like any VPC's; there is nothing to lay side by side.
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
        ? `From ${lost.side.label} packets to ${to} are last seen at ${ending}, which forwards those of ${arrived.side.label}${next === null ? '' : ` on to ${next}`}.`
        : `From ${lost.side.label} packets to ${to} are last seen at ${ending}, which is not on the way from ${arrived.side.label}.`,
    meaning:
      shared === ending
        ? `${ending} has a route for both; what it or the next box does with packets of ${lost.side.client ?? lost.side.label} differs: a filter, or the way back.`
        : `The two take different ways; look at the one through ${ending}.`,
    evidence: [saw(arrived), saw(lost)],
    remedies: [
      {
        text: `On ${ending}, look up the route to ${to} and the filters for ${lost.side.client ?? lost.side.label}, and on the way back the route to it`,
        docs: DOCS.routeTables,
      },
    ],
    check: null,
  };
}

function saw({ side, ref, doc, routers }: Path): ComparedEvidence {
  const known = routers.filter((router) => router !== null);
  return {
    report: side.report,
    observation: ref,
    text: `to ${doc.address}: ${known.length === 0 ? 'no router answers' : known.join(' > ')}, then ${doc.outcome}`,
  };
}
