import { allOf, list } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { allowInbound, checkAcl, checkRoutes, endsOf } from '../diagnose/remedies/network.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type { ComparisonFinding } from '../documents/comparison.js';
import type { Confidence, Remedy, VerdictClass } from '../documents/report.js';
import {
  addressesFor,
  groupBy,
  hostKey,
  isConclusive,
  isSameHost,
  names,
  neighbourhoodOf,
  reachedService,
  reachedSome,
  type Side,
  verdictEvidence,
} from './side.js';

/** Compares which hosts reach the service. */
export function compareReach(sides: readonly Side[]): ComparisonFinding[] {
  const settled = sides.filter(isConclusive);
  const working = settled.filter(reachedService);
  const partial = settled.filter(reachedSome);
  const failing = settled.filter((side) => !reachedService(side) && !reachedSome(side));
  if (settled.length < 2) return [unsettled(sides)];
  if (settled.every(({ verdict }) => verdict.class === 'reachable')) return [allReachable(settled)];
  const isOneCause = new Set(settled.map(({ verdict }) => verdict.cause)).size === 1;
  if (failing.length === 0 && partial.length === 0) {
    // All reach the service. If they get different answers, compareAnswers compares these.
    return isOneCause ? [alike(settled)] : [];
  }
  if (working.length === 0 && partial.length === 0) return [alike(settled)];
  if (working.length === 0 && failing.length === 0) {
    // One cause at different addresses is not one fault: compareAddresses has them one by one.
    return isOneCause && new Set(partial.map(closedAddresses)).size === 1 ? [alike(settled)] : [];
  }
  const reached = hostsByAddress([...working, ...partial]);
  const isComparable = (side: Side): boolean =>
    !isOwnFault(side) &&
    addressesFor(side).some((address) =>
      [...(reached.get(address) ?? [])].some((host) => host !== hostKey(side)),
    );
  const comparable = failing.filter(isComparable);
  const others = working.length === 0 ? [] : partial.filter(isComparable);
  return [
    ...(comparable.length === 0 ? [] : [worksInSome([...working, ...partial], comparable)]),
    ...(others.length === 0 ? [] : [worksInSome(working, others)]),
  ];
}

/** The addresses that do not accept a host's connections. */
function closedAddresses({ outcomes }: Side): string {
  const closed = outcomes.filter(({ status }) => status !== 'open');
  return [...new Set(closed.map(({ address }) => address))].sort().join(' ');
}

/** Whether the fault is on the host itself or in its DNS, which other functions compare. */
function isOwnFault({ verdict }: Side): boolean {
  return (
    verdict.class === 'dns' ||
    verdict.class === 'local' ||
    verdict.cause === 'route.local' ||
    verdict.cause === 'route.neighbour'
  );
}

/** The hosts that connect to each address. */
function hostsByAddress(sides: readonly Side[]): Map<string, Set<string>> {
  const hosts = new Map<string, Set<string>>();
  for (const side of sides) {
    const open = side.outcomes.filter(({ status }) => status === 'open').map(({ address }) => address);
    for (const address of reachedService(side) ? addressesFor(side) : open) {
      const users = hosts.get(address);
      if (users === undefined) hosts.set(address, new Set([hostKey(side)]));
      else users.add(hostKey(side));
    }
  }
  return hosts;
}

function unsettled(sides: readonly Side[]): ComparisonFinding {
  const open = sides.filter((side) => !isConclusive(side));
  return {
    kind: 'other-fault',
    suspects: [],
    confidence: 'low',
    summary: `There is nothing to compare: ${names(open)} came to no verdict.`,
    meaning: null,
    evidence: sides.map(verdictEvidence),
    remedies: [{ text: 'Run pprobe diagnose again on these hosts and let it finish' }],
    check: null,
  };
}

function allReachable(sides: readonly Side[]): ComparisonFinding {
  return {
    kind: 'all-reachable',
    suspects: [],
    confidence: 'high',
    summary: `${allOf(sides.length, 'reports')} reach ${hostOf(sides)}.`,
    meaning: null,
    evidence: sides.map(verdictEvidence),
    remedies: [],
    check: null,
  };
}

/** All reports fail, or all succeed, in the same way: one cause for all is one fault, in what the hosts have in common. */
function alike(sides: readonly Side[]): ComparisonFinding {
  const causes = [...new Set(sides.map(({ verdict }) => verdict.cause))];
  const [first] = sides;
  const [cause] = causes;
  if (causes.length > 1 || first === undefined || !isCause(cause)) return eachByItself(sides);
  const block = neighbourhoodOf(first);
  const apart = sides.some(
    (side) => !isSameHost(side, first) && (block === null || neighbourhoodOf(side) !== block),
  );
  const own = apart && isAtAddresses(first) && !shareAddress(sides);
  return {
    kind: 'same-fault',
    suspects: [cause],
    confidence: apart ? (own ? 'low' : 'high') : 'low',
    summary: `${allOf(sides.length, 'reports')} have the same cause: ${CAUSES[cause].words} (${cause}).`,
    meaning: own
      ? 'The hosts connect to different addresses, so these can be several faults that look the same. What all of these addresses have in common is the first place to look.'
      : apart
        ? `Hosts in different places have only ${SHARED[first.verdict.class]} in common, so the fault is there and not on the hosts.`
        : 'These hosts are in one subnet, or are one host, so the fault may also be in their own subnet.',
    evidence: sides.map(verdictEvidence),
    remedies: first.verdict.cause === 'tcp.timeout-some' ? [] : first.verdict.remedies.slice(0, 2),
    check: apart ? null : 'make a report in another subnet and compare again',
  };
}

/** Whether a fault is one of certain addresses, and not of a name or of this host. */
function isAtAddresses({ verdict }: Side): boolean {
  return verdict.class === 'timeout' || verdict.class === 'refused' || verdict.class === 'unreachable';
}

/** Whether there is an address that all of the hosts use. */
function shareAddress(sides: readonly Side[]): boolean {
  const [first = [], ...others] = sides.map(addressesFor);
  return first.some((address) => others.every((each) => each.includes(address)));
}

/** The finding if no common cause explains the reports. */
export function eachByItself(sides: readonly Side[]): ComparisonFinding {
  const causes = [...new Set(sides.map(({ verdict }) => verdict.cause).filter(isCause))];
  return {
    kind: 'other-fault',
    suspects: causes,
    confidence: 'low',
    summary: `No single cause explains these reports: ${list(byResult(sides))}.`,
    meaning:
      'Solve each fault by the verdict of its report. A fault near a host hides faults further along the path.',
    evidence: sides.map(verdictEvidence),
    remedies: [],
    check: 'run the diagnosis again after the first fault is solved',
  };
}

/** `web-1 tcp.timeout-all`, with all hosts of one result together, the most frequent first. */
function byResult(sides: readonly Side[]): string[] {
  const groups = groupBy(sides, ({ verdict }) => (isCause(verdict.cause) ? verdict.cause : verdict.class));
  return [...groups]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([result, group]) => `${names(group)} ${result}`);
}

/** What the hosts have in common, by the class of their verdicts. */
const SHARED: Readonly<Record<VerdictClass, string>> = {
  dns: 'the zone and its resolvers',
  timeout: "the endpoint's side: its security group, its interfaces, the routes back",
  policy: "the endpoint's and the API's policies",
  refused: 'the address and the service that should listen there',
  unreachable: 'the last part of the path',
  tls: "the server's side of the handshake",
  service: 'the API behind the endpoint',
  local: 'their configuration',
  reachable: 'the service',
  inconclusive: 'the target',
};

/** The endpoint answers some hosts, so the others have the fault. */
function worksInSome(working: readonly Side[], failing: readonly Side[]): ComparisonFinding {
  const [first] = failing;
  const cause = first?.verdict.cause;
  const silent = failing.every(({ verdict }) => verdict.class === 'timeout');
  const blocks = new Set(working.map(neighbourhoodOf));
  const partly = failing.every(reachedSome);
  const neighbours = failing.map(neighbourhoodOf).some((block) => block !== null && blocks.has(block));
  return {
    kind: 'works-in-some',
    suspects: silent
      ? partly
        ? ['tcp.timeout-some']
        : ['tcp.timeout-some', 'tcp.timeout-all', 'local.firewall']
      : isCause(cause)
        ? [cause]
        : [],
    confidence: confidenceOf(silent, neighbours),
    summary: partly
      ? `${names(working)} ${working.length > 1 ? 'reach' : 'reaches'} ${hostOf(working)} at every address, ${names(failing)} only at some.`
      : `${names(working)} ${working.length > 1 ? 'reach' : 'reaches'} ${hostOf(working)}, ${names(failing)} ${failing.length > 1 ? 'do' : 'does'} not, at the same addresses.`,
    meaning: partly
      ? 'The service is up, and these hosts can send packets to it. The fault is between them and single addresses.'
      : meaningOf(silent, neighbours),
    evidence: [...working, ...failing].map(verdictEvidence),
    // Of many hosts, and of those in one subnet, one is an example for the others.
    // What helps at single addresses is in the findings about these.
    remedies: (partly && silent ? [] : examplesOf(failing)).flatMap((side) =>
      silent ? silentRemedies(side) : side.verdict.remedies.slice(0, 2),
    ),
    check:
      silent && !partly
        ? 'compare subnet, route table, network ACL and security groups of a host that works with one that does not'
        : null,
  };
}

function examplesOf(sides: readonly Side[]): Side[] {
  const places = [...groupBy(sides, (side) => neighbourhoodOf(side) ?? hostKey(side)).values()];
  return places.slice(0, sides.length > 2 ? 1 : 2).flatMap((side) => side.slice(0, 1));
}

function confidenceOf(silent: boolean, neighbours: boolean): Confidence {
  if (!silent) return 'medium';
  return neighbours ? 'medium' : 'high';
}

function meaningOf(silent: boolean, neighbours: boolean): string {
  if (!silent)
    return 'The service is up. The difference is on the path of the hosts that fail, or in a policy that treats the hosts differently.';
  return neighbours
    ? 'The endpoint is up and its port is open. Hosts in one subnet share its routes and network ACL, so look first at security groups, which can differ between them.'
    : "The endpoint is up and its port is open. The other hosts' packets are dropped by the network ACL or routes of their subnet, or by a security group that allows only some hosts.";
}

function silentRemedies({ evidence, outcomes }: Side): Remedy[] {
  const ends = endsOf(evidence, [...new Set(outcomes.map(({ address }) => address))]);
  return asRemedies([checkAcl(ends), checkRoutes(ends), allowInbound(ends)]);
}

function hostOf(sides: readonly Side[]): string {
  return sides[0]?.evidence.target.host ?? 'the target';
}

function isCause(cause: string | undefined): cause is Cause {
  return cause !== undefined && cause !== 'none' && Object.hasOwn(CAUSES, cause);
}
