import { accountId, addresses, names, vpceId, vpcId } from '../facts.js';
import { faultNamed } from '../faults/index.js';
import { healthy } from '../state.js';
import { stateOf } from './packets.js';
import { type Scenario, scenario } from './scenario.js';
import { configuration, endpointWith, healthyConfiguration, healthyEc2 } from './vpc.js';

/** Situations in which the name does not give the endpoint's addresses. */

const ownZone = {
  HostedZoneSummaries: [
    { HostedZoneId: 'Z0123456789ABCDEFGHIJ', Name: `${names.service}.`, Owner: { OwningAccount: accountId } },
  ],
};

/** A firewall group of Route 53 Resolver that is associated with the VPC. */
const firewall = {
  ResolverRules: [],
  ResolverRuleAssociations: [],
  FirewallRuleGroupAssociations: [
    {
      Id: 'rslvr-frgassoc-0a',
      FirewallRuleGroupId: 'rslvr-frg-0a',
      VpcId: vpcId,
      Priority: 101,
      Status: 'COMPLETE',
    },
  ],
};

/** A rule of the VPC that forwards a domain to a resolver on premises. */
function forwarded(domain: string) {
  return {
    route53resolver: {
      ResolverRules: [
        { Id: 'rslvr-rr-0a', DomainName: domain, RuleType: 'FORWARD', TargetIps: [{ Ip: '10.1.0.2' }] },
      ],
      ResolverRuleAssociations: [{ ResolverRuleId: 'rslvr-rr-0a', VPCId: vpcId }],
    },
  };
}

const publicAnswer = 'the name gives public addresses';
const certain = { confidence: 'certain' } as const;

export const nameScenarios: readonly Scenario[] = [
  scenario(
    'private-dns-off',
    publicAnswer,
    'private DNS of the endpoint is off',
    endpointWith({ PrivateDnsEnabled: false }),
    { cause: 'dns.private-dns-off', ...certain, resource: vpceId, says: ['--private-dns-enabled'] },
  ),
  scenario(
    'hostnames-off',
    publicAnswer,
    'enableDnsHostnames of the VPC is false',
    configuration({ VpcAttributes: { [vpcId]: { enableDnsSupport: true, enableDnsHostnames: false } } }),
    { cause: 'dns.vpc-attribute', ...certain, resource: vpcId, says: ['--enable-dns-hostnames'] },
  ),
  scenario(
    'own-resolver',
    publicAnswer,
    'DHCP hands out a resolver of one’s own',
    faultNamed('wrong-resolver').state.configuration,
    { cause: 'dns.dhcp-options', confidence: 'high', resource: 'dopt-0f1e2d3c4b5a69788' },
  ),
  scenario(
    'no-endpoint',
    publicAnswer,
    'the only endpoint is in another VPC',
    configuration({
      VpcEndpoints: healthyEc2.VpcEndpoints.map((each) => ({ ...each, VpcId: 'vpc-05a4ed00000000000' })),
    }),
    { cause: 'endpoint.absent', ...certain, resource: vpcId, says: ['vpc-05a4ed00000000000'] },
  ),
  scenario(
    'forwarded',
    publicAnswer,
    'a rule forwards the domain of private DNS',
    configuration({}, forwarded(`${names.service}.`)),
    {
      cause: 'dns.forwarding-rule',
      ...certain,
      resource: 'rslvr-rr-0a',
      says: ['10.1.0.2', 'disassociate-resolver-rule'],
    },
  ),
  scenario(
    'forwarded-above',
    publicAnswer,
    'a rule forwards amazonaws.com, and private DNS is more specific',
    configuration({}, forwarded('amazonaws.com.')),
    {
      cause: 'dns.forwarding-rule',
      confidence: 'medium',
      resource: 'rslvr-rr-0a',
      says: ['more specific', '--rule-type SYSTEM'],
    },
    { state: stateOf(endpointWith({ PrivateDnsEnabled: false })) },
  ),
  scenario(
    'forwarded-above-private',
    'the API answers',
    'a rule forwards amazonaws.com, and private DNS is more specific',
    configuration({}, forwarded('amazonaws.com.')),
    { cause: 'reachable', ...certain, resource: null },
  ),
  scenario(
    'zone-without-record',
    'NXDOMAIN',
    'a private zone of one’s own has no record of the name',
    configuration({}, { route53: { ...ownZone, ResourceRecordSets: [] } }),
    { cause: 'dns.private-zone', confidence: 'high', resource: 'Z0123456789ABCDEFGHIJ' },
  ),
  scenario(
    'firewall-blocks',
    'NXDOMAIN',
    'a rule of DNS Firewall blocks the name',
    configuration(
      {},
      {
        route53resolver: {
          ...firewall,
          FirewallRules: [
            {
              FirewallRuleGroupId: 'rslvr-frg-0a',
              FirewallDomainListId: 'rslvr-fdl-0a',
              Priority: 10,
              Action: 'BLOCK',
              BlockResponse: 'NXDOMAIN',
            },
          ],
          FirewallDomains: { 'rslvr-fdl-0a': [`*.${names.service}.`] },
        },
      },
    ),
    { cause: 'dns.blocked', ...certain, resource: 'rslvr-frg-0a', rule: 'rslvr-fdl-0a' },
    { state: faultNamed('nxdomain').state },
  ),
  scenario(
    'firewall-closed',
    'SERVFAIL',
    'DNS Firewall does not fail open',
    configuration(
      {},
      {
        route53resolver: {
          ...firewall,
          FirewallRules: [
            {
              FirewallRuleGroupId: 'rslvr-frg-0a',
              FirewallDomainListId: 'rslvr-fdl-0a',
              Priority: 10,
              Action: 'ALLOW',
            },
          ],
          FirewallDomains: { 'rslvr-fdl-0a': ['intranet.example.'] },
          FirewallConfigs: [{ ResourceId: vpcId, FirewallFailOpen: 'DISABLED' }],
        },
      },
    ),
    { cause: 'dns.servfail', says: [/fail.?open/i] },
    { state: faultNamed('resolver-servfail').state },
  ),
  scenario(
    'old-records',
    'private addresses that are silent',
    'a private zone has records of an endpoint that is gone',
    configuration(
      {},
      {
        route53: {
          ...ownZone,
          ResourceRecordSets: [
            { Name: `${names.service}.`, Type: 'A', ResourceRecords: [{ Value: '10.0.2.99' }] },
            { Name: `\\052.${names.service}.`, Type: 'A', ResourceRecords: [{ Value: '10.0.2.99' }] },
          ],
        },
      },
    ),
    { cause: 'tcp.timeout-all', confidence: 'high', resource: vpceId, says: ['10.0.2.99'] },
    {
      state: {
        ...healthy,
        resolver: {
          ...healthy.resolver,
          zone: [
            ...healthy.resolver.zone.filter(({ name }) => !name.endsWith(names.service)),
            ...[names.service, `*.${names.service}`].map((name) => ({
              name,
              type: 'A' as const,
              ttl: 60,
              data: '10.0.2.99',
            })),
          ],
        },
        filters: {
          vpc: 'chain forward { type filter hook forward priority 0; ip daddr 10.0.2.99 drop; }',
        },
      },
    },
  ),
  scenario('healthy', 'the API answers', 'everything allows it', healthyConfiguration, {
    cause: 'reachable',
    ...certain,
    resource: null,
    says: [addresses.eniA.ipv4],
  }),
];
