import type { FactsDocument, Gate, GateRemedy } from '../../documents/facts.js';
import { asBlock } from '../../documents/observed/tcp.js';
import type { Evidence } from '../../documents/report.js';
import type { Advice } from '../remedies/advice.js';
import { asRemedies } from '../remedies/advice.js';
import { type Block, type PrefixLookup, prefixLookup } from './block.js';
import { type CalledApi, calledApi } from './request/called.js';
import { groupTable } from './security-groups.js';
import { type FactsUse, useOf } from './use.js';

/** What the evaluators share: the evidence, the facts, and what follows from both. */
export interface Context {
  evidence: Evidence;
  facts: FactsDocument;
  use: FactsUse;
  /** What the request is for. */
  called: CalledApi;
  port: number;
  region: string | null;
  groups: ReturnType<typeof groupTable>;
  /** Looks an address up in the prefix lists, once for all rules and routes. */
  lists(address: Block): PrefixLookup;
}

export function contextOf(evidence: Evidence, facts: FactsDocument): Context {
  const lookups = new Map<string, PrefixLookup>();
  // The calls do not say which list it was.
  const isListCut = isCut(facts, 'GetManagedPrefixListEntries');
  return {
    lists: (address) => {
      const key = address.correctForm();
      const known = lookups.get(key) ?? prefixLookup(facts.ec2.PrefixLists ?? {}, address, isListCut);
      lookups.set(key, known);
      return known;
    },
    evidence,
    facts,
    use: useOf(evidence, facts),
    called: calledApi(evidence, facts),
    port: evidence.target.port,
    region: facts.region ?? evidence.vantage.ec2?.region ?? evidence.target.privateApi?.region ?? null,
    groups: groupTable(facts.ec2, {
      partial: isPartial(facts, 'DescribeSecurityGroupRules'),
      // A document of facts holds the rules of all groups that it is about, and plain output those that were asked for.
      everyGroup: facts.source === 'aws' || facts.collectedAt !== null,
    }),
  };
}

/** Whether a list was cut, or a call for it failed, so that what it lacks may exist nevertheless. */
export function isPartial({ calls }: FactsDocument, action: string): boolean {
  return calls.some((each) => each.action === action && each.status !== 'ok');
}

/** Whether part of a list was read, and the rest was not. */
export function isCut({ calls }: FactsDocument, action: string): boolean {
  return calls.some((each) => each.action === action && each.status === 'partial');
}

/** Why a list is not there, in words: a call that was denied, or one that was not made. */
export function notRead({ calls }: FactsDocument, action: string): string {
  const failed = calls.find((each) => each.action === action && each.status !== 'ok');
  if (failed === undefined) return 'not in the configuration read';
  const why = failed.text === null ? '' : ` (${failed.text})`;
  return failed.status === 'denied'
    ? `${action} was denied${why}`
    : failed.status === 'partial'
      ? `the list of ${action} was cut`
      : `${action} failed${why}`;
}

/** `aws ec2 ACTION --region R …` as words. */
export function aws(
  { region }: Pick<Context, 'region'>,
  service: string,
  action: string,
  ...words: string[]
): string[] {
  return ['aws', service, action, ...(region === null ? [] : ['--region', region]), ...words];
}

/** `10.0.9.15/32`. */
export function blockText(address: string): string {
  return asBlock(address);
}

/** A change of a resource as a gate has it. */
export function remediesOf(resource: string | null, advice: readonly Advice[]): GateRemedy[] {
  return asRemedies(advice).map((each) => ({ ...each, ...(resource === null ? {} : { resource }) }));
}

/** A gate whose remedies are made only where something is to be changed. */
export function gateOf(gate: Gate, advice: () => readonly Advice[] = () => []): Gate {
  const needsChange = gate.state === 'deny' || gate.state === 'partly' || gate.state === 'unknown';
  const remedies = needsChange ? remediesOf(gate.resource, advice()) : [];
  return { ...gate, ...(remedies.length === 0 ? {} : { remedies }) };
}
