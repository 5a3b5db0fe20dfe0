import { command } from '../core/shell-command.js';
import { duration, list } from '../core/text.js';
import { asRemedies } from '../diagnose/remedies/advice.js';
import { DOCS } from '../diagnose/remedies/docs.js';
import { checkAcl, checkRoutes, endsOf, findInterfaces } from '../diagnose/remedies/network.js';
import type { Cause } from '../documents/causes.js';
import type { ComparedEvidence, ComparisonFinding } from '../documents/comparison.js';
import { addressSet, resolverOf } from '../documents/observed/dns.js';
import type { Confidence, Remedy } from '../documents/report.js';
import { groupBy } from './answers.js';
import { gotThrough, isSettled, names, type Side } from './side.js';

type Answered = Side & { answer: NonNullable<Side['answer']> };

/**
 * Other answers from another resolver. One and the same server may give them too, by a view for each network, and the
 * VPC's own resolver has the same address in every VPC.
 */
export function compareDns(sides: readonly Side[]): ComparisonFinding[] {
  const answered = sides.filter(
    (side): side is Answered => side.answer !== null && side.answer.doc.status !== 'error',
  );
  const groups = groupBy(answered, saidOf);
  if (groups.size < 2 || sides.every(gotThrough)) return [];
  const kinds = new Set(answered.map(kindOf));
  const working = answered.filter(gotThrough);
  const failing = answered.filter((side) => isSettled(side) && !gotThrough(side));
  const says = [...groups].map(
    ([said, group]) => `${names(group)} ${group.length > 1 ? 'are' : 'is'} told ${said}`,
  );
  return [
    {
      kind: 'dns-differs',
      suspects: suspectsOf(kinds),
      confidence: confidenceOf(kinds, working, failing, groups),
      summary: `DNS does not tell all hosts the same: ${says.join('; ')}.`,
      meaning: meaningOf(working, failing),
      evidence: answered.map(({ report, answer }) => ({
        report,
        observation: answer.ref,
        text: `${resolverOf(answer.doc)}: ${saidOf({ answer })}`,
      })),
      remedies: remediesOf(working, failing),
      check: command('pprobe', 'dns', sides[0]?.evidence.target.host ?? '', '--server', '169.254.169.253'),
    },
  ];
}

function saidOf({ answer: { doc } }: Pick<Answered, 'answer'>): string {
  const addresses = addressSet(doc.addresses);
  return addresses.length > 0
    ? list(addresses, 4)
    : (doc.rcode ?? doc.status).replace('NOERROR', 'no address');
}

/** What an answer is worth to a private endpoint. */
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

/** High where the answer goes with the outcome, as far as it was seen: every host with the one answer works, none with the other. */
function confidenceOf(
  kinds: ReadonlySet<string>,
  working: readonly Answered[],
  failing: readonly Answered[],
  groups: ReadonlyMap<string, readonly Answered[]>,
): Confidence {
  const parts = [...groups.values()].every((group) => !(group.some(gotThrough) && !group.every(gotThrough)));
  if (working.length > 0 && failing.length > 0) return parts ? 'high' : 'low';
  return kinds.size > 1 && kinds.has('private') ? 'medium' : 'low';
}

function meaningOf(working: readonly Answered[], failing: readonly Answered[]): string {
  const [right] = working;
  const [wrong] = failing;
  if (right === undefined || wrong === undefined)
    return 'Which answer is right cannot be told, for none of them works.';
  return `The answer that ${right.label} gets works; ${wrong.label} asks ${resolverOf(wrong.answer.doc)}, which gives another.`;
}

function remediesOf(working: readonly Answered[], failing: readonly Answered[]): Remedy[] {
  const right = working[0]?.answer.doc.server ?? null;
  if (right === null) return [];
  return [
    {
      text: `Let ${names(failing)} resolve the name as ${working[0]?.label} does: forward the zone to ${right}, use it (DHCP options set, resolv.conf), or associate the private zone with their VPC`,
      docs: DOCS.vpcDns,
    },
  ];
}

/** One address as one host found it. */
interface Met {
  side: Side;
  status: string;
  ref: string;
  durationMs: number;
}

/**
 * Address by address over all hosts. An address that one host opens and another does not, while that one opens its
 * siblings, parts two subnets; one that nobody opens while its siblings open is itself shut off.
 */
export function compareAddresses(sides: readonly Side[]): ComparisonFinding[] {
  const met = meetings(sides);
  const parted = [...met].filter(
    ([, all]) => all.some(isOpen) && all.some((each) => isSilent(each) && opensAnother(each.side)),
  );
  const shut = [...met].filter(
    ([, all]) => all.length > 1 && all.every(isSilent) && all.some(({ side }) => opensAnother(side)),
  );
  return [
    ...parted.map(([address, all]) => partedAt(address, all)),
    ...(shut.length === 0
      ? []
      : [
          shutOff(
            shut.map(([address]) => address),
            shut.flatMap(([, all]) => all),
          ),
        ]),
  ];
}

function meetings(sides: readonly Side[]): Map<string, Met[]> {
  const met = new Map<string, Met[]>();
  for (const side of sides) {
    for (const { address, status, ref, durationMs } of side.outcomes) {
      met.set(address, [...(met.get(address) ?? []), { side, status, ref, durationMs }]);
    }
  }
  return met;
}

const isOpen = ({ status }: Met): boolean => status === 'open';
const isSilent = ({ status }: Met): boolean => status === 'timeout';
const opensAnother = ({ outcomes }: Side): boolean => outcomes.some(({ status }) => status === 'open');

function partedAt(address: string, all: readonly Met[]): ComparisonFinding {
  const open = all.filter(isOpen).map(({ side }) => side);
  const silent = all.filter((each) => isSilent(each) && opensAnother(each.side)).map(({ side }) => side);
  const [first] = silent;
  const ends = first === undefined ? null : endsOf(first.evidence, [address]);
  return {
    kind: 'address-differs',
    suspects: ['tcp.timeout-some'],
    confidence: 'high',
    summary: `${address} opens for ${names(open)} and is silent for ${names(silent)}, which ${silent.length > 1 ? 'open' : 'opens'} its siblings.`,
    meaning: `The address is up, and so is the way out: what drops the packets stands between the two subnets, a network ACL or a route.`,
    evidence: all.map(asEvidence(address)),
    remedies: ends === null ? [] : asRemedies([checkAcl(ends), checkRoutes(ends)]),
    check: `the network ACLs and route tables of both subnets, for ${address} and ${first?.client ?? 'the silent host'}`,
  };
}

function shutOff(addresses: readonly string[], all: readonly Met[]): ComparisonFinding {
  const side = all[0]?.side;
  return {
    kind: 'address-fails-everywhere',
    suspects: ['tcp.timeout-some'],
    confidence: 'high',
    summary: `${list(addresses, 4)} ${addresses.length > 1 ? 'are' : 'is'} silent for every host, while other addresses of the same name open.`,
    meaning:
      'The fault is at that address: the network ACL or routes of its subnet, or an interface that is gone.',
    evidence: all.map((each) => asEvidence(list(addresses, 4))(each)),
    remedies:
      side === undefined
        ? []
        : asRemedies([findInterfaces(side.evidence, addresses), checkAcl(endsOf(side.evidence, addresses))]),
    check: null,
  };
}

function asEvidence(address: string): (met: Met) => ComparedEvidence {
  return ({ side, status, ref, durationMs }) => ({
    report: side.report,
    observation: ref,
    text:
      status === 'timeout' ? `${address}: no answer within ${duration(durationMs)}` : `${address}: ${status}`,
  });
}
