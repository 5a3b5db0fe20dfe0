import type { FactsDocument } from '../../../src/documents/facts.js';
import { escapedPolicy } from '../../aws-server/description.js';
import type { Policy } from '../endpoint/policy.js';
import { accountId, addresses, apiId, names, region, stage, vpceId, vpcId } from '../facts.js';

/**
 * The lab's VPC as AWS describes it. `packets.ts` makes packet filters, routes, zones and policies of such a description, and
 * the fixture server answers from it, so that packets and facts come from one place.
 */
export type LabConfiguration = Pick<FactsDocument, 'ec2' | 'apigateway' | 'route53' | 'route53resolver'>;

type Ec2 = LabConfiguration['ec2'];

/** The identifiers of the lab. They have the forms of AWS. */
export const ids = {
  client: {
    eni: 'eni-0c11e470000000001',
    subnet: 'subnet-0c11e470000000001',
    acl: 'acl-0c11e470000000001',
    group: 'sg-0c11e470000000001',
    egress: 'sgr-0c11e470000000001',
    egress6: 'sgr-0c11e470000000002',
  },
  endpoint: {
    group: 'sg-0e4d9017000000001',
    ingress: 'sgr-0e4d9017000000001',
    enis: ['eni-0e4d901700000000a', 'eni-0e4d901700000000b'],
    subnets: ['subnet-0e4d901700000000a', 'subnet-0e4d901700000000b'],
    acls: ['acl-0e4d901700000000a', 'acl-0e4d901700000000b'],
  },
  routeTable: 'rtb-0f1e2d3c4b5a69788',
  dhcpOptions: 'dopt-0f1e2d3c4b5a69788',
  nat: 'nat-0f1e2d3c4b5a69788',
  egressOnly: 'eigw-0f1e2d3c4b5a69788',
  deployment: 'dep123',
} as const;

type AclEntry = NonNullable<NonNullable<Ec2['NetworkAcls']>[number]['Entries']>[number];

/** What AWS appends to each network ACL: whatever no rule matches is denied. */
const lastEntries: AclEntry[] = [true, false].flatMap((Egress) => [
  { RuleNumber: 32767, Egress, Protocol: '-1', RuleAction: 'deny', CidrBlock: '0.0.0.0/0' },
  { RuleNumber: 32768, Egress, Protocol: '-1', RuleAction: 'deny', Ipv6CidrBlock: '::/0' },
]);

/** The entries of one direction that allow everything. */
export function everything(Egress: boolean): AclEntry[] {
  return [
    { RuleNumber: 100, Egress, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
    { RuleNumber: 101, Egress, Protocol: '-1', RuleAction: 'allow', Ipv6CidrBlock: '::/0' },
  ];
}

/** A network ACL of one subnet. */
export function networkAcl(
  id: string,
  subnet: string,
  entries: readonly AclEntry[] = [...everything(true), ...everything(false)],
): NonNullable<Ec2['NetworkAcls']>[number] {
  return {
    NetworkAclId: id,
    VpcId: vpcId,
    IsDefault: false,
    Associations: [{ SubnetId: subnet }],
    Entries: [...entries, ...lastEntries],
  };
}

type GroupRule = NonNullable<Ec2['SecurityGroupRules']>[number];

/** A rule of a security group for TCP, of one port or of all. */
export function groupRule(
  id: string,
  GroupId: string,
  IsEgress: boolean,
  port: number | null,
  peer: Pick<GroupRule, 'CidrIpv4' | 'CidrIpv6' | 'PrefixListId' | 'ReferencedGroupInfo'>,
): GroupRule {
  const ports =
    port === null
      ? { IpProtocol: '-1', FromPort: -1, ToPort: -1 }
      : { IpProtocol: 'tcp', FromPort: port, ToPort: port };
  return { SecurityGroupRuleId: id, GroupId, IsEgress, ...ports, ...peer };
}

function networkInterface(
  NetworkInterfaceId: string,
  InterfaceType: string,
  SubnetId: string,
  group: string,
  { ipv4, ipv6 }: { ipv4: string; ipv6: string },
) {
  return {
    NetworkInterfaceId,
    InterfaceType,
    VpcId: vpcId,
    SubnetId,
    AvailabilityZone: `${region}a`,
    OwnerId: accountId,
    Status: 'in-use',
    Groups: [{ GroupId: group }],
    PrivateIpAddress: ipv4,
    PrivateIpAddresses: [{ PrivateIpAddress: ipv4 }],
    Ipv6Addresses: [{ Ipv6Address: ipv6 }],
  };
}

function subnet(SubnetId: string, CidrBlock: string, Ipv6CidrBlock: string, zone: string) {
  return {
    SubnetId,
    VpcId: vpcId,
    OwnerId: accountId,
    AvailabilityZone: `${region}${zone}`,
    CidrBlock,
    Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock }],
  };
}

/** The form that AWS recommends: only requests through one endpoint. */
const resourcePolicy: Policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': vpceId } },
    },
  ],
};

/** A policy as GetRestApi has it: `execute-api:/…` was written out when it was saved, and the text is escaped twice. */
export function savedPolicy(policy: Policy): string {
  const arn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/`;
  const text = JSON.stringify(policy).replaceAll('execute-api:/', arn);
  return escapedPolicy(JSON.parse(text) as Policy);
}

const createdDate = '2026-01-02T03:04:05.000Z';
const { client, endpoint } = ids;
const [eniA, eniB] = endpoint.enis;
const [subnetA, subnetB] = endpoint.subnets;

export const healthyEc2 = {
  VpcEndpoints: [
    {
      VpcEndpointId: vpceId,
      VpcEndpointType: 'Interface',
      VpcId: vpcId,
      ServiceName: `com.amazonaws.${region}.execute-api`,
      State: 'available',
      OwnerId: accountId,
      SubnetIds: [...endpoint.subnets],
      NetworkInterfaceIds: [...endpoint.enis],
      Groups: [{ GroupId: endpoint.group }],
      PrivateDnsEnabled: true,
      DnsEntries: [{ DnsName: names.vpce }, { DnsName: names.zoneA }, { DnsName: names.zoneB }],
      PolicyDocument: JSON.stringify({
        Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
      }),
    },
  ],
  NetworkInterfaces: [
    networkInterface(client.eni, 'interface', client.subnet, client.group, addresses.client),
    networkInterface(eniA, 'vpc_endpoint', subnetA, endpoint.group, addresses.eniA),
    networkInterface(eniB, 'vpc_endpoint', subnetB, endpoint.group, addresses.eniB),
  ],
  SecurityGroupRules: [
    groupRule(client.egress, client.group, true, null, { CidrIpv4: '0.0.0.0/0' }),
    groupRule(client.egress6, client.group, true, null, { CidrIpv6: '::/0' }),
    groupRule(endpoint.ingress, endpoint.group, false, 443, {
      ReferencedGroupInfo: { GroupId: client.group },
    }),
  ],
  NetworkAcls: [
    networkAcl(client.acl, client.subnet),
    networkAcl(endpoint.acls[0], subnetA),
    networkAcl(endpoint.acls[1], subnetB),
  ],
  RouteTables: [
    {
      RouteTableId: ids.routeTable,
      VpcId: vpcId,
      Associations: [{ Main: true }],
      Routes: [
        route({ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable' }),
        route({ DestinationIpv6CidrBlock: 'fd10::/48', GatewayId: 'local', Origin: 'CreateRouteTable' }),
        route({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: ids.nat }),
        route({ DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: ids.egressOnly }),
      ],
    },
  ],
  Subnets: [
    subnet(client.subnet, '10.0.1.0/24', 'fd10:0:0:1::/64', 'a'),
    subnet(subnetA, '10.0.2.0/24', 'fd10:0:0:2::/64', 'a'),
    subnet(subnetB, '10.0.3.0/24', 'fd10:0:0:3::/64', 'b'),
  ],
  Vpcs: [
    {
      VpcId: vpcId,
      OwnerId: accountId,
      DhcpOptionsId: ids.dhcpOptions,
      CidrBlock: '10.0.0.0/16',
      CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }],
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: 'fd10::/48' }],
    },
  ],
  VpcAttributes: { [vpcId]: { enableDnsSupport: true, enableDnsHostnames: true } },
  DhcpOptions: [
    {
      DhcpOptionsId: ids.dhcpOptions,
      DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] }],
    },
  ],
  PrefixLists: {},
  VpcPeeringConnections: [],
  TransitGatewayVpcAttachments: [],
} satisfies Ec2;

/** An active route that somebody made. */
export function route(members: NonNullable<NonNullable<Ec2['RouteTables']>[number]['Routes']>[number]) {
  return { State: 'active', Origin: 'CreateRoute', ...members };
}

export const healthyApiGateway = {
  restApi: {
    id: apiId,
    createdDate,
    endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: [vpceId] },
    disableExecuteApiEndpoint: false,
    policy: savedPolicy(resourcePolicy),
  },
  stages: [{ stageName: stage, deploymentId: ids.deployment, createdDate, lastUpdatedDate: createdDate }],
  deployments: [{ id: ids.deployment, createdDate }],
} satisfies LabConfiguration['apigateway'];

/** The lab's VPC in its healthy state. */
export const healthyConfiguration: LabConfiguration = {
  ec2: healthyEc2,
  apigateway: healthyApiGateway,
  route53: { HostedZoneSummaries: [] },
  route53resolver: { ResolverRules: [], ResolverRuleAssociations: [] },
};

/** The healthy description with other lists in place of its own. */
export function configuration(
  ec2: Ec2 = {},
  { apigateway = {}, ...rest }: Partial<Omit<LabConfiguration, 'ec2'>> = {},
): LabConfiguration {
  return {
    ...healthyConfiguration,
    ...rest,
    ec2: { ...healthyEc2, ...ec2 },
    apigateway: { ...healthyApiGateway, ...apigateway },
  };
}

/** The healthy security groups, with a rule in place of the endpoint's inbound one or, if null, without any. */
export function endpointIngress(rule: GroupRule | null): LabConfiguration {
  const others = healthyEc2.SecurityGroupRules.filter(
    ({ SecurityGroupRuleId }) => SecurityGroupRuleId !== endpoint.ingress,
  );
  return configuration({ SecurityGroupRules: [...others, ...(rule === null ? [] : [rule])] });
}

/** The healthy endpoint with members changed. */
export function endpointWith(change: Partial<NonNullable<Ec2['VpcEndpoints']>[number]>): LabConfiguration {
  return configuration({ VpcEndpoints: healthyEc2.VpcEndpoints.map((each) => ({ ...each, ...change })) });
}

/** The healthy API with members changed. */
export function apiWith(
  change: Partial<NonNullable<LabConfiguration['apigateway']['restApi']>>,
): LabConfiguration {
  return configuration({}, { apigateway: { restApi: { ...healthyApiGateway.restApi, ...change } } });
}

/** The ACL of the endpoint's second subnet with entries of its own. */
export function secondSubnetAcl(...entries: AclEntry[]): LabConfiguration {
  return configuration({
    NetworkAcls: [...healthyEc2.NetworkAcls.slice(0, 2), networkAcl(endpoint.acls[1], subnetB, entries)],
  });
}
