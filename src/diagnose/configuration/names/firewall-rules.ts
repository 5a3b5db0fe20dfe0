import type { FactsDocument, FirewallRuleFacts, ResolverFacts } from '../../../documents/facts.js';
import { isCut } from '../context.js';

/**
 * DNS Firewall as Route 53 Resolver evaluates it: the rule groups of a VPC by their priorities, in each group its rules by theirs,
 * and the first rule whose domain list has the name decides. Three-valued: what was not read can match.
 */

/** A rule that has a name, and the entry of its list that is the name or stands for it. */
export interface FirewallMatch {
  rule: FirewallRuleFacts;
  entry: string;
}

/** A rule that can have a name, because its list was not read. `rule` null: the rules of the group were not read. */
export interface FirewallDoubt {
  group: string;
  rule: FirewallRuleFacts | null;
}

/** What the rules do with one query. `sure` false: another rule can block it before the one that is named. */
export type FirewallOutcome =
  | { kind: 'blocked'; match: FirewallMatch; sure: boolean }
  | { kind: 'passed'; match: FirewallMatch | null }
  | { kind: 'unknown'; doubt: FirewallDoubt; blocking: FirewallMatch | null };

/** One query: a name without its final dot, and a type. `alias`: the name is the target of a CNAME record that was followed. */
export interface FilteredQuery {
  name: string;
  type: 'A' | 'AAAA';
  alias: boolean;
}

/** What the rules of groups, in the order of their priorities, do with a query. */
export function filtered(
  facts: FactsDocument,
  groups: readonly string[],
  query: FilteredQuery,
): FirewallOutcome {
  const { match, doubts } = walk(facts, groups, query);
  const blocks = isBlock(match?.rule);
  const doubt = doubts.find(({ rule }) => rule === null || isBlock(rule) !== blocks);
  if (doubt !== undefined) return { kind: 'unknown', doubt, blocking: blocks ? match : null };
  return match !== null && blocks
    ? { kind: 'blocked', match, sure: doubts.length === 0 }
    : { kind: 'passed', match };
}

function walk(
  facts: FactsDocument,
  groups: readonly string[],
  query: FilteredQuery,
): { match: FirewallMatch | null; doubts: FirewallDoubt[] } {
  const resolver = facts.route53resolver ?? {};
  const doubts: FirewallDoubt[] = [];
  for (const group of groups) {
    const rules = rulesOfGroup(resolver, group);
    if (rules.length === 0 && !isWholeRead(facts, groups)) doubts.push({ group, rule: null });
    for (const rule of rules) {
      if (!concerns(rule, query)) continue;
      const entry = entryFor(facts, rule, query.name);
      if (entry === 'unknown') doubts.push({ group, rule });
      else if (entry !== null) return { match: { rule, entry: entry.entry }, doubts };
    }
    // A list of rules that was cut can go on with any rule.
    if (rules.length > 0 && isCut(facts, 'ListFirewallRules')) doubts.push({ group, rule: null });
  }
  return { match: null, doubts };
}

/** The rules of a group in the order in which they are evaluated. */
export function rulesOfGroup({ FirewallRules = [] }: ResolverFacts, group: string): FirewallRuleFacts[] {
  return FirewallRules.filter(({ FirewallRuleGroupId }) => FirewallRuleGroupId === group).sort(
    (one, other) => (one.Priority ?? 0) - (other.Priority ?? 0),
  );
}

export function isBlock(rule: FirewallRuleFacts | undefined): boolean {
  return rule?.Action?.toUpperCase() === 'BLOCK';
}

/** Whether a rule looks at the first name alone, and passes the names of the aliases that it leads to. */
export function trustsAliases({ FirewallDomainRedirectionAction: action }: FirewallRuleFacts): boolean {
  return action?.toUpperCase() === 'TRUST_REDIRECTION_DOMAIN';
}

/** Types of queries by their numbers, as a rule may name them. */
const typeNumbers: Readonly<Record<string, string>> = { TYPE1: 'A', TYPE28: 'AAAA' };

function concerns(rule: FirewallRuleFacts, { type, alias }: FilteredQuery): boolean {
  if (alias && trustsAliases(rule)) return false;
  const wanted = rule.Qtype?.toUpperCase();
  return wanted === undefined || (typeNumbers[wanted] ?? wanted) === type;
}

/** The entry of a rule's list that has a name; null where none has it. A rule of DNS Firewall Advanced has no list. */
function entryFor(
  facts: FactsDocument,
  { FirewallDomainListId: id }: FirewallRuleFacts,
  name: string,
): { entry: string } | 'unknown' | null {
  const lists = facts.route53resolver?.FirewallDomains ?? {};
  const domains = id !== undefined && Object.hasOwn(lists, id) ? lists[id] : undefined;
  if (domains === undefined) return 'unknown';
  const entry = domains.find((domain) => covers(domain, name) === true);
  if (entry !== undefined) return { entry };
  const isOpen = domains.some((domain) => covers(domain, name) === null);
  return isOpen || isCut(facts, 'ListFirewallDomains') ? 'unknown' : null;
}

/**
 * Whether an entry has a name: `example.com` that name, `*.example.com` what is below it, `*` every name. Null for `*example.com`,
 * which the documentation permits without saying what it is.
 */
function covers(domain: string, name: string): boolean | null {
  const plain = domain.toLowerCase().replace(/\.$/, '');
  if (plain === '*') return true;
  if (plain.startsWith('*.')) return name.endsWith(plain.slice(1));
  return plain.startsWith('*') ? (name.endsWith(plain.slice(1)) ? null : false) : name === plain;
}

/** Whether the rules of every group were read, so that a group without any has none. */
function isWholeRead({ calls }: FactsDocument, groups: readonly string[]): boolean {
  const made = calls.filter(({ action }) => action === 'ListFirewallRules');
  return made.length >= groups.length && made.every(({ status }) => status === 'ok');
}
