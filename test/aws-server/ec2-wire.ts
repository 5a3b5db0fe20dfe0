import type { Item } from './description.js';
import { element } from './xml.js';

/**
 * Names of elements that are not the member's name with a small first letter, as the model of EC2's API has them. Items of every
 * list are `<item>`.
 */
const irregular: Readonly<Record<string, string>> = {
  AssociatedSubnets: 'associatedSubnetSet',
  Associations: 'associationSet',
  Cidrs: 'cidrSet',
  DhcpConfigurations: 'dhcpConfigurationSet',
  DhcpOptions: 'dhcpOptionsSet',
  DnsEntries: 'dnsEntrySet',
  Entries: 'entrySet',
  Groups: 'groupSet',
  Ipv6Addresses: 'ipv6AddressesSet',
  ManagedPrefixLists: 'prefixListSet',
  NetworkAcls: 'networkAclSet',
  NetworkInterfaceIds: 'networkInterfaceIdSet',
  NetworkInterfaces: 'networkInterfaceSet',
  PrefixLists: 'prefixListSet',
  PrivateIpAddresses: 'privateIpAddressesSet',
  PropagatingVgws: 'propagatingVgwSet',
  RouteTableIds: 'routeTableIdSet',
  RouteTables: 'routeTableSet',
  Routes: 'routeSet',
  SecurityGroupRules: 'securityGroupRuleSet',
  SecurityGroupVpcAssociations: 'securityGroupVpcAssociationSet',
  SecurityGroups: 'securityGroupInfo',
  SubnetIds: 'subnetIdSet',
  Subnets: 'subnetSet',
  Tags: 'tagSet',
  UserIdGroupPairs: 'groups',
  Values: 'valueSet',
  VpcEndpoints: 'vpcEndpointSet',
  VpcPeeringConnections: 'vpcPeeringConnectionSet',
  Vpcs: 'vpcSet',
};

/** Members whose element has another name in the items of one list. */
const inList: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SecurityGroups: { Description: 'groupDescription' },
  NetworkAcls: { IsDefault: 'default' },
  TransitGatewayVpcAttachments: { SubnetIds: 'subnetIds' },
};

/** A member as an element. `list`: the list of the answer whose item has the member. */
export function wireElement(member: string, value: unknown, list: string): string {
  const name =
    inList[list]?.[member] ?? irregular[member] ?? `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  return element(name, inner(value, list));
}

function inner(value: unknown, list: string): string | string[] {
  if (Array.isArray(value)) return value.map((each) => element('item', inner(each, list)));
  if (typeof value === 'object' && value !== null) return members(value as Item, list);
  return String(value);
}

/** The elements of an item's members. Members that are not set have none. */
function members(item: Item, list: string): string[] {
  return Object.entries(item).flatMap(([member, value]) =>
    value === undefined || value === null ? [] : [wireElement(member, value, list)],
  );
}
