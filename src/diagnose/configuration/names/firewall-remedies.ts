import type { FirewallRuleFacts } from '../../../documents/facts.js';
import type { Advice } from '../../remedies/advice.js';
import { DOCS } from '../../remedies/docs.js';
import { aws, type Context } from '../context.js';
import { type FirewallDoubt, type FirewallMatch, rulesOfGroup } from './firewall-rules.js';

/** What changes the rules of DNS Firewall so that one name passes, and what reads those that are not known. */

/** Reads what was not read. */
export function readDoubt(context: Context, { group, rule }: FirewallDoubt): Advice[] {
  const id = rule?.FirewallDomainListId;
  if (rule === null)
    return [
      {
        text: `Read the rules of ${group}`,
        command: aws(
          context,
          'route53resolver',
          'list-firewall-rules',
          ...['--firewall-rule-group-id', group],
        ),
      },
    ];
  if (id === undefined)
    return [
      {
        text: `Look in the query logs of Route 53 Resolver, which name the rule of ${group} that blocked a query`,
        command: aws(context, 'route53resolver', 'list-resolver-query-log-configs'),
      },
    ];
  return [
    {
      text: `Read the domains of ${id}; those of a list that AWS manages cannot be read, and the query logs of Route 53 Resolver name the rule that blocked a query`,
      command: aws(context, 'route53resolver', 'list-firewall-domains', '--firewall-domain-list-id', id),
    },
  ];
}

/** The rule that allows the name can pass what it is an alias of. */
export function trustAliases(context: Context, host: string, trusted: FirewallMatch | null): Advice[] {
  if (trusted === null) return [];
  const { FirewallRuleGroupId: group = '', FirewallDomainListId: domains = '' } = trusted.rule;
  return [
    {
      text: `Let the rule of ${group} that allows ${host} allow what the name is an alias of, too`,
      command: aws(
        context,
        'route53resolver',
        'update-firewall-rule',
        ...['--firewall-rule-group-id', group, '--firewall-domain-list-id', domains],
        ...['--firewall-domain-redirection-action', 'TRUST_REDIRECTION_DOMAIN'],
      ),
      docs: DOCS.dnsFirewall,
    },
  ];
}

/** Permits one name, and no more than that. */
export function permitName(context: Context, name: string, { rule, entry }: FirewallMatch): Advice[] {
  const { FirewallRuleGroupId: group = '', FirewallDomainListId: domains = '', Priority } = rule;
  const change = (list: string, operation: 'ADD' | 'REMOVE', domain: string): string[] =>
    aws(
      context,
      'route53resolver',
      'update-firewall-domains',
      ...['--firewall-domain-list-id', list, '--operation', operation, '--domains', domain],
    );
  if (entry.toLowerCase().replace(/\.$/, '') === name)
    return [
      {
        text: `Take ${name} out of ${domains}`,
        command: change(domains, 'REMOVE', entry),
        docs: DOCS.dnsFirewall,
      },
    ];
  const rules = rulesOfGroup(context.facts.route53resolver ?? {}, group);
  const before = rules.slice(0, rules.indexOf(rule));
  const allowing = before.find(
    ({ Action, Qtype }) => Action?.toUpperCase() === 'ALLOW' && Qtype === undefined,
  )?.FirewallDomainListId;
  const otherwise = `or take ${entry} out of ${domains}`;
  if (allowing !== undefined)
    return [
      {
        text: `Add ${name} to ${allowing}, whose rule of ${group} allows names before that one, ${otherwise}`,
        command: change(allowing, 'ADD', name),
        docs: DOCS.dnsFirewall,
      },
    ];
  const priority = freePriority(rules, Priority);
  const created = 'ID_OF_THE_NEW_LIST';
  return [
    {
      text: `Allow ${name} before that rule: create a domain list for it, ${otherwise}`,
      command: aws(context, 'route53resolver', 'create-firewall-domain-list', '--name', 'allowed-names'),
      docs: DOCS.dnsFirewall,
    },
    { text: `Put ${name} into the new list`, command: change(created, 'ADD', name) },
    {
      text: `Add a rule to ${group} that allows the names of the new list, with a lower priority${Priority === undefined ? '' : ` than ${Priority}`}`,
      command: aws(
        context,
        'route53resolver',
        'create-firewall-rule',
        ...['--firewall-rule-group-id', group, '--firewall-domain-list-id', created],
        ...['--priority', priority === null ? 'PRIORITY' : String(priority), '--action', 'ALLOW'],
        ...['--firewall-domain-redirection-action', 'TRUST_REDIRECTION_DOMAIN', '--name', 'allowed-names'],
      ),
    },
  ];
}

/** The highest priority number below one that no rule has; null where none is free. */
function freePriority(rules: readonly FirewallRuleFacts[], below: number | undefined): number | null {
  const taken = new Set(rules.map(({ Priority }) => Priority));
  for (let each = (below ?? 0) - 1; each > 0; each -= 1) if (!taken.has(each)) return each;
  return null;
}
