import { command } from '../../shell-command.js';
import type { Cause } from '../causes.js';
import { addressSet, resolverOf } from '../facts/dns.js';
import { DOCS } from '../remedies/docs.js';
import type { Confidence, Remedy } from '../verdict.js';
import { list } from '../words.js';
import { groupBy } from './group.js';
import { gotThrough, isSettled, names, type Side } from './side.js';
import type { ComparisonFinding } from './types.js';

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
