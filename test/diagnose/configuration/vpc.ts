import { withGates } from '../../../src/diagnose/configuration/gates.js';
import type { Ec2Facts, FactsDocument, RouteFacts } from '../../../src/documents/facts.js';
import type { Evidence } from '../../../src/documents/report.js';
import { header } from '../../report/documents.js';
import { CLIENT, dns, evidence, type Given, HOST, tcp, VPCE } from '../evidence.js';

/**
 * The configuration of a healthy VPC: a client with sg-0c in subnet-0c, and an endpoint with sg-0e and interfaces in two
 * subnets. Each subnet has a network ACL and all have one route table. A test changes what it is about.
 */

export const VPC = 'vpc-0a';
const REGION = 'us-east-1';

const everywhere = { RuleNumber: 100, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' };
const atEnd = { RuleNumber: 32767, Protocol: '-1', RuleAction: 'deny', CidrBlock: '0.0.0.0/0' };

export type Entry = NonNullable<NonNullable<Ec2Facts['NetworkAcls']>[number]['Entries']>[number];

/** An ACL of one subnet that allows everything, unless entries are given. */
export function acl(
  id: string,
  subnet: string,
  entries: readonly Entry[] = [
    { ...everywhere, Egress: true },
    { ...everywhere, Egress: false },
  ],
) {
  return {
    NetworkAclId: id,
    VpcId: VPC,
    Associations: [{ SubnetId: subnet }],
    Entries: [...entries, { ...atEnd, Egress: true }, { ...atEnd, Egress: false }],
  };
}

const subnet = (id: string, CidrBlock: string, AvailabilityZone = `${REGION}a`) => ({
  SubnetId: id,
  VpcId: VPC,
  CidrBlock,
  AvailabilityZone,
});

export const healthy: Required<
  Omit<Ec2Facts, 'VpcPeeringConnections' | 'TransitGatewayVpcAttachments' | 'SecurityGroups' | 'PrefixLists'>
> = {
  VpcEndpoints: [
    {
      VpcEndpointId: VPCE,
      VpcEndpointType: 'Interface',
      VpcId: VPC,
      ServiceName: `com.amazonaws.${REGION}.execute-api`,
      State: 'available',
      SubnetIds: ['subnet-0e1', 'subnet-0e2'],
      NetworkInterfaceIds: ['eni-0e1', 'eni-0e2'],
      Groups: [{ GroupId: 'sg-0e' }],
      PrivateDnsEnabled: true,
    },
  ],
  NetworkInterfaces: [
    {
      NetworkInterfaceId: 'eni-0c',
      InterfaceType: 'interface',
      VpcId: VPC,
      SubnetId: 'subnet-0c',
      Groups: [{ GroupId: 'sg-0c' }],
      PrivateIpAddress: CLIENT,
    },
    {
      NetworkInterfaceId: 'eni-0e1',
      InterfaceType: 'vpc_endpoint',
      VpcId: VPC,
      SubnetId: 'subnet-0e1',
      Groups: [{ GroupId: 'sg-0e' }],
      PrivateIpAddress: '10.0.1.5',
    },
    {
      NetworkInterfaceId: 'eni-0e2',
      InterfaceType: 'vpc_endpoint',
      VpcId: VPC,
      SubnetId: 'subnet-0e2',
      Groups: [{ GroupId: 'sg-0e' }],
      PrivateIpAddress: '10.0.2.5',
    },
  ],
  SecurityGroupRules: [
    {
      SecurityGroupRuleId: 'sgr-0c1',
      GroupId: 'sg-0c',
      IsEgress: true,
      IpProtocol: '-1',
      FromPort: -1,
      ToPort: -1,
      CidrIpv4: '0.0.0.0/0',
    },
    {
      SecurityGroupRuleId: 'sgr-0e1',
      GroupId: 'sg-0e',
      IsEgress: false,
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      ReferencedGroupInfo: { GroupId: 'sg-0c' },
    },
    {
      SecurityGroupRuleId: 'sgr-0e2',
      GroupId: 'sg-0e',
      IsEgress: true,
      IpProtocol: '-1',
      FromPort: -1,
      ToPort: -1,
      CidrIpv4: '0.0.0.0/0',
    },
  ],
  NetworkAcls: [acl('acl-0c', 'subnet-0c'), acl('acl-0e1', 'subnet-0e1'), acl('acl-0e2', 'subnet-0e2')],
  RouteTables: [
    {
      RouteTableId: 'rtb-0a',
      VpcId: VPC,
      Associations: [{ Main: true }],
      Routes: [
        {
          DestinationCidrBlock: '10.0.0.0/16',
          GatewayId: 'local',
          Origin: 'CreateRouteTable',
          State: 'active',
        },
        { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-0a', Origin: 'CreateRoute', State: 'active' },
      ],
    },
  ],
  Subnets: [
    subnet('subnet-0c', '10.0.9.0/24'),
    subnet('subnet-0e1', '10.0.1.0/24'),
    subnet('subnet-0e2', '10.0.2.0/24', `${REGION}b`),
  ],
  Vpcs: [
    {
      VpcId: VPC,
      DhcpOptionsId: 'dopt-0a',
      CidrBlock: '10.0.0.0/16',
      CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }],
    },
  ],
  VpcAttributes: { [VPC]: { enableDnsSupport: true, enableDnsHostnames: true } },
  DhcpOptions: [
    {
      DhcpOptionsId: 'dopt-0a',
      DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] }],
    },
  ],
};

export const client: NonNullable<FactsDocument['client']> = {
  interfaceId: 'eni-0c',
  vpcId: VPC,
  subnetId: 'subnet-0c',
  groups: ['sg-0c'],
  addresses: [CLIENT],
};

/** Facts about the healthy VPC, read when the packets were sent, with other lists in place of its own. */
export function factsOf(ec2: Ec2Facts = {}, changes: Partial<FactsDocument> = {}): FactsDocument {
  return {
    ...header('facts'),
    collectedAt: '2026-01-02T03:00:00.000Z',
    region: REGION,
    account: '123456789012',
    source: 'aws',
    calls: [],
    client,
    ec2: { ...healthy, ...ec2 },
    apigateway: {},
    ...changes,
  };
}

/** Evidence with configuration, and the gates that follow from both. */
export function configuredEvidence(given: Given, facts: FactsDocument): Evidence {
  return withGates(evidence({ ...given, configuration: facts }));
}

/** The name gives one address, which does not answer. */
export function silentAt(address: string): Given {
  return { dns: [dns(HOST, [address])], tcp: [tcp(HOST, { [address]: 'timeout' })] };
}

/** The name gives a public address. */
export const publicAnswer: Given = silentAt('52.94.10.5');

/** The route table with other routes beside the local one. */
export function routes(...more: RouteFacts[]): Pick<Ec2Facts, 'RouteTables'> {
  const [table] = healthy.RouteTables;
  return { RouteTables: [{ ...table, Routes: [...(table?.Routes?.slice(0, 1) ?? []), ...more] }] };
}

/** The healthy VPC with one rule of the endpoint's group, for another source than the client's group. */
export function onlyRule(source: object, more: Ec2Facts = {}): Ec2Facts {
  const [clientRule, ingress] = healthy.SecurityGroupRules;
  const { ReferencedGroupInfo: _, ...rule } = ingress ?? {};
  return { ...more, SecurityGroupRules: [{ ...clientRule }, { ...rule, ...source }] };
}
