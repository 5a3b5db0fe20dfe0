import { acl, configuredEvidence, factsOf, healthy, routes } from '../configuration/vpc.js';
import { CLIENT, dns, HOST, tcp, VPCE } from '../evidence.js';
import type { Row } from './row.js';

const silent = {
  dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
};
const oneSilent = { ...silent, tcp: [tcp(HOST, { '10.0.1.5': 'open', '10.0.2.5': 'timeout' })] };
const [endpoint] = healthy.VpcEndpoints;
const [clientRule, ingress, replies] = healthy.SecurityGroupRules;
const [ofClient, ofEndpoint] = healthy.NetworkInterfaces;
const certain = { confidence: 'certain' } as const;
const group = { class: 'timeout', cause: 'tcp.security-group', ...certain } as const;
const network = { class: 'timeout', cause: 'tcp.network-acl', ...certain } as const;

export const configurationRows: Row[] = [
  {
    name: 'the group of the endpoint has no inbound rule for the port',
    given: configuredEvidence(
      silent,
      factsOf({
        SecurityGroupRules: [{ ...clientRule }, { ...replies }, { ...ingress, FromPort: 80, ToPort: 80 }],
      }),
    ),
    ...group,
    summary: ['sg-0e', '2 addresses'],
    evidence: [
      '10.0.1.5 and 10.0.2.5',
      CLIENT,
      'sg-0c',
      'sg-0e (endpoint) has 1 inbound rule, none for TCP 443',
    ],
    remedy: [
      "aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-0e --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-0c}]'",
      `IpRanges=[{CidrIp=${CLIENT}/32}]`,
    ],
  },
  {
    name: 'the group of the endpoint allows another group',
    given: configuredEvidence(
      silent,
      factsOf({
        SecurityGroupRules: [
          { ...clientRule },
          { ...replies },
          { ...ingress, ReferencedGroupInfo: { GroupId: 'sg-0d' } },
        ],
      }),
    ),
    ...group,
    evidence: ['sgr-0e1 allows it from sg-0d only'],
  },
  {
    name: 'the group of the endpoint allows a range that the client is not in',
    given: configuredEvidence(
      silent,
      factsOf({
        SecurityGroupRules: [
          { ...clientRule },
          {
            SecurityGroupRuleId: 'sgr-0e1',
            GroupId: 'sg-0e',
            IsEgress: false,
            IpProtocol: '6',
            FromPort: 443,
            ToPort: 443,
            CidrIpv4: '10.0.8.0/24',
          },
        ],
      }),
    ),
    ...group,
    evidence: ['sgr-0e1 allows it from 10.0.8.0/24 only'],
  },
  {
    name: 'the group of the client allows only port 80 out',
    given: configuredEvidence(
      silent,
      factsOf({
        SecurityGroupRules: [
          { ...clientRule, IpProtocol: 'tcp', FromPort: 80, ToPort: 80 },
          { ...ingress },
          { ...replies },
        ],
      }),
    ),
    ...group,
    summary: ['sg-0c'],
    evidence: ['outbound'],
    remedy: ['authorize-security-group-egress --region us-east-1 --group-id sg-0c', 'GroupId=sg-0e'],
  },
  {
    name: 'the age of the configuration is not known',
    given: configuredEvidence(
      silent,
      factsOf({ SecurityGroupRules: [{ ...clientRule }, { ...replies }] }, { collectedAt: null }),
    ),
    ...group,
    confidence: 'high',
  },
  {
    name: 'the configuration was read hours before the packets',
    given: configuredEvidence(
      silent,
      factsOf(
        { SecurityGroupRules: [{ ...clientRule }, { ...replies }] },
        { collectedAt: '2026-01-01T20:00:00.000Z' },
      ),
    ),
    ...group,
    confidence: 'high',
  },
  {
    name: 'a rule of the ACL of one subnet denies, and the other address works',
    given: configuredEvidence(
      oneSilent,
      factsOf({
        NetworkAcls: [
          ...healthy.NetworkAcls.slice(0, 2),
          acl('acl-0e2', 'subnet-0e2', [
            {
              RuleNumber: 90,
              Egress: false,
              Protocol: '6',
              RuleAction: 'deny',
              CidrBlock: '10.0.9.0/24',
              PortRange: { From: 443, To: 443 },
            },
            { RuleNumber: 100, Egress: false, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
            { RuleNumber: 100, Egress: true, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
          ]),
        ],
      }),
    ),
    ...network,
    summary: ['acl-0e2, rule 90', '10.0.2.5'],
    remedy: [
      `aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-0e2 --ingress --rule-number 10 --protocol 6 --port-range From=443,To=443 --cidr-block ${CLIENT}/32 --rule-action allow`,
    ],
  },
  {
    name: 'the ACL of the client lets no answers in',
    given: configuredEvidence(
      { ...silent, vantage: { localPorts: { first: 32768, last: 60999 } } },
      factsOf({
        NetworkAcls: [
          acl('acl-0c', 'subnet-0c', [
            { RuleNumber: 100, Egress: true, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
            {
              RuleNumber: 100,
              Egress: false,
              Protocol: '6',
              RuleAction: 'allow',
              CidrBlock: '0.0.0.0/0',
              PortRange: { From: 443, To: 443 },
            },
          ]),
          ...healthy.NetworkAcls.slice(1),
        ],
      }),
    ),
    ...network,
    summary: [/^Answers from 2 addresses are dropped by acl-0c, rule \*/],
    evidence: ['10.0.1.5 and 10.0.2.5'],
  },
  {
    name: 'no route to the address',
    given: configuredEvidence(
      { dns: [dns(HOST, ['10.7.1.5'])], tcp: [tcp(HOST, { '10.7.1.5': 'timeout' })] },
      factsOf({ ...routes(), NetworkAcls: [] }),
    ),
    class: 'timeout',
    cause: 'route.missing',
    ...certain,
    summary: ['rtb-0a'],
    evidence: ['no route to 10.7.1.5'],
  },
  {
    name: 'the route leads to a peering that is gone',
    given: configuredEvidence(
      { dns: [dns(HOST, ['10.7.1.5'])], tcp: [tcp(HOST, { '10.7.1.5': 'timeout' })] },
      factsOf(
        routes({
          DestinationCidrBlock: '10.7.0.0/16',
          VpcPeeringConnectionId: 'pcx-0a',
          State: 'blackhole',
          Origin: 'CreateRoute',
        }),
      ),
    ),
    class: 'timeout',
    cause: 'route.blackhole',
    ...certain,
    summary: ['rtb-0a'],
    evidence: ['10.7.0.0/16', 'pcx-0a'],
  },
  {
    name: 'the endpoint is not available',
    given: configuredEvidence(
      silent,
      factsOf({ VpcEndpoints: [{ ...endpoint, State: 'PendingAcceptance' }] }),
    ),
    class: 'timeout',
    cause: 'endpoint.not-available',
    ...certain,
    summary: [VPCE],
    evidence: ['pendingacceptance'],
  },
  {
    name: 'everything that was read allows, and packets are silent',
    given: configuredEvidence(silent, factsOf()),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: ['although the configuration read allows it'],
    evidence: [/the configuration contradicts the packets: sg-0c, acl-0c, rtb-0a/],
    remedy: ['describe-flow-logs'],
  },
  {
    name: 'everything that was read allows, and the rules of one group were not read',
    given: configuredEvidence(
      silent,
      factsOf(
        { SecurityGroupRules: [{ ...clientRule }] },
        {
          calls: [
            {
              service: 'ec2',
              action: 'DescribeSecurityGroupRules',
              status: 'denied',
              text: null,
            },
          ],
        },
      ),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'medium',
    summary: [/answers on TCP 443\.$/],
    evidence: [/^sg-0c, acl-0c, rtb-0a.* allow TCP 443 between/, 'not readable: the rules of sg-0e'],
    remedy: ['describe-security-group-rules'],
    excluded: ['dns.endpoint-mismatch'],
  },
  {
    name: 'one group has no rule for the addresses of both families',
    given: configuredEvidence(
      {
        dns: [dns(HOST, ['10.0.1.5', 'fd00::5'])],
        tcp: [tcp(HOST, { '10.0.1.5': 'timeout', 'fd00::5': 'timeout' })],
      },
      factsOf({
        NetworkInterfaces: [
          { ...ofClient, Ipv6Addresses: [{ Ipv6Address: 'fd00::c' }] },
          { ...ofEndpoint, Ipv6Addresses: [{ Ipv6Address: 'fd00::5' }] },
        ],
        SecurityGroupRules: [{ ...clientRule }, { ...replies }],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'certain',
    summary: ['Packets to 2 addresses are dropped by sg-0e'],
  },
];
