import type { Item } from './description.js';

/** One operation of EC2 that lists something. */
export interface ListOperation {
  /** The key of the list, in the answer and in the description. */
  list: string;
  /** The parameter with ids, without its number, and the member that holds an item's id. */
  idParameter: string;
  id: string;
  /** The code of the error for an id that does not exist. */
  notFound: string;
  /** The largest and smallest MaxResults. */
  most: number;
  least: number;
  /** The members of an item that each filter compares, as a path. */
  filters: Readonly<Record<string, string>>;
}

function operation(
  list: string,
  idParameter: string,
  notFound: string,
  filters: Readonly<Record<string, string>>,
  { id = idParameter, most = 1000 } = {},
): ListOperation {
  return { list, idParameter, id, notFound, most, least: 5, filters };
}

const vpc = { 'vpc-id': 'VpcId', 'owner-id': 'OwnerId' };

/** The operations of EC2 that the fixture server knows, and the filters of each that a reader of configuration may use. */
export const listOperations: Readonly<Record<string, ListOperation>> = {
  DescribeVpcEndpoints: operation('VpcEndpoints', 'VpcEndpointId', 'InvalidVpcEndpointId.NotFound', {
    'vpc-id': 'VpcId',
    'vpc-endpoint-id': 'VpcEndpointId',
    'vpc-endpoint-type': 'VpcEndpointType',
    'vpc-endpoint-state': 'State',
    'service-name': 'ServiceName',
  }),
  DescribeNetworkInterfaces: operation(
    'NetworkInterfaces',
    'NetworkInterfaceId',
    'InvalidNetworkInterfaceID.NotFound',
    {
      ...vpc,
      'network-interface-id': 'NetworkInterfaceId',
      'subnet-id': 'SubnetId',
      'interface-type': 'InterfaceType',
      'group-id': 'Groups.GroupId',
      'addresses.private-ip-address': 'PrivateIpAddresses.PrivateIpAddress',
      'private-ip-address': 'PrivateIpAddress',
      'ipv6-addresses.ipv6-address': 'Ipv6Addresses.Ipv6Address',
    },
  ),
  DescribeSecurityGroupRules: operation(
    'SecurityGroupRules',
    'SecurityGroupRuleId',
    'InvalidSecurityGroupRuleId.NotFound',
    { 'group-id': 'GroupId', 'security-group-rule-id': 'SecurityGroupRuleId' },
  ),
  DescribeSecurityGroups: operation('SecurityGroups', 'GroupId', 'InvalidGroup.NotFound', {
    ...vpc,
    'group-id': 'GroupId',
    'group-name': 'GroupName',
  }),
  DescribeSecurityGroupVpcAssociations: operation(
    'SecurityGroupVpcAssociations',
    'AssociationId',
    'InvalidGroup.NotFound',
    { 'vpc-id': 'VpcId', 'group-id': 'GroupId', state: 'State' },
  ),
  DescribeNetworkAcls: operation('NetworkAcls', 'NetworkAclId', 'InvalidNetworkAclID.NotFound', {
    ...vpc,
    'association.subnet-id': 'Associations.SubnetId',
    default: 'IsDefault',
    'network-acl-id': 'NetworkAclId',
  }),
  DescribeRouteTables: operation(
    'RouteTables',
    'RouteTableId',
    'InvalidRouteTableID.NotFound',
    {
      ...vpc,
      'association.subnet-id': 'Associations.SubnetId',
      'association.main': 'Associations.Main',
      'route-table-id': 'RouteTableId',
    },
    { most: 100 },
  ),
  DescribeSubnets: operation('Subnets', 'SubnetId', 'InvalidSubnetID.NotFound', {
    ...vpc,
    'subnet-id': 'SubnetId',
    'cidr-block': 'CidrBlock',
    'availability-zone': 'AvailabilityZone',
  }),
  DescribeVpcs: operation('Vpcs', 'VpcId', 'InvalidVpcID.NotFound', {
    ...vpc,
    'dhcp-options-id': 'DhcpOptionsId',
    cidr: 'CidrBlock',
  }),
  DescribeDhcpOptions: operation('DhcpOptions', 'DhcpOptionsId', 'InvalidDhcpOptionID.NotFound', {
    'dhcp-options-id': 'DhcpOptionsId',
    key: 'DhcpConfigurations.Key',
  }),
  DescribeManagedPrefixLists: operation(
    'ManagedPrefixLists',
    'PrefixListId',
    'InvalidPrefixListID.NotFound',
    { 'prefix-list-id': 'PrefixListId', 'prefix-list-name': 'PrefixListName', 'owner-id': 'OwnerId' },
    { most: 100 },
  ),
  DescribePrefixLists: operation('PrefixLists', 'PrefixListId', 'InvalidPrefixListId.NotFound', {
    'prefix-list-id': 'PrefixListId',
    'prefix-list-name': 'PrefixListName',
  }),
  DescribeVpcPeeringConnections: operation(
    'VpcPeeringConnections',
    'VpcPeeringConnectionId',
    'InvalidVpcPeeringConnectionID.NotFound',
    {
      'vpc-peering-connection-id': 'VpcPeeringConnectionId',
      'accepter-vpc-info.vpc-id': 'AccepterVpcInfo.VpcId',
      'requester-vpc-info.vpc-id': 'RequesterVpcInfo.VpcId',
      'status-code': 'Status.Code',
    },
  ),
  DescribeTransitGatewayVpcAttachments: operation(
    'TransitGatewayVpcAttachments',
    // The one parameter of these operations whose name on the wire is in the plural.
    'TransitGatewayAttachmentIds',
    'InvalidTransitGatewayAttachmentID.NotFound',
    {
      'vpc-id': 'VpcId',
      state: 'State',
      'transit-gateway-id': 'TransitGatewayId',
      'transit-gateway-attachment-id': 'TransitGatewayAttachmentId',
    },
    { id: 'TransitGatewayAttachmentId' },
  ),
};

/** The values of an item at a path of members; a list on the way gives those of all its items. */
export function valuesAt(item: unknown, path: string): string[] {
  let found: unknown[] = [item];
  for (const name of path.split('.')) {
    found = found
      .flat()
      .flatMap((each) => (typeof each === 'object' && each !== null ? [(each as Item)[name]] : []));
  }
  return found
    .flat()
    .filter((value) => value !== undefined && value !== null)
    .map(String);
}

/** Whether a text equals a filter's value, in which `*` is any run of characters and `?` any one. */
export function matchesFilter(value: string, pattern: string): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : `\\${character}`;
  });
  return new RegExp(`^${source}$`, 's').test(value);
}
