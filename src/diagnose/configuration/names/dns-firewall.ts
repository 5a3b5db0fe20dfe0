import type { FirewallRuleFacts, Gate, ResolverFacts } from '../../../documents/facts.js';
import { hostAnswers } from '../../../documents/observed/dns.js';
import type { Advice } from '../../remedies/advice.js';
import { DOCS } from '../../remedies/docs.js';
import { type Context, gateOf } from '../context.js';
import { limitAt, type Place } from './place.js';

/**
 * The gate of DNS Firewall: the rule groups that the VPC uses in the order of their priorities, and in each group its rules in
 * theirs. The first rule whose domain list has the name decides.
 */
export function dnsFirewallGate(context: Context, place: Place): Gate | null {
  const facts = context.facts.route53resolver ?? {};
  const { FirewallRuleGroupAssociations: associations } = facts;
  const { vpcId } = place;
  if (associations === undefined || vpcId === null) return null;
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
  const { host } = context.evidence.target;
  const found = firstMatch(facts, groups, host);
  if (found.state === 'unknown')
    return gateOf(
      {
        ...base,
        state: 'unknown',
        resource: found.group,
        rule: null,
        text: `not readable: ${found.missing}, which can block ${host} in ${vpcId}`,
      },
      () => [found.read],
    );
  if (found.rule?.Action?.toUpperCase() === 'BLOCK') return blocked(context, place, found.rule);
  return (
    failClosed(context, place, facts, first) ?? {
      ...base,
      state: 'allow',
      resource: found.rule?.FirewallRuleGroupId ?? first,
      rule: found.rule?.FirewallDomainListId ?? null,
      text: `DNS Firewall of ${vpcId} does not block ${host}`,
    }
  );
}

const base = { gate: 'dns-firewall', end: 'client', direction: null } as const;

type Match =
  | { state: 'known'; rule: FirewallRuleFacts | null }
  | { state: 'unknown'; group: string; missing: string; read: Advice };

/** The first rule that has a name; null where none has it. */
function firstMatch(
  { FirewallRules, FirewallDomains = {} }: ResolverFacts,
  groups: readonly string[],
  host: string,
): Match {
  for (const group of groups) {
    const rules = FirewallRules?.filter(({ FirewallRuleGroupId }) => FirewallRuleGroupId === group) ?? [];
    if (rules.length === 0)
      return {
        state: 'unknown',
        group,
        missing: `the rules of ${group}`,
        read: {
          text: `Read the rules of ${group}`,
          command: ['aws', 'route53resolver', 'list-firewall-rules', '--firewall-rule-group-id', group],
        },
      };
    for (const rule of rules.sort((one, other) => (one.Priority ?? 0) - (other.Priority ?? 0))) {
      const id = rule.FirewallDomainListId ?? '';
      const domains = Object.hasOwn(FirewallDomains, id) ? FirewallDomains[id] : undefined;
      const isOther = domains?.some((domain) => covers(domain, host)) === false;
      if (isOther) continue;
      // A rule for one type of query leaves the other types to the rules after it.
      if (domains !== undefined && rule.Qtype === undefined) return { state: 'known', rule };
      if (rule.Action?.toUpperCase() !== 'BLOCK') continue;
      return {
        state: 'unknown',
        group,
        missing:
          domains === undefined
            ? `the domains of ${id}, a rule of ${group}`
            : `a rule of ${group} for queries of type ${rule.Qtype}`,
        read: {
          text: `Read the domains of ${id}`,
          command: ['aws', 'route53resolver', 'list-firewall-domains', '--firewall-domain-list-id', id],
        },
      };
    }
  }
  return { state: 'known', rule: null };
}

/** Whether an entry of a domain list has a name: `example.com` itself, `*.example.com` what is below, `*` everything. */
function covers(domain: string, host: string): boolean {
  const plain = domain.toLowerCase().replace(/\.$/, '');
  if (plain === '*') return true;
  return plain.startsWith('*.') ? host.endsWith(plain.slice(1)) : host === plain;
}

function blocked(context: Context, place: Place, rule: FirewallRuleFacts): Gate {
  const { host } = context.evidence.target;
  const response = (rule.BlockResponse ?? 'NODATA').toUpperCase();
  const statuses = hostAnswers(context.evidence).map(({ doc }) => doc.status);
  const isSeen =
    response === 'NXDOMAIN'
      ? statuses.includes('nxdomain')
      : response === 'NODATA'
        ? statuses.includes('no-data')
        : statuses.includes('answered');
  const group = rule.FirewallRuleGroupId ?? null;
  const domains = rule.FirewallDomainListId ?? null;
  return gateOf(
    {
      ...base,
      state: 'deny',
      resource: group,
      rule: domains,
      text: `DNS Firewall of ${place.vpcId} blocks ${host} by ${group}, whose rule for ${domains} answers ${response}`,
      cause: 'dns.blocked',
      ...(isSeen ? limitAt(place) : { limit: 'medium' as const }),
    },
    () => [
      {
        text: `Take ${host} out of ${domains}, or add a rule before it that allows the name`,
        command: [
          ...[
            'aws',
            'route53resolver',
            'list-firewall-rules',
            '--firewall-rule-group-id',
            group ?? 'FIREWALL_RULE_GROUP_ID',
          ],
        ],
        docs: DOCS.vpcDns,
      },
    ],
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
        docs: DOCS.vpcDns,
      },
    ],
  );
}
