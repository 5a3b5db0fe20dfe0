import type { Ec2Facts, FactsDocument } from '../../../src/documents/facts.js';
import { configuredEvidence, factsOf, healthy, publicAnswer, VPC } from '../configuration/vpc.js';
import { API, dns, dnsFailure, HOST, tcp, VPCE } from '../evidence.js';
import type { Row } from './row.js';

/** Names that do not give the endpoint's addresses, and the configuration of names that says why. */

const [endpoint] = healthy.VpcEndpoints;
const [clientInterface, ...endpointInterfaces] = healthy.NetworkInterfaces;
const privateApi = { id: API, endpointConfiguration: { types: ['PRIVATE'] } };
const certain = { confidence: 'certain' } as const;

function zone(
  Name: string,
  ResourceRecordSets?: object[],
  Owner = { OwningAccount: '123456789012' },
): Partial<FactsDocument> {
  return {
    route53: {
      HostedZoneSummaries: [{ HostedZoneId: 'Z0A', Name, Owner }],
      ...(ResourceRecordSets === undefined ? {} : { ResourceRecordSets }),
    },
  };
}
const soa = { Name: 'execute-api.us-east-1.amazonaws.com.', Type: 'SOA' };

/** A rule of the VPC that forwards a domain to a resolver elsewhere. */
function forwarded(domain: string, more: object = {}): Partial<FactsDocument> {
  return {
    route53resolver: {
      ResolverRules: [
        { Id: 'rslvr-rr-0a', DomainName: domain, RuleType: 'FORWARD', TargetIps: [{ Ip: '10.1.0.2' }] },
      ],
      ResolverRuleAssociations: [{ ResolverRuleId: 'rslvr-rr-0a', VPCId: VPC, ...more }],
    },
  };
}

/** A public answer in a VPC with such a rule. */
const misled = (domain: string, ec2: Ec2Facts = {}, more: object = {}) =>
  configuredEvidence(publicAnswer, factsOf(ec2, forwarded(domain, more)));

export const configuredNameRows: Row[] = [
  {
    name: 'the records of a private zone lack the name',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf({}, zone('execute-api.us-east-1.amazonaws.com.', [soa])),
    ),
    class: 'dns',
    cause: 'dns.private-zone',
    confidence: 'certain',
    evidence: ['Z0A'],
    remedy: ['alias record'],
  },
  {
    name: 'a zone of the owner is above that of the endpoint, which answers',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf(
        {},
        {
          route53: {
            HostedZoneSummaries: [
              { HostedZoneId: 'Z0A', Name: 'amazonaws.com.', Owner: { OwningAccount: '123456789012' } },
              {
                HostedZoneId: 'Z0B',
                Name: 'execute-api.us-east-1.amazonaws.com.',
                Owner: { OwningService: 'vpce.amazonaws.com' },
              },
            ],
          },
        },
      ),
    ),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'medium',
    evidence: ['the configuration contradicts the answer'],
  },
  {
    name: 'private DNS is on at an endpoint that failed',
    given: configuredEvidence(
      { dns: [dns(HOST, ['52.94.10.5'])], tcp: [tcp(HOST, { '52.94.10.5': 'timeout' })] },
      factsOf({
        VpcEndpoints: [{ ...endpoint, State: 'failed' }],
        NetworkInterfaces: [clientInterface ?? {}, ...endpointInterfaces],
      }),
    ),
    class: 'dns',
    cause: 'endpoint.absent',
    confidence: 'high',
    evidence: ['in the state failed'],
  },
  {
    name: 'the API does not list the endpoint of its name',
    given: configuredEvidence(
      {
        target: `https://${API}-${VPCE}.execute-api.us-east-1.amazonaws.com/prod/orders`,
        dns: [dnsFailure(`${API}-${VPCE}.execute-api.us-east-1.amazonaws.com`, 'nxdomain')],
      },
      factsOf({}, { apigateway: { restApi: privateApi } }),
    ),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'high',
    evidence: [`${API} does not list ${VPCE}`],
    remedy: [`path=/endpointConfiguration/vpcEndpointIds,value=${VPCE}`],
  },
  {
    name: 'private DNS is off, and this host asks a resolver that would not know it anyway',
    given: configuredEvidence(
      {
        dns: [dns(HOST, ['52.94.10.5'])],
        tcp: [tcp(HOST, { '52.94.10.5': 'timeout' })],
        vantage: { nameservers: ['8.8.8.8'] },
      },
      factsOf({ VpcEndpoints: [{ ...endpoint, PrivateDnsEnabled: false }] }),
    ),
    class: 'dns',
    cause: 'dns.private-dns-off',
    confidence: 'high',
  },
  {
    name: 'the endpoint waits for its acceptance, and its private DNS is off besides',
    given: configuredEvidence(
      publicAnswer,
      factsOf({ VpcEndpoints: [{ ...endpoint, State: 'pendingAcceptance', PrivateDnsEnabled: false }] }),
    ),
    class: 'dns',
    cause: 'endpoint.absent',
    confidence: 'high',
    evidence: ['in the state pendingAcceptance', 'its private DNS is off besides'],
    remedy: [`Let the owner of the service accept ${VPCE}`],
  },
  {
    name: 'a private zone of the VPC answers the name in place of private DNS, which is no fault',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'servfail')] },
      factsOf(
        { VpcEndpoints: [{ ...endpoint, PrivateDnsEnabled: false }] },
        {
          route53: {
            HostedZoneSummaries: [{ HostedZoneId: 'Z0A', Name: `${HOST}.`, Owner: { OwningAccount: '1' } }],
            ResourceRecordSets: [
              { Name: `${HOST}.`, Type: 'SOA' },
              { Name: `${HOST}.`, Type: 'A', AliasTarget: { DNSName: 'vpce.example.' } },
            ],
          },
        },
      ),
    ),
    class: 'dns',
    cause: 'dns.servfail',
    confidence: 'medium',
  },
  {
    name: 'private DNS of the endpoint is off',
    given: configuredEvidence(
      publicAnswer,
      factsOf({ VpcEndpoints: [{ ...endpoint, PrivateDnsEnabled: false }] }),
    ),
    class: 'dns',
    cause: 'dns.private-dns-off',
    ...certain,
    summary: ['private DNS'],
    evidence: [VPCE],
    remedy: [
      `aws ec2 modify-vpc-endpoint --region us-east-1 --vpc-endpoint-id ${VPCE} --private-dns-enabled`,
    ],
  },
  {
    name: 'an attribute of the VPC is off',
    given: configuredEvidence(
      publicAnswer,
      factsOf({ VpcAttributes: { [VPC]: { enableDnsSupport: true, enableDnsHostnames: false } } }),
    ),
    class: 'dns',
    cause: 'dns.vpc-attribute',
    ...certain,
    remedy: [
      `aws ec2 modify-vpc-attribute --region us-east-1 --vpc-id ${VPC} --enable-dns-hostnames Value=true`,
    ],
  },
  {
    name: 'the VPC has no endpoint',
    given: configuredEvidence(publicAnswer, factsOf({ VpcEndpoints: [{ ...endpoint, VpcId: 'vpc-0b' }] })),
    class: 'dns',
    cause: 'endpoint.absent',
    ...certain,
    summary: ['no endpoint'],
    evidence: [VPC, 'vpc-0b'],
    remedy: ['create-vpc-endpoint', 'com.amazonaws.us-east-1.execute-api'],
  },
  {
    name: 'a private zone without the record',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf(
        {},
        {
          route53: {
            HostedZoneSummaries: [
              {
                HostedZoneId: 'Z0A',
                Name: 'execute-api.us-east-1.amazonaws.com.',
                Owner: { OwningAccount: '123456789012' },
              },
            ],
          },
        },
      ),
    ),
    class: 'dns',
    cause: 'dns.private-zone',
    // The records of the zone were not read.
    confidence: 'high',
    summary: ['private zone'],
    evidence: ['Z0A'],
  },
  {
    name: 'clients get a resolver of their own, and the VPC resolver has the private answer',
    given: configuredEvidence(
      {
        dns: [
          dns(HOST, ['52.94.10.5'], { server: '10.5.0.2' }),
          dns(HOST, ['10.0.1.5'], { asked: { purpose: 'vpc-resolver', server: '169.254.169.253' } }),
        ],
        tcp: [tcp(HOST, { '52.94.10.5': 'timeout' })],
        vantage: { nameservers: ['10.5.0.2'] },
      },
      factsOf({
        DhcpOptions: [
          {
            DhcpOptionsId: 'dopt-0a',
            DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: '10.5.0.2' }] }],
          },
        ],
      }),
    ),
    class: 'dns',
    cause: 'dns.dhcp-options',
    ...certain,
    summary: ['DHCP options'],
    evidence: ['dopt-0a', '10.5.0.2'],
  },
  {
    name: 'a rule forwards the domain of private DNS, which it comes before',
    given: misled('execute-api.us-east-1.amazonaws.com.'),
    class: 'dns',
    cause: 'dns.forwarding-rule',
    ...certain,
    summary: ['forwards the name'],
    evidence: ['the rule rslvr-rr-0a forwards execute-api.us-east-1.amazonaws.com. to 10.1.0.2'],
    remedy: [
      `disassociate-resolver-rule --region us-east-1 --resolver-rule-id rslvr-rr-0a --vpc-id ${VPC}`,
      /--rule-type SYSTEM --domain-name a1b2c3d4e5\.execute-api/,
    ],
  },
  {
    name: 'a rule forwards amazonaws.com, although private DNS is more specific',
    given: misled('amazonaws.com.'),
    class: 'dns',
    cause: 'dns.forwarding-rule',
    confidence: 'medium',
    evidence: ['is more specific and comes first, but the answer is not its'],
    remedy: [/--rule-type SYSTEM --domain-name execute-api\.us-east-1\.amazonaws\.com/],
    alternatives: ['tcp.timeout-all'],
  },
  {
    name: 'a rule forwards everything, and private DNS is off',
    given: misled('.', { VpcEndpoints: [{ ...endpoint, PrivateDnsEnabled: false }] }),
    class: 'dns',
    cause: 'dns.private-dns-off',
    ...certain,
  },
  {
    name: 'a rule forwards amazonaws.com out of a VPC without an endpoint',
    given: misled('amazonaws.com', { VpcEndpoints: [{ ...endpoint, VpcId: 'vpc-0b' }] }),
    class: 'dns',
    cause: 'dns.forwarding-rule',
    confidence: 'high',
    remedy: [/Let 10\.1\.0\.2 answer .* inbound endpoint/, 'create-vpc-endpoint'],
  },
  {
    name: 'a rule for the domain of private DNS, whose association another rule overrides',
    given: misled('execute-api.us-east-1.amazonaws.com.', {}, { Status: 'OVERRIDDEN' }),
    class: 'dns',
    cause: 'dns.public-answer',
    confidence: 'medium',
    evidence: ['the configuration contradicts the answer'],
  },
  {
    name: 'the domain of a rule for a zone of the owner comes first, because both are the same',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf(
        {},
        {
          ...zone('execute-api.us-east-1.amazonaws.com.', [soa]),
          ...forwarded('execute-api.us-east-1.amazonaws.com'),
        },
      ),
    ),
    class: 'dns',
    cause: 'dns.forwarding-rule',
    ...certain,
  },
  {
    name: 'a zone of the owner above the domain of private DNS is not asked',
    given: configuredEvidence(
      { dns: [dnsFailure(HOST, 'nxdomain')] },
      factsOf({}, zone('amazonaws.com.', [{ ...soa, Name: 'amazonaws.com.' }])),
    ),
    class: 'dns',
    cause: 'dns.nxdomain',
    confidence: 'medium',
    evidence: ['the private zone amazonaws.com. (Z0A) does not decide'],
  },
];
