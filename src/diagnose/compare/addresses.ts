import { checkAcl, checkRoutes, endsOf, findInterfaces } from '../remedies/security-group.js';
import { duration, list } from '../words.js';
import { names, type Side } from './side.js';
import type { ComparedEvidence, ComparisonFinding } from './types.js';

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
    remedies: ends === null ? [] : [checkAcl(ends), checkRoutes(ends)],
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
        : [findInterfaces(side.evidence, addresses), checkAcl(endsOf(side.evidence, addresses))],
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
