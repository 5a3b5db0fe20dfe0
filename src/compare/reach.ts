import { list } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { allowInbound, checkAcl, checkRoutes, endsOf } from '../diagnose/remedies/network.js';
import { CAUSES, type Cause } from '../documents/causes.js';
import type { ComparisonFinding } from '../documents/comparison.js';
import type { Confidence, Remedy, VerdictClass } from '../documents/report.js';
import {
  addressesFor,
  besideEachOther,
  gotThrough,
  isSameHost,
  isSettled,
  names,
  type Side,
  saysVerdict,
} from './side.js';

/** Who gets through and who does not, taken as a whole. */
export function compareReach(sides: readonly Side[]): ComparisonFinding[] {
  const settled = sides.filter(isSettled);
  const working = settled.filter(gotThrough);
  const failing = settled.filter((side) => !gotThrough(side));
  if (settled.length < 2) return [unsettled(sides)];
  if (settled.every(({ verdict }) => verdict.class === 'reachable')) return [allReachable(settled)];
  const isOneCause = new Set(settled.map(({ verdict }) => verdict.cause)).size === 1;
  // All got through, and what they were told then differs: the answers are compared by themselves.
  if (failing.length === 0 && !isOneCause) return [];
  if (failing.length === 0 || working.length === 0) return [alike(settled)];
  const comparable = failing.filter(
    (side) =>
      !isOwnAffair(side) && working.some((other) => meetsSame(side, other) && !isSameHost(side, other)),
  );
  return comparable.length === 0 ? [] : [worksInSome(working, comparable)];
}

/** A fault of the host itself, or of its DNS, which other judges compare. */
function isOwnAffair({ verdict }: Side): boolean {
  return (
    verdict.class === 'dns' ||
    verdict.class === 'local' ||
    verdict.cause === 'route.local' ||
    verdict.cause === 'route.neighbour'
  );
}

/** Whether two hosts were led to an address they share. */
function meetsSame(first: Side, second: Side): boolean {
  const others = addressesFor(second);
  return addressesFor(first).some((address) => others.includes(address));
}

function unsettled(sides: readonly Side[]): ComparisonFinding {
  const open = sides.filter((side) => !isSettled(side));
  return {
    kind: 'other-fault',
    suspects: [],
    confidence: 'low',
    summary: `There is nothing to compare: ${names(open)} came to no verdict.`,
    meaning: null,
    evidence: sides.map(saysVerdict),
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
    evidence: sides.map(saysVerdict),
    remedies: [],
    check: null,
  };
}

/** All get as far as each other: the same cause is one fault, at the side they share. */
function alike(sides: readonly Side[]): ComparisonFinding {
  const causes = [...new Set(sides.map(({ verdict }) => verdict.cause))];
  const [first] = sides;
  const [cause] = causes;
  if (causes.length > 1 || first === undefined || !isCause(cause)) return eachByItself(sides);
  const apart = sides.some((side) => !isSameHost(side, first) && !besideEachOther(side, first));
  return {
    kind: 'same-fault',
    suspects: [cause],
    confidence: apart ? 'high' : 'low',
    summary: `All ${sides.length} reports end the same way: ${CAUSES[cause].words} (${cause}).`,
    meaning: apart
      ? `Hosts in different places share only ${SHARED[first.verdict.class]}; the fault is there, not with them.`
      : 'These hosts stand side by side, or are one: what they share may still be their own subnet.',
    evidence: sides.map(saysVerdict),
    remedies: first.verdict.remedies.slice(0, 2),
    check: apart ? null : 'make a report in another subnet and compare again',
  };
}

/** Where nothing they share explains it. */
export function eachByItself(sides: readonly Side[]): ComparisonFinding {
  const causes = [...new Set(sides.map(({ verdict }) => verdict.cause).filter(isCause))];
  return {
    kind: 'other-fault',
    suspects: causes,
    confidence: 'low',
    summary: `No one reason explains what these hosts see: ${list(sides.map(({ label, verdict }) => `${label} ${isCause(verdict.cause) ? verdict.cause : verdict.class}`))}.`,
    meaning: 'Mend each by its own verdict; a fault nearer to the host hides those behind it.',
    evidence: sides.map(saysVerdict),
    remedies: [],
    check: 'run them again once the first is mended',
  };
}

const SHARED: Readonly<Record<VerdictClass, string>> = {
  dns: 'the zone and its resolvers',
  timeout: "the endpoint's side: its security group, its interfaces, the routes back",
  policy: "the endpoint's and the API's policies",
  refused: 'the address and what should listen there',
  unreachable: 'the last part of the path',
  tls: "the server's side of the handshake",
  service: 'the API behind the endpoint',
  local: 'how they are set up',
  reachable: 'the service',
  inconclusive: 'the target',
};

/** The endpoint answers some: what stops the others belongs to them. */
function worksInSome(working: readonly Side[], failing: readonly Side[]): ComparisonFinding {
  const [first] = failing;
  const cause = first?.verdict.cause;
  const silent = failing.every(({ verdict }) => verdict.class === 'timeout');
  const beside = failing.some((side) => working.some((other) => besideEachOther(side, other)));
  return {
    kind: 'works-in-some',
    suspects: silent
      ? ['tcp.timeout-some', 'tcp.timeout-all', 'local.firewall']
      : isCause(cause)
        ? [cause]
        : [],
    confidence: confidenceOf(silent, beside),
    summary: `${names(working)} ${working.length > 1 ? 'reach' : 'reaches'} ${hostOf(working)}, ${names(failing)} ${failing.length > 1 ? 'do' : 'does'} not, at the same addresses.`,
    meaning: meaningOf(silent, beside),
    evidence: [...working, ...failing].map(saysVerdict),
    remedies: failing
      .slice(0, 2)
      .flatMap((side) => (silent ? silentRemedies(side) : side.verdict.remedies.slice(0, 2))),
    check: silent
      ? 'compare subnet, route table, network ACL and security groups of a host that works with one that does not'
      : null,
  };
}

function confidenceOf(silent: boolean, beside: boolean): Confidence {
  if (!silent) return 'medium';
  return beside ? 'medium' : 'high';
}

function meaningOf(silent: boolean, beside: boolean): string {
  if (!silent)
    return 'The service is up; what differs lies on the way of those that fail, or in a policy that tells the hosts apart.';
  return beside
    ? 'The endpoint is up and its port is open. Hosts that stand side by side share routes and network ACL, so look first at the security groups that tell them apart.'
    : "The endpoint is up and its port is open. What drops the others' packets belongs to where they stand: the network ACL or routes of their subnet, or a security group that lets only some in.";
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
