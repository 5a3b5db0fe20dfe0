import type { FactsDocument } from '../../../src/documents/facts.js';
import {
  acl,
  configuredEvidence,
  factsOf,
  healthy,
  onlyRule,
  routes,
  silentAt,
  VPC,
} from '../configuration/vpc.js';
import type { Row } from './row.js';

/** Routes that end, that do not decide, and that lead through something which changes what the target sees. */

const [endpoint] = healthy.VpcEndpoints;
const [clientRule, ingress] = healthy.SecurityGroupRules;
const [table] = healthy.RouteTables;

/** An endpoint in a peered VPC, whose group allows the client's group. */
function peered(more: { rule?: object; region?: string }): FactsDocument {
  const far = { NetworkInterfaceId: 'eni-0f', VpcId: 'vpc-0f', SubnetId: 'subnet-0f' };
  const groups = [{ GroupId: 'sg-0f' }];
  const way = { VpcPeeringConnectionId: 'pcx-0f', State: 'active' };
  return factsOf({
    VpcEndpoints: [
      {
        ...endpoint,
        VpcEndpointId: 'vpce-0f',
        VpcId: 'vpc-0f',
        NetworkInterfaceIds: ['eni-0f'],
        Groups: groups,
      },
    ],
    NetworkInterfaces: [
      ...healthy.NetworkInterfaces,
      { ...far, InterfaceType: 'vpc_endpoint', Groups: groups, PrivateIpAddress: '10.9.0.20' },
    ],
    Subnets: [...healthy.Subnets, { SubnetId: 'subnet-0f', VpcId: 'vpc-0f', CidrBlock: '10.9.0.0/24' }],
    Vpcs: [...healthy.Vpcs, { VpcId: 'vpc-0f', CidrBlock: '10.9.0.0/16' }],
    NetworkAcls: [...healthy.NetworkAcls, acl('acl-0f', 'subnet-0f')],
    RouteTables: [
      { ...table, Routes: [...(table?.Routes ?? []), { DestinationCidrBlock: '10.9.0.0/16', ...way }] },
      {
        RouteTableId: 'rtb-0f',
        VpcId: 'vpc-0f',
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: '10.0.0.0/16', ...way }],
      },
    ],
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: 'pcx-0f',
        Status: { Code: 'active' },
        AccepterVpcInfo: { VpcId: 'vpc-0f', Region: 'us-east-1' },
        RequesterVpcInfo: { VpcId: VPC, Region: more.region ?? 'us-east-1' },
      },
    ],
    SecurityGroupRules: [
      { ...clientRule },
      {
        ...ingress,
        GroupId: 'sg-0f',
        SecurityGroupRuleId: 'sgr-0f',
        ReferencedGroupInfo: { GroupId: 'sg-0c', ...more.rule },
      },
    ],
  });
}

/** The same facts, but the interface is of a third VPC, whose block overlaps with that of the peered one. */
function overlapping(facts: FactsDocument): FactsDocument {
  const { NetworkInterfaces = [], VpcPeeringConnections = [] } = facts.ec2;
  return {
    ...facts,
    ec2: {
      ...facts.ec2,
      NetworkInterfaces: NetworkInterfaces.map((each) =>
        each.VpcId === 'vpc-0f' ? { ...each, VpcId: 'vpc-0d', SubnetId: 'subnet-0d' } : each,
      ),
      VpcPeeringConnections: VpcPeeringConnections.map((each) => ({
        ...each,
        AccepterVpcInfo: { ...each.AccepterVpcInfo, CidrBlock: '10.9.0.0/16' },
      })),
    },
  };
}

export const configuredRouteRows: Row[] = [
  {
    name: 'a rule names the group of the client, which a peering to another Region does not carry',
    given: configuredEvidence(silentAt('10.9.0.20'), peered({ region: 'eu-west-1' })),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'certain',
    evidence: ['sgr-0f names sg-0c, and groups of another Region or behind this route do not count'],
    remedy: [/IpRanges=\[\{CidrIp=10\.0\.9\.15\/32\}\]/],
  },
  {
    name: 'a rule names the group of the client as that of a peering that was deleted',
    given: configuredEvidence(silentAt('10.9.0.20'), peered({ rule: { PeeringStatus: 'deleted' } })),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'certain',
    evidence: ['sgr-0f names sg-0c of a peering that no longer exists (stale)'],
  },
  {
    name: 'a route inside the VPC leads to a firewall that is gone',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({
        RouteTables: [
          {
            ...table,
            Routes: [
              ...(table?.Routes ?? []),
              { DestinationCidrBlock: '10.0.1.0/24', NetworkInterfaceId: 'eni-0f', State: 'blackhole' },
            ],
          },
        ],
      }),
    ),
    class: 'timeout',
    cause: 'route.blackhole',
    confidence: 'certain',
    remedy: [/delete-route .*--route-table-id rtb-0a --destination-cidr-block 10\.0\.1\.0\/24/],
  },
  {
    name: 'a learned route that is longer than the local one, which comes first',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({
        ...routes({
          DestinationCidrBlock: '10.0.1.0/24',
          GatewayId: 'vgw-0a',
          Origin: 'EnableVgwRoutePropagation',
          State: 'blackhole',
        }),
        SecurityGroupRules: [{ ...clientRule }],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.security-group',
    confidence: 'certain',
  },
  {
    name: 'a NAT gateway inside the VPC, whose address the group of the endpoint then sees',
    given: configuredEvidence(
      silentAt('10.0.1.5'),
      factsOf({
        ...onlyRule({ CidrIpv4: '10.0.3.0/24' }),
        ...routes({ DestinationCidrBlock: '10.0.1.0/24', NatGatewayId: 'nat-0a', State: 'active' }),
      }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['not readable: whether nat-0a sends packets to 10.0.1.5 on inside the VPC'],
  },
  {
    name: 'a NAT gateway of a VPC in which another table leads to a transit gateway',
    given: configuredEvidence(
      silentAt('10.9.0.20'),
      factsOf({
        RouteTables: [
          ...(routes({ DestinationCidrBlock: '10.0.0.0/8', NatGatewayId: 'nat-0a', State: 'active' })
            .RouteTables ?? []),
          {
            RouteTableId: 'rtb-0b',
            VpcId: VPC,
            Associations: [{ SubnetId: 'subnet-0b' }],
            Routes: [{ DestinationCidrBlock: '10.0.0.0/8', TransitGatewayId: 'tgw-0a', State: 'active' }],
          },
        ],
      }),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['by tgw-0a in rtb-0b'],
  },
  {
    name: 'an interface of another VPC has the address that the peered VPC has, too',
    given: configuredEvidence(
      silentAt('10.9.0.20'),
      overlapping(peered({ rule: { PeeringStatus: 'deleted' } })),
    ),
    class: 'timeout',
    cause: 'tcp.timeout-all',
    confidence: 'low',
    evidence: ['not readable: the security groups of 10.9.0.20'],
  },
];
