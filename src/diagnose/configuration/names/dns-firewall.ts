import type { FirewallRuleFacts, Gate, ResolverFacts } from '../../../documents/facts.js';
import { hostAnswers } from '../../../documents/observed/dns.js';
import { suffixOf } from '../../../target/private-api/partitions.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf, isCut, notRead } from '../context.js';
import { permitName, readDoubt, trustAliases } from './firewall-remedies.js';
import {
  type FilteredQuery,
  type FirewallDoubt,
  type FirewallMatch,
  type FirewallOutcome,
  filtered,
  isBlock,
  trustsAliases,
} from './firewall-rules.js';
import { limitAt, type Place } from './place.js';

/**
 * The gate of DNS Firewall: which rule of the groups that the VPC uses blocks the name, or a name that it is an alias of. A rule
 * that alerts lets the query pass.
 */
export function dnsFirewallGate(context: Context, place: Place): Gate | null {
  const facts = context.facts.route53resolver ?? {};
  const { FirewallRuleGroupAssociations: associations } = facts;
  const { vpcId } = place;
  if (associations === undefined || vpcId === null) return null;
  const listing = 'ListFirewallRuleGroupAssociations';
  // A group in the part that was not read can come first.
  if (isCut(context.facts, listing))
    return {
      ...base,
      state: 'unknown',
      resource: null,
      rule: null,
      text: `not readable: which rule groups of DNS Firewall ${vpcId} uses: ${notRead(context.facts, listing)}`,
    };
  const groups = associations
    .filter(({ VpcId }) => VpcId === vpcId)
    .sort((one, other) => (one.Priority ?? 0) - (other.Priority ?? 0))
    .flatMap(({ FirewallRuleGroupId }) => FirewallRuleGroupId ?? []);
  const [first] = groups;
  if (first === undefined)
    return {
      ...base,
      state: 'allow',
      resource: null,
      rule: null,
      text: `no rule group of DNS Firewall is associated with ${vpcId}`,
    };
  const { query, outcome, partly, trusted } = decided(context, groups);
  const { host } = context.evidence.target;
  if (outcome.kind === 'unknown') return unread(context, place, query.name, outcome);
  if (outcome.kind === 'blocked') {
    const gate = blocked(context, place, query, outcome, trusted);
    return partly ? { ...gate, state: 'partly', limit: 'medium' } : gate;
  }
  const { match } = outcome;
  const by =
    match === null
      ? ''
      : `: the rule of ${match.rule.FirewallRuleGroupId} for ${match.rule.FirewallDomainListId} ${match.rule.Action?.toUpperCase() === 'ALERT' ? 'only alerts' : 'allows it'}`;
  return (
    failClosed(context, place, facts, first) ?? {
      ...base,
      state: 'allow',
      resource: match?.rule.FirewallRuleGroupId ?? first,
      rule: match?.rule.FirewallDomainListId ?? null,
      text: `DNS Firewall of ${vpcId} does not block ${host}${by}`,
    }
  );
}

const base = { gate: 'dns-firewall', end: 'client', direction: null } as const;

/** The query that decides, what happens to it, and whether queries of the other type pass. */
interface Decision {
  query: FilteredQuery;
  outcome: FirewallOutcome;
  partly: boolean;
  /** The rule that allows the first name, where an alias of it is blocked. */
  trusted: FirewallMatch | null;
}

function decided(context: Context, groups: readonly string[]): Decision {
  const host = context.evidence.target.host.toLowerCase();
  const own = ofTypes(context, groups, host, false);
  const { outcome } = own;
  if (outcome.kind !== 'passed') return own;
  const { match } = outcome;
  if (match !== null && trustsAliases(match.rule)) return own;
  for (const alias of aliasesOf(context)) {
    const next = ofTypes(context, groups, alias.name, true);
    const isTold = next.outcome.kind === 'blocked' && (alias.seen || isSeen(context, next.outcome.match));
    if (isTold) return { ...next, trusted: match };
    if (next.outcome.kind === 'unknown' && alias.seen) return next;
  }
  return own;
}

/** What happens to the queries for one name: those of type A decide, where both types are asked for. */
function ofTypes(context: Context, groups: readonly string[], name: string, alias: boolean): Decision {
  const [first, ...others] = typesAsked(context).map((type) => {
    const query: FilteredQuery = { name, type, alias };
    return { query, outcome: filtered(context.facts, groups, query), partly: false, trusted: null };
  });
  const main = first ?? {
    query: { name, type: 'A' as const, alias },
    outcome: { kind: 'passed' as const, match: null },
    partly: false,
    trusted: null,
  };
  const stopped = others.find(({ outcome }) => outcome.kind !== 'passed');
  return main.outcome.kind !== 'passed' || stopped === undefined ? main : { ...stopped, partly: true };
}

function typesAsked({ evidence }: Context): FilteredQuery['type'][] {
  const asked = new Set(hostAnswers(evidence).flatMap(({ doc }) => doc.question.type.split(',')));
  const types = (['A', 'AAAA'] as const).filter((type) => asked.has(type));
  return types.length === 0 ? ['A', 'AAAA'] : types;
}

/**
 * The names that the target's is an alias of: those that the answers show, and for the name of a private API, which the private
 * DNS of the endpoint makes an alias, the name of the service. A query that was blocked shows none.
 */
function aliasesOf({ evidence, region }: Context): { name: string; seen: boolean }[] {
  const { host, privateApi: api } = evidence.target;
  const seen = hostAnswers(evidence)
    .flatMap(({ doc }) => doc.chain)
    .map((name) => name.toLowerCase().replace(/\.$/, ''));
  const suffix = region === null ? null : suffixOf(region);
  const service = api?.form === 'default' && suffix !== null ? [`execute-api.${region}.${suffix}`] : [];
  return [...new Set([...seen, ...service])]
    .filter((name) => name !== host.toLowerCase())
    .map((name) => ({ name, seen: seen.includes(name) }));
}

function unread(
  context: Context,
  { vpcId }: Place,
  name: string,
  { doubt, blocking }: Extract<FirewallOutcome, { kind: 'unknown' }>,
): Gate {
  const can =
    blocking === null || doubt.rule === null || isBlock(doubt.rule)
      ? `can block ${name} in ${vpcId}`
      : `can let ${name} pass before the rule for ${blocking.rule.FirewallDomainListId} blocks it in ${vpcId}`;
  return gateOf(
    {
      ...base,
      state: 'unknown',
      resource: doubt.group,
      rule: doubt.rule?.FirewallDomainListId ?? null,
      text: `not readable: ${missingOf(doubt)}, which ${can}`,
    },
    () => readDoubt(context, doubt),
  );
}

function missingOf({ group, rule }: FirewallDoubt): string {
  if (rule === null) return `the rules of ${group}`;
  return rule.FirewallDomainListId === undefined
    ? `what a rule of DNS Firewall Advanced in ${group} takes for a threat${rule.DnsThreatProtection === undefined ? '' : ` (${rule.DnsThreatProtection})`}`
    : `the domains of ${rule.FirewallDomainListId}, a rule of ${group}`;
}

/** Whether the answers are what a blocking rule gives. */
function isSeen({ evidence }: Context, { rule }: FirewallMatch): boolean {
  const docs = hostAnswers(evidence).map(({ doc }) => doc);
  const other = rule.BlockOverrideDomain?.toLowerCase().replace(/\.$/, '');
  switch (responseOf(rule)) {
    case 'NXDOMAIN':
      return docs.some(({ status }) => status === 'nxdomain');
    case 'NODATA':
      return docs.some(({ status }) => status === 'no-data');
    default:
      return docs.some(
        ({ status, chain }) =>
          (status === 'answered' && other === undefined) ||
          chain.some((name) => name.toLowerCase().replace(/\.$/, '') === other),
      );
  }
}

function responseOf({ BlockResponse }: FirewallRuleFacts): string {
  return (BlockResponse ?? 'NODATA').toUpperCase();
}

function blocked(
  context: Context,
  place: Place,
  query: FilteredQuery,
  { match, sure }: Extract<FirewallOutcome, { kind: 'blocked' }>,
  trusted: FirewallMatch | null,
): Gate {
  const { host } = context.evidence.target;
  const { rule, entry } = match;
  const group = rule.FirewallRuleGroupId ?? null;
  const domains = rule.FirewallDomainListId ?? null;
  const response = responseOf(rule);
  const answer =
    response === 'OVERRIDE' && rule.BlockOverrideDomain !== undefined
      ? `${response} with ${rule.BlockOverrideDomain}`
      : response;
  const what = query.alias ? `${query.name}, of which ${host} is an alias,` : host;
  const type = rule.Qtype === undefined ? '' : ` in queries of type ${rule.Qtype}`;
  return gateOf(
    {
      ...base,
      state: 'deny',
      resource: group,
      rule: domains,
      text: `DNS Firewall of ${place.vpcId} blocks ${what}${type} by ${group}, whose rule for ${domains} answers ${answer}: the list has ${entry}`,
      cause: 'dns.blocked',
      ...(isSeen(context, match) ? (sure ? limitAt(place) : { limit: 'high' }) : { limit: 'medium' }),
    },
    () => [...trustAliases(context, host, trusted), ...permitName(context, query.name, match)],
  );
}

/** Where DNS Firewall itself fails, queries are answered with SERVFAIL unless the VPC lets them pass. */
function failClosed(
  { evidence }: Context,
  { vpcId }: Place,
  { FirewallConfigs = [] }: ResolverFacts,
  group: string,
): Gate | null {
  const config = FirewallConfigs.find(({ ResourceId }) => ResourceId === vpcId);
  const isServfail = hostAnswers(evidence).some(({ doc }) => doc.status === 'servfail');
  if (config?.FirewallFailOpen?.toUpperCase() !== 'DISABLED' || !isServfail) return null;
  return gateOf(
    {
      ...base,
      state: 'deny',
      resource: group,
      rule: 'FirewallFailOpen',
      text: `${group} filters the names of ${vpcId}, whose FirewallFailOpen is DISABLED: when DNS Firewall itself fails, every name is answered with SERVFAIL`,
      cause: 'dns.servfail',
      limit: 'medium',
    },
    () => [
      {
        text: `Let queries of ${vpcId} pass where DNS Firewall fails, if availability counts more than the filter`,
        command: [
          ...['aws', 'route53resolver', 'update-firewall-config'],
          ...['--resource-id', vpcId ?? 'VPC_ID', '--firewall-fail-open', 'ENABLED'],
        ],
        docs: DOCS.dnsFirewall,
      },
    ],
  );
}
