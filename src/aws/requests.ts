import { canonicalAddress, familyOf } from '../net/address/address.js';
import type { AwsRequest, CallName } from './calls.js';

/**
 * The questions to AWS. `collect` asks them with the ids that it found, and `collect --commands` prints them with the ids that are
 * known before anything was asked. Lists always have a filter where there is something to filter by: the quota of calls without
 * one is much smaller.
 */

interface Filter {
  Name: string;
  Values: readonly string[];
}

function filtered(action: CallName, ...filters: readonly (Filter | null)[]): AwsRequest {
  const given = filters.filter((each) => each !== null);
  return { action, input: given.length === 0 ? {} : { Filters: given } };
}

/** A filter; null where nothing is known to filter by. */
function by(name: string, values: readonly string[] | null): Filter | null {
  return values === null ? null : { Name: name, Values: values };
}

/** Whose credentials these are. */
export const callerRequest: AwsRequest = { action: 'GetCallerIdentity', input: {} };

/** The interfaces with these private addresses. A filter has one family. */
export function interfacesWith(addresses: readonly string[]): AwsRequest[] {
  const [four, six] = ([4, 6] as const).map((family) =>
    [...new Set(addresses.map(canonicalAddress))].filter((each) => familyOf(each) === family),
  );
  return [
    ...(four === undefined || four.length === 0
      ? []
      : [filtered('DescribeNetworkInterfaces', by('addresses.private-ip-address', four))]),
    ...(six === undefined || six.length === 0
      ? []
      : [filtered('DescribeNetworkInterfaces', by('ipv6-addresses.ipv6-address', six))]),
  ];
}

/** The interfaces with these ids. */
export function interfacesNamed(ids: readonly string[]): AwsRequest {
  return filtered('DescribeNetworkInterfaces', by('network-interface-id', ids));
}

/** All interfaces of VPCs. */
export function interfacesIn(vpcIds: readonly string[] | null): AwsRequest {
  return filtered('DescribeNetworkInterfaces', by('vpc-id', vpcIds));
}

/** The interfaces of VPC endpoints, of every VPC. */
export const endpointInterfaces: AwsRequest = filtered('DescribeNetworkInterfaces', {
  Name: 'interface-type',
  Values: ['vpc_endpoint'],
});

/** The endpoint with an id. An id that does not exist gives an empty list, and not an error. */
export function endpointNamed(id: string): AwsRequest {
  return filtered('DescribeVpcEndpoints', by('vpc-endpoint-id', [id]));
}

/** The endpoints of VPCs. */
export function endpointsIn(vpcIds: readonly string[] | null): AwsRequest {
  return filtered('DescribeVpcEndpoints', by('vpc-id', vpcIds));
}

/** The rules of security groups. This call has no filter for a VPC. */
export function rulesOf(groupIds: readonly string[] | null): AwsRequest {
  return filtered('DescribeSecurityGroupRules', by('group-id', groupIds));
}

/** What the network of VPCs is: blocks, subnets, ACLs and routes. */
export function networkOf(vpcIds: readonly string[] | null): AwsRequest[] {
  const calls = ['DescribeNetworkAcls', 'DescribeRouteTables', 'DescribeSubnets', 'DescribeVpcs'] as const;
  return calls.map((action) => filtered(action, by('vpc-id', vpcIds)));
}

/** The attributes that decide about DNS in a VPC. One call gives one attribute. */
export function dnsAttributesOf(vpcId: string): AwsRequest[] {
  return ['enableDnsSupport', 'enableDnsHostnames'].map((Attribute) => ({
    action: 'DescribeVpcAttribute',
    input: { VpcId: vpcId, Attribute },
  }));
}

/** Sets of DHCP options. */
export function dhcpOptionsNamed(ids: readonly string[] | null): AwsRequest {
  return filtered('DescribeDhcpOptions', by('dhcp-options-id', ids));
}

/** The blocks of a prefix list. */
export function prefixListNamed(id: string): AwsRequest {
  return { action: 'GetManagedPrefixListEntries', input: { PrefixListId: id } };
}

/** Peerings of VPCs. */
export function peeringsNamed(ids: readonly string[] | null): AwsRequest {
  return filtered('DescribeVpcPeeringConnections', by('vpc-peering-connection-id', ids));
}

/** The attachments of VPCs to transit gateways. */
export function attachmentsOf(vpcIds: readonly string[] | null): AwsRequest {
  return filtered('DescribeTransitGatewayVpcAttachments', by('vpc-id', vpcIds));
}

/** A REST API with its stages, deployments and methods. */
export function apiRequests(restApiId: string): AwsRequest[] {
  return [
    { action: 'GetRestApi', input: { restApiId } },
    { action: 'GetStages', input: { restApiId } },
    { action: 'GetDeployments', input: { restApiId } },
    { action: 'GetResources', input: { restApiId, embed: ['methods'] } },
  ];
}

/** A deployment with the methods that it has. */
export function deploymentNamed(restApiId: string, deploymentId: string): AwsRequest {
  return { action: 'GetDeployment', input: { restApiId, deploymentId, embed: ['apisummary'] } };
}

/** What API Gateway may do in the account. */
export const accountRequest: AwsRequest = { action: 'GetAccount', input: {} };

/** A custom domain name and the APIs behind it. */
export function domainNameRequests(domainName: string): AwsRequest[] {
  return [
    { action: 'GetDomainName', input: { domainName } },
    { action: 'GetBasePathMappings', input: { domainName } },
    { action: 'GetDomainNameAccessAssociations', input: { resourceOwner: 'SELF' } },
  ];
}

/** How long before and after an answer its lines can be in the log, in milliseconds: clocks differ. */
const aroundMs = 300_000;

/** The lines of one request in the execution log of a stage. */
export function logRequest(apiId: string, stage: string, requestId: string, atMs: number): AwsRequest {
  return {
    action: 'FilterLogEvents',
    input: {
      logGroupName: `API-Gateway-Execution-Logs_${apiId}/${stage}`,
      filterPattern: `"${requestId}"`,
      startTime: atMs - aroundMs,
      endTime: atMs + aroundMs,
    },
  };
}

/** The rule groups of DNS Firewall that a VPC uses. */
export function firewallGroupsOf(vpcId: string): AwsRequest {
  return { action: 'ListFirewallRuleGroupAssociations', input: { VpcId: vpcId } };
}

/** The rules of a group of DNS Firewall. */
export function firewallRulesOf(groupId: string): AwsRequest {
  return { action: 'ListFirewallRules', input: { FirewallRuleGroupId: groupId } };
}

/** The names in a domain list of DNS Firewall. */
export function firewallDomainsOf(listId: string): AwsRequest {
  return { action: 'ListFirewallDomains', input: { FirewallDomainListId: listId } };
}

/** The private zones of a VPC, and the rules by which its names are forwarded or blocked. */
export function nameRequests(vpcId: string, region: string): AwsRequest[] {
  return [
    { action: 'ListHostedZonesByVPC', input: { VPCId: vpcId, VPCRegion: region } },
    { action: 'ListResolverRules', input: {} },
    { action: 'ListResolverRuleAssociations', input: {} },
    firewallGroupsOf(vpcId),
    { action: 'ListFirewallConfigs', input: {} },
  ];
}
