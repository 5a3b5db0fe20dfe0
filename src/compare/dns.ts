import { shellLine } from '../core/shell-line.js';
import { duration, list } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { DOCS } from '../diagnose/remedies/docs.js';
import { checkAcl, checkRoutes, endsOf, findInterfaces } from '../diagnose/remedies/network.js';
import type { Cause } from '../documents/causes.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import { addressSet, resolverOf } from '../documents/observed/dns.js';
import type { Confidence, Remedy } from '../documents/report.js';
import { groupBy, isConclusive, names, neighbourhoodOf, reachedService, type Side } from './side.js';

type Answered = Side & { answer: NonNullable<Side['answer']> };

/**
 * Compares the answers of DNS. They may differ even if the resolvers have the same address: a server can have a view for each
 * network, and the VPC resolver has the same address in every VPC.
 */
export function compareDns(sides: readonly Side[]): ComparisonFinding[] {
  const answered = sides.filter(
    (side): side is Answered => side.answer !== null && side.answer.doc.status !== 'error',
  );
  const groups = groupBy(answered, answerOf);
  if (groups.size < 2 || sides.every(reachedService)) return [];
  const kinds = new Set(answered.map(kindOf));
  const working = answered.filter(reachedService);
  const failing = answered.filter((side) => isConclusive(side) && !reachedService(side));
  const answers = [...groups].map(
    ([answer, group]) => `${names(group)} ${group.length > 1 ? 'get' : 'gets'} ${answer}`,
  );
  return [
    {
      kind: 'dns-differs',
      suspects: suspectsOf(kinds),
      confidence: confidenceOf(kinds, working, failing, groups),
      summary: `DNS gives the hosts different answers: ${semicolons(answers)}.`,
      meaning: meaningOf(working, failing, groups),
      evidence: answered.map(({ report, answer }) => ({
        report,
        observation: answer.ref,
        text: `${resolverOf(answer.doc)}: ${answerOf({ answer })}`,
      })),
      remedies: decides(groups) ? remediesOf(working, failing) : [],
      check: shellLine([
        'pprobe',
        'dns',
        sides[0]?.evidence.target.host ?? '',
        '--server',
        '169.254.169.253',
      ]),
    },
  ];
}

/** The most groups of hosts that a sentence names. */
const mostGroups = 4;

/** Parts of a sentence; of more than four, the first three and how many more there are. */
export function semicolons(parts: readonly string[]): string {
  if (parts.length <= mostGroups) return parts.join('; ');
  return [...parts.slice(0, mostGroups - 1), `and ${parts.length - mostGroups + 1} more answers`].join('; ');
}

function answerOf({ answer: { doc } }: Pick<Answered, 'answer'>): string {
  const addresses = addressSet(doc.addresses);
  return addresses.length > 0
    ? list(addresses, 4)
    : (doc.rcode ?? doc.status).replace('NOERROR', 'no address');
}

/** Whether an answer has the private addresses of an endpoint. */
function kindOf({ answer: { doc } }: Answered): 'private' | 'public' | 'none' {
  if (doc.addresses.length === 0) return 'none';
  return doc.addresses.every(({ scope }) => scope === 'private' || scope === 'unique-local')
    ? 'private'
    : 'public';
}

function suspectsOf(kinds: ReadonlySet<string>): Cause[] {
  if (kinds.size > 1 && kinds.has('private')) return ['dns.split-view'];
  return kinds.has('private') ? ['dns.endpoint-mismatch', 'dns.split-view'] : ['dns.split-view'];
}

/** Whether of the hosts with one answer either all or none reach the service. */
function decides(groups: ReadonlyMap<string, readonly Answered[]>): boolean {
  return [...groups.values()].every((group) => !(group.some(reachedService) && !group.every(reachedService)));
}

/** Whether private addresses work for some hosts and other private addresses fail for others: each can be right where it is given. */
function isOwnEndpoint(working: readonly Answered[], failing: readonly Answered[]): boolean {
  return (
    working.some((side) => kindOf(side) === 'private') && failing.every((side) => kindOf(side) === 'private')
  );
}

/**
 * High if the answer decides the outcome. Several VPCs have an endpoint each, and zones an address each: where several private
 * answers work, one more can be right, too.
 */
function confidenceOf(
  kinds: ReadonlySet<string>,
  working: readonly Answered[],
  failing: readonly Answered[],
  groups: ReadonlyMap<string, readonly Answered[]>,
): Confidence {
  if (working.length > 0 && failing.length > 0) {
    if (!decides(groups)) return 'low';
    return isOwnEndpoint(working, failing) && new Set(working.map(answerOf)).size > 1 ? 'low' : 'high';
  }
  return kinds.size > 1 && kinds.has('private') ? 'medium' : 'low';
}

function meaningOf(
  working: readonly Answered[],
  failing: readonly Answered[],
  groups: ReadonlyMap<string, readonly Answered[]>,
): string {
  const [right] = working;
  const [wrong] = failing;
  if (right === undefined || wrong === undefined)
    return 'None of the answers works, so it is not known which one is right.';
  if (!decides(groups))
    return 'Of the hosts with one and the same answer, some reach the service and some do not, so the answer alone does not decide.';
  const asked = resolverOf(wrong.answer.doc);
  const other =
    asked === resolverOf(right.answer.doc)
      ? `${wrong.label} asks ${asked}, too, which answers its network differently.`
      : `${wrong.label} asks ${asked}, which gives another one.`;
  const works = `The answer that ${right.label} gets works; ${other}`;
  return isOwnEndpoint(working, failing)
    ? `${works} If ${answerOf(wrong)} is the endpoint that is meant for ${wrong.label}, DNS is right, and the fault is at that endpoint: see the report of ${wrong.label}.`
    : works;
}

function remediesOf(working: readonly Answered[], failing: readonly Answered[]): Remedy[] {
  const right = working[0]?.answer.doc.server ?? null;
  const wrong = failing[0]?.answer.doc.server ?? null;
  if (right === null) return [];
  if (right === wrong)
    return [
      {
        text: `Let ${names(failing)} resolve the name as ${working[0]?.label} does: associate the private zone with the VPC there, or turn on private DNS names of a VPC endpoint in it; other networks must forward the zone to a resolver of the VPC of ${working[0]?.label}`,
        docs: DOCS.vpcDns,
      },
    ];
  return [
    {
      text: `Let ${names(failing)} resolve the name as ${working[0]?.label} does: forward the zone to ${right}, use ${right} as resolver (DHCP options set, resolv.conf), or associate the private zone with their VPC`,
      docs: DOCS.vpcDns,
    },
  ];
}

/** The result of one host's connection to one address. */
interface Meeting {
  side: Side;
  status: string;
  ref: string;
  durationMs: number;
}

/**
 * Compares the addresses of the target over all hosts. An address that accepts one host's connections but not another's, which
 * connects to the other addresses, points to a fault between two subnets. An address that accepts no host's connections,
 * while the other addresses accept them, is itself faulty.
 */
export function compareAddresses(sides: readonly Side[]): ComparisonFinding[] {
  const meetings = meetingsByAddress(sides);
  const differing = [...meetings].filter(
    ([, all]) => all.some(isOpen) && all.some((each) => isSilent(each) && opensAnother(each.side)),
  );
  const failing = [...meetings].filter(
    ([, all]) => all.length > 1 && all.every(isSilent) && all.some(({ side }) => opensAnother(side)),
  );
  return [
    ...differing.slice(0, mostAddresses).map(([address, all]) => differingAddress(address, all)),
    ...(failing.length === 0
      ? []
      : [
          failingAddresses(
            failing.map(([address]) => address),
            failing.flatMap(([, all]) => all),
          ),
        ]),
  ];
}

/** The most addresses with a finding of their own. */
const mostAddresses = 8;

function meetingsByAddress(sides: readonly Side[]): Map<string, Meeting[]> {
  const meetings = new Map<string, Meeting[]>();
  for (const side of sides) {
    for (const { address, status, ref, durationMs } of side.outcomes) {
      const met = { side, status, ref, durationMs };
      const others = meetings.get(address);
      if (others === undefined) meetings.set(address, [met]);
      else others.push(met);
    }
  }
  return meetings;
}

const isIpv6 = (address: string): boolean => address.includes(':');
const isOpen = ({ status }: Meeting): boolean => status === 'open';
const isSilent = ({ status }: Meeting): boolean => status === 'timeout';
const opensAnother = ({ outcomes }: Side): boolean => outcomes.some(({ status }) => status === 'open');

function differingAddress(address: string, all: readonly Meeting[]): ComparisonFinding {
  const open = all.filter(isOpen).map(({ side }) => side);
  const silent = all.filter((each) => isSilent(each) && opensAnother(each.side)).map(({ side }) => side);
  const [first] = silent;
  const ends = first === undefined ? null : endsOf(first.evidence, [address]);
  // Connections over the other family of addresses do not show that packets of this one leave the host.
  const canSend = silent.every(({ outcomes }) =>
    outcomes.some((other) => other.status === 'open' && isIpv6(other.address) === isIpv6(address)),
  );
  const isOwn = first?.client != null && isIpv6(first.client) === isIpv6(address);
  const family = isIpv6(address) ? 'IPv6' : 'IPv4';
  return {
    kind: 'address-differs',
    suspects: ['tcp.timeout-some'],
    confidence: canSend ? 'high' : 'medium',
    summary: `${names(open)} ${open.length > 1 ? 'connect' : 'connects'} to ${address}; ${names(silent)} ${silent.length > 1 ? 'get' : 'gets'} no answer from it, but ${silent.length > 1 ? 'connect' : 'connects'} to other addresses of the name.`,
    meaning: canSend
      ? 'The address is up, and the host can send packets out. They are dropped between the two subnets, by a network ACL or a route.'
      : `The address is up. ${names(silent)} ${silent.length > 1 ? 'connect' : 'connects'} over ${isIpv6(address) ? 'IPv4' : 'IPv6'} only: its subnet may have no route for ${family}, or its network ACL and security groups no rule.`,
    evidence: all.map(asEvidence(address)),
    remedies: ends === null ? [] : asRemedies([checkAcl(ends), checkRoutes(ends)]),
    check: `the network ACLs and route tables of both subnets, for ${address} and ${isOwn ? first.client : `the ${family} address of ${first?.label}`}`,
  };
}

function failingAddresses(addresses: readonly string[], all: readonly Meeting[]): ComparisonFinding {
  const side = all[0]?.side;
  const places = new Set(all.map(({ side: each }) => neighbourhoodOf(each)));
  const apart = places.size > 1;
  return {
    kind: 'address-fails-everywhere',
    suspects: ['tcp.timeout-some'],
    confidence: apart ? 'high' : 'medium',
    summary: `No host gets an answer from ${list(addresses, 4)}, while other addresses of the name accept connections.`,
    meaning: apart
      ? 'The fault is at that address: the network ACL or routes of its subnet, its security group, or an interface that no longer exists.'
      : 'The fault is most likely at that address: the network ACL or routes of its subnet, its security group, or an interface that no longer exists. The hosts are in one subnet, whose network ACL or routes may also be the cause.',
    evidence: all.map((each) => asEvidence(list(addresses, 4))(each)),
    remedies:
      side === undefined
        ? []
        : asRemedies([
            ...findInterfaces(side.evidence, addresses),
            checkAcl(endsOf(side.evidence, addresses)),
          ]),
    check: null,
  };
}

function asEvidence(address: string): (met: Meeting) => ComparedEvidence {
  return ({ side, status, ref, durationMs }) => ({
    report: side.report,
    observation: ref,
    text:
      status === 'timeout' ? `${address}: no answer within ${duration(durationMs)}` : `${address}: ${status}`,
  });
}
