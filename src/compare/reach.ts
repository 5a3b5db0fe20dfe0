import { list } from '../core/text.js';
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
  type Side,
  verdictEvidence,
} from './side.js';

/** Compares which hosts reach the service. */
export function compareReach(sides: readonly Side[]): ComparisonFinding[] {
  const settled = sides.filter(isConclusive);
  const working = settled.filter(reachedService);
  const failing = settled.filter((side) => !reachedService(side));
  if (settled.length < 2) return [unsettled(sides)];
  if (settled.every(({ verdict }) => verdict.class === 'reachable')) return [allReachable(settled)];
  const isOneCause = new Set(settled.map(({ verdict }) => verdict.cause)).size === 1;
  // All reach the service and get different answers, which compareAnswers compares.
  if (failing.length === 0 && !isOneCause) return [];
  if (failing.length === 0 || working.length === 0) return [alike(settled)];
  const reached = hostsByAddress(working);
  const comparable = failing.filter(
    (side) =>
      !isOwnFault(side) &&
      addressesFor(side).some((address) =>
        [...(reached.get(address) ?? [])].some((host) => host !== hostKey(side)),
      ),
  );
  return comparable.length === 0 ? [] : [worksInSome(working, comparable)];
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

/** The hosts that use each address. */
function hostsByAddress(sides: readonly Side[]): Map<string, Set<string>> {
  const hosts = new Map<string, Set<string>>();
  for (const side of sides) {
    for (const address of addressesFor(side)) {
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
    summary: `All ${sides.length} reports reach ${hostOf(sides)}.`,
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
  return {
    kind: 'same-fault',
    suspects: [cause],
    confidence: apart ? 'high' : 'low',
    summary: `All ${sides.length} reports have the same cause: ${CAUSES[cause].words} (${cause}).`,
    meaning: apart
      ? `Hosts in different places have only ${SHARED[first.verdict.class]} in common, so the fault is there and not on the hosts.`
      : 'These hosts are in one subnet, or are one host, so the fault may also be in their own subnet.',
    evidence: sides.map(verdictEvidence),
    remedies: first.verdict.remedies.slice(0, 2),
    check: apart ? null : 'make a report in another subnet and compare again',
  };
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
  const neighbours = failing.map(neighbourhoodOf).some((block) => block !== null && blocks.has(block));
  return {
    kind: 'works-in-some',
    suspects: silent
      ? ['tcp.timeout-some', 'tcp.timeout-all', 'local.firewall']
      : isCause(cause)
        ? [cause]
        : [],
    confidence: confidenceOf(silent, neighbours),
    summary: `${names(working)} ${working.length > 1 ? 'reach' : 'reaches'} ${hostOf(working)}, ${names(failing)} ${failing.length > 1 ? 'do' : 'does'} not, at the same addresses.`,
    meaning: meaningOf(silent, neighbours),
    evidence: [...working, ...failing].map(verdictEvidence),
    // Of many hosts, one is an example for the others.
    remedies: failing
      .slice(0, failing.length > 2 ? 1 : 2)
      .flatMap((side) => (silent ? silentRemedies(side) : side.verdict.remedies.slice(0, 2))),
    check: silent
      ? 'compare subnet, route table, network ACL and security groups of a host that works with one that does not'
      : null,
  };
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
