import { shellLine } from '../core/shell-line.js';
import { duration, list } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { DOCS } from '../diagnose/remedies/docs.js';
import { checkAcl, checkRoutes, endsOf, findInterfaces } from '../diagnose/remedies/network.js';
import type { Cause } from '../documents/causes.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import { addressSet, resolverOf } from '../documents/observed/dns.js';
import type { Confidence, Remedy } from '../documents/report.js';
import { groupBy, isConclusive, names, reachedService, type Side } from './side.js';

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
      meaning: meaningOf(working, failing),
      evidence: answered.map(({ report, answer }) => ({
        report,
        observation: answer.ref,
        text: `${resolverOf(answer.doc)}: ${answerOf({ answer })}`,
      })),
      remedies: remediesOf(working, failing),
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

/** High if the answer decides the outcome: of the hosts with one answer either all or none reach the service. */
function confidenceOf(
  kinds: ReadonlySet<string>,
  working: readonly Answered[],
  failing: readonly Answered[],
  groups: ReadonlyMap<string, readonly Answered[]>,
): Confidence {
  const decides = [...groups.values()].every(
    (group) => !(group.some(reachedService) && !group.every(reachedService)),
  );
  if (working.length > 0 && failing.length > 0) return decides ? 'high' : 'low';
  return kinds.size > 1 && kinds.has('private') ? 'medium' : 'low';
}

function meaningOf(working: readonly Answered[], failing: readonly Answered[]): string {
  const [right] = working;
  const [wrong] = failing;
  if (right === undefined || wrong === undefined)
    return 'None of the answers works, so it is not known which one is right.';
  return `The answer that ${right.label} gets works; ${wrong.label} asks ${resolverOf(wrong.answer.doc)}, which gives another one.`;
}

function remediesOf(working: readonly Answered[], failing: readonly Answered[]): Remedy[] {
  const right = working[0]?.answer.doc.server ?? null;
  if (right === null) return [];
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

const isOpen = ({ status }: Meeting): boolean => status === 'open';
const isSilent = ({ status }: Meeting): boolean => status === 'timeout';
const opensAnother = ({ outcomes }: Side): boolean => outcomes.some(({ status }) => status === 'open');

function differingAddress(address: string, all: readonly Meeting[]): ComparisonFinding {
  const open = all.filter(isOpen).map(({ side }) => side);
  const silent = all.filter((each) => isSilent(each) && opensAnother(each.side)).map(({ side }) => side);
  const [first] = silent;
  const ends = first === undefined ? null : endsOf(first.evidence, [address]);
  return {
    kind: 'address-differs',
    suspects: ['tcp.timeout-some'],
    confidence: 'high',
    summary: `${names(open)} ${open.length > 1 ? 'connect' : 'connects'} to ${address}; ${names(silent)} ${silent.length > 1 ? 'get' : 'gets'} no answer from it, but ${silent.length > 1 ? 'connect' : 'connects'} to other addresses of the name.`,
    meaning:
      'The address is up, and the host can send packets out. They are dropped between the two subnets, by a network ACL or a route.',
    evidence: all.map(asEvidence(address)),
    remedies: ends === null ? [] : asRemedies([checkAcl(ends), checkRoutes(ends)]),
    check: `the network ACLs and route tables of both subnets, for ${address} and ${first?.client ?? 'the host without an answer'}`,
  };
}

function failingAddresses(addresses: readonly string[], all: readonly Meeting[]): ComparisonFinding {
  const side = all[0]?.side;
  return {
    kind: 'address-fails-everywhere',
    suspects: ['tcp.timeout-some'],
    confidence: 'high',
    summary: `No host gets an answer from ${list(addresses, 4)}, while other addresses of the name accept connections.`,
    meaning:
      'The fault is at that address: the network ACL or routes of its subnet, or an interface that no longer exists.',
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
