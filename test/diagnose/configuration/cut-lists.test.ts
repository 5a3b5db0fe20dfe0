import { test } from 'tap';
import { classify } from '../../../src/diagnose/classify.js';
import type { Ec2Facts, FactsDocument, GateKind } from '../../../src/index.js';
import { dns, dnsFailure, type Given, HOST, tcp } from '../evidence.js';
import { configuredEvidence, factsOf, healthy, VPC } from './vpc.js';

/** A list of which only a part was read says what it has, and nothing about what it lacks. */

const listed = 'pl-11111111';
const silentAt = (address: string): Given => ({
  dns: [dns(HOST, [address])],
  tcp: [tcp(HOST, { [address]: 'timeout' })],
});
const missing: Given = { dns: [dnsFailure(HOST, 'nxdomain')] };
const outside: Given = {
  dns: [dns(HOST, ['52.94.10.5'])],
  tcp: [tcp(HOST, { '52.94.10.5': 'timeout' })],
};

interface Case {
  name: string;
  service: string;
  action: string;
  gate: GateKind;
  given: Given;
  ec2?: Ec2Facts;
  more?: Partial<FactsDocument>;
  /** The state where the list is whole. */
  whole: 'allow' | 'deny';
}

const prefixLists = { [listed]: ['10.5.0.0/16'] };
const group = 'rslvr-frg-1';
const associated = [{ VpcId: VPC, FirewallRuleGroupId: group, Priority: 1 }];

const cases: readonly Case[] = [
  {
    name: 'the entries of a prefix list in a security group',
    service: 'ec2',
    action: 'GetManagedPrefixListEntries',
    gate: 'security-group',
    given: silentAt('10.0.1.5'),
    ec2: {
      SecurityGroupRules: [
        ...healthy.SecurityGroupRules.filter(({ SecurityGroupRuleId: id }) => id !== 'sgr-0e1'),
        {
          GroupId: 'sg-0e',
          IsEgress: false,
          IpProtocol: 'tcp',
          FromPort: 443,
          ToPort: 443,
          PrefixListId: listed,
        },
      ],
      PrefixLists: prefixLists,
    },
    whole: 'deny',
  },
  {
    name: 'the entries of a prefix list in a route table',
    service: 'ec2',
    action: 'GetManagedPrefixListEntries',
    gate: 'route',
    given: silentAt('10.9.1.5'),
    ec2: {
      RouteTables: healthy.RouteTables.map((table) => ({
        ...table,
        Routes: [{ DestinationPrefixListId: listed, TransitGatewayId: 'tgw-0a', State: 'active' }],
      })),
      PrefixLists: prefixLists,
    },
    whole: 'deny',
  },
  {
    name: 'the endpoints of the VPC',
    service: 'ec2',
    action: 'DescribeVpcEndpoints',
    gate: 'private-dns',
    given: outside,
    ec2: { VpcEndpoints: healthy.VpcEndpoints.map((each) => ({ ...each, PrivateDnsEnabled: false })) },
    whole: 'deny',
  },
  {
    name: 'the private zones',
    service: 'route53',
    action: 'ListHostedZonesByVPC',
    gate: 'private-zone',
    given: missing,
    more: {
      route53: {
        HostedZoneSummaries: [{ HostedZoneId: 'Z1ABC', Name: 'execute-api.us-east-1.amazonaws.com.' }],
        ResourceRecordSets: [{ Name: 'execute-api.us-east-1.amazonaws.com.', Type: 'SOA' }],
      },
    },
    whole: 'deny',
  },
  {
    name: 'the rules of forwarding',
    service: 'route53resolver',
    action: 'ListResolverRules',
    gate: 'forwarding-rule',
    given: missing,
    more: { route53resolver: { ResolverRules: [], ResolverRuleAssociations: [] } },
    whole: 'allow',
  },
  {
    name: 'the rule groups of DNS Firewall',
    service: 'route53resolver',
    action: 'ListFirewallRuleGroupAssociations',
    gate: 'dns-firewall',
    given: missing,
    more: { route53resolver: { FirewallRuleGroupAssociations: [] } },
    whole: 'allow',
  },
  {
    name: 'the rules of a group of DNS Firewall',
    service: 'route53resolver',
    action: 'ListFirewallRules',
    gate: 'dns-firewall',
    given: missing,
    more: {
      route53resolver: {
        FirewallRuleGroupAssociations: associated,
        FirewallRules: [
          { FirewallRuleGroupId: group, FirewallDomainListId: 'rslvr-fdl-1', Action: 'BLOCK', Priority: 1 },
        ],
        FirewallDomains: { 'rslvr-fdl-1': ['other.example'] },
      },
    },
    whole: 'allow',
  },
];

for (const { name, service, action, gate, given, ec2, more, whole } of cases) {
  test(`a cut list decides nothing: ${name}`, (t) => {
    const judged = (status: 'ok' | 'partial') => {
      const calls = [{ service, action, status, text: null }];
      return configuredEvidence(given, factsOf(ec2, { calls, ...more }));
    };
    const states = ({ gates = [] }: ReturnType<typeof judged>) =>
      gates.filter((each) => each.gate === gate).map(({ state }) => state);
    t.ok(states(judged('ok')).includes(whole), 'the whole list decides');
    t.notOk(states(judged('partial')).includes('deny'), 'a cut one denies nothing');
    t.ok(states(judged('partial')).includes('unknown'), 'and is not known');
    t.not(classify(judged('partial')).confidence, 'certain');
    t.end();
  });
}
