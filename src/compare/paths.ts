import { list } from '../core/text.js';
import { DOCS } from '../diagnose/remedies/docs.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import type { AddressTrace, TraceHop } from '../documents/trace.js';
import { groupBy, names, type Side } from './side.js';

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
  const arrivals = new Map<string, TracedPath[]>();
  for (const path of arrived) {
    const { address } = path.doc;
    const others = arrivals.get(address);
    if (others === undefined) arrivals.set(address, [path]);
    // Two hosts are enough to have one that is not the host of a lost path.
    else if (others.length < 2 && others[0]?.side !== path.side) others.push(path);
  }
  const partings = lost.flatMap((path): Parting[] => {
    const other = arrivals.get(path.doc.address)?.find(({ side }) => side !== path.side);
    return other === undefined ? [] : partingOf(other, path);
  });
  const alike = groupBy(partings, ({ lost: { doc }, ending, isShared }) =>
    [doc.address, ending, doc.outcome, isShared].join(' '),
  );
  return [...alike.values()].map(pathFinding).filter((finding) => finding !== null);
}

/** Where a path that ends early leaves one that arrives. */
interface Parting {
  arrived: TracedPath;
  lost: TracedPath;
  /** The last router that answers on the lost path. */
  ending: string;
  /** Whether that router is on the path that arrives, too. */
  isShared: boolean;
  /** The router behind it on that path. */
  next: string | null;
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

/** None without a router that answers, as in most VPCs: there is nothing to compare. */
function partingOf(arrived: TracedPath, lost: TracedPath): Parting[] {
  const ending = lost.routers.findLast((router) => router !== null) ?? null;
  if (ending === null) return [];
  const shared =
    lost.routers.findLast((router) => router !== null && arrived.routers.includes(router)) ?? null;
  const next = shared === null ? null : (arrived.routers[arrived.routers.indexOf(shared) + 1] ?? null);
  return [{ arrived, lost, ending, isShared: shared === ending, next }];
}

/** One finding for all hosts whose packets are last seen at the same router. */
function pathFinding(partings: readonly Parting[]): ComparisonFinding | null {
  const [first] = partings;
  if (first === undefined) return null;
  const { arrived, lost, ending, isShared, next } = first;
  const to = lost.doc.address;
  const hosts = [...new Set(partings.map((parting) => parting.lost.side))];
  const clients = list([...new Set(hosts.map(({ client, label }) => client ?? label))], 4);
  return {
    kind: 'path-differs',
    suspects: lost.doc.outcome === 'unreachable' ? ['route.icmp-unreachable'] : ['route.blackhole-after-hop'],
    confidence: isShared ? 'medium' : 'low',
    summary: isShared
      ? `Packets from ${names(hosts)} to ${to} are last seen at ${ending}, which forwards those from ${arrived.side.label}${next === null ? '' : ` to ${next}`}.`
      : `Packets from ${names(hosts)} to ${to} are last seen at ${ending}, which is not on the path from ${arrived.side.label}.`,
    meaning: isShared
      ? `${ending} has a route for both. It or the next device treats packets from ${clients} differently: a filter, or the route back.`
      : `The packets take different paths; look at the one through ${ending}.`,
    evidence: [pathEvidence(arrived), ...partings.map((parting) => pathEvidence(parting.lost))],
    remedies: [
      {
        text: `On ${ending}, check the route to ${to} and the filters for ${clients}; then check the route back`,
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
