import type { FactsDocument } from '../../../src/documents/facts.js';
import { configuredEvidence, factsOf, silentAt, VPC } from '../configuration/vpc.js';
import { dnsFailure, HOST } from '../evidence.js';
import type { Row } from './row.js';

/** Names that DNS Firewall answers in place of the resolver of the VPC. */

function firewall(rule: object, more: object = {}): Partial<FactsDocument> {
  return {
    route53resolver: {
      FirewallRuleGroupAssociations: [{ FirewallRuleGroupId: 'rslvr-frg-0a', VpcId: VPC, Priority: 101 }],
      FirewallRules: [
        {
          FirewallRuleGroupId: 'rslvr-frg-0a',
          FirewallDomainListId: 'rslvr-fdl-0a',
          Priority: 1,
          Action: 'BLOCK',
          ...rule,
        },
      ],
      FirewallDomains: { 'rslvr-fdl-0a': ['*.amazonaws.com.'] },
      ...more,
    },
  };
}

export const configuredFirewallRows: Row[] = [
  {
    name: 'a rule of DNS Firewall blocks the name',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf({}, firewall({ BlockResponse: 'NXDOMAIN' })),
    ),
    class: 'dns',
    cause: 'dns.blocked',
    confidence: 'certain',
    evidence: ['rslvr-frg-0a', 'rslvr-fdl-0a answers NXDOMAIN'],
  },
  {
    name: 'the domains of DNS Firewall were not read',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf({}, firewall({ BlockResponse: 'NXDOMAIN' }, { FirewallDomains: {} })),
    ),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'high',
    evidence: ['not readable: the domains of rslvr-fdl-0a'],
  },
  {
    name: 'DNS Firewall answers with SERVFAIL where it fails',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'servfail')] },
      factsOf(
        {},
        firewall(
          { Action: 'ALERT' },
          { FirewallConfigs: [{ ResourceId: VPC, FirewallFailOpen: 'DISABLED' }] },
        ),
      ),
    ),
    class: 'dns',
    cause: 'dns.servfail',
    confidence: 'medium',
    evidence: ['FirewallFailOpen is DISABLED'],
    remedy: [`update-firewall-config --resource-id ${VPC} --firewall-fail-open ENABLED`],
  },
  {
    name: 'DNS Firewall gives another address, which then does not answer',
    given: configuredEvidence(
      silentAt('10.66.0.1'),
      factsOf(
        {},
        {
          route53resolver: {
            FirewallRuleGroupAssociations: [{ FirewallRuleGroupId: 'rslvr-frg-0a', VpcId: VPC, Priority: 1 }],
            FirewallRules: [
              {
                FirewallRuleGroupId: 'rslvr-frg-0a',
                FirewallDomainListId: 'rslvr-fdl-0a',
                Action: 'BLOCK',
                BlockResponse: 'OVERRIDE',
              },
            ],
            FirewallDomains: { 'rslvr-fdl-0a': ['*.amazonaws.com'] },
          },
        },
      ),
    ),
    class: 'timeout',
    cause: 'route.missing',
    confidence: 'high',
    evidence: ['whose rule for rslvr-fdl-0a answers OVERRIDE'],
    remedy: [/out of rslvr-fdl-0a/],
  },
];
