import { shellLine } from '../core/shell-line.js';
import type { Target } from '../documents/target.js';
import { familyOf } from '../net/address/address.js';
import { type AwsRequest, callOf } from './calls.js';
import {
  accountRequest,
  apiRequests,
  attachmentsOf,
  callerRequest,
  dhcpOptionsNamed,
  dnsAttributesOf,
  domainNameRequests,
  endpointInterfaces,
  endpointsIn,
  firewallGroupsOf,
  interfacesIn,
  interfacesWith,
  nameRequests,
  networkOf,
  peeringsNamed,
  prefixListNamed,
  rulesOf,
} from './requests.js';

/** Stands in a command for the id of a VPC that is not known. */
export const unknownVpc = 'VPC_ID';

/** What the commands are limited to. */
export interface CommandScope {
  vpcId?: string | undefined;
  source?: string | undefined;
  /** The Region, where the target's name has none. */
  region?: string | undefined;
  /** Prefix lists that rules or routes name. */
  prefixLists?: readonly string[];
}

/**
 * The commands of the AWS CLI that read the configuration around a target, one a line: the same calls as `collect` makes. Each
 * writes a file that `--facts` takes; a list that does not say of what it is has the id in the file's name. They only read.
 */
export function collectCommands(target: Target, scope: CommandScope = {}): string[] {
  const region = target.privateApi?.region ?? scope.region ?? null;
  const { host, privateApi: api } = target;
  return [
    ...requestsOf(target, scope).map((request) => commandOf(request, region)),
    ...(api === null && familyOf(host) !== null ? [] : firewallCommands(scope.vpcId ?? unknownVpc, region)),
  ];
}

/**
 * The rules of DNS Firewall and the names in their lists: only the answer before tells the id that the next command asks with, so
 * that each runs for every id, and its answers follow each other in one file.
 */
function firewallCommands(vpcId: string, region: string | null): string[] {
  const words = (action: string, ...more: string[]): string =>
    shellLine(['aws', 'route53resolver', action, ...(region === null ? [] : ['--region', region]), ...more]);
  const each = 'xargs -I ID ';
  const rules = (...more: string[]): string =>
    each + words('list-firewall-rules', '--firewall-rule-group-id', 'ID', ...more);
  const groups = words(
    'list-firewall-rule-group-associations',
    ...['--vpc-id', vpcId, '--query', 'FirewallRuleGroupAssociations[].[FirewallRuleGroupId]'],
    ...['--output', 'text'],
  );
  const json = ['--output', 'json'];
  const lists = [
    '--query',
    'FirewallRules[?FirewallDomainListId].[FirewallDomainListId]',
    '--output',
    'text',
  ];
  const domains = words(
    'list-firewall-domains',
    ...['--firewall-domain-list-id', 'ID'],
    // The answer does not say of which list it is.
    ...['--query', "{FirewallDomainListId: 'ID', Domains: Domains}", ...json],
  );
  return [
    `${groups} | ${rules(...json)} > firewall-rules.json`,
    `${groups} | ${rules(...lists)} | sort -u | ${each}${domains} > firewall-domains.json`,
  ];
}

function requestsOf(
  { host, privateApi: api }: Target,
  { vpcId, source, region, prefixLists = [] }: CommandScope,
): AwsRequest[] {
  const vpcs = vpcId === undefined ? null : [vpcId];
  const apiId = api?.apiId ?? null;
  return [
    callerRequest,
    ...interfacesOf(vpcId, source),
    endpointsIn(vpcs),
    rulesOf(null),
    ...networkOf(vpcs),
    ...dnsAttributesOf(vpcId ?? unknownVpc),
    dhcpOptionsNamed(null),
    { action: 'DescribePrefixLists', input: {} },
    ...prefixLists.map(prefixListNamed),
    peeringsNamed(null),
    attachmentsOf(vpcs),
    ...(api === null
      ? familyOf(host) === null
        ? [firewallGroupsOf(vpcId ?? unknownVpc)]
        : []
      : nameRequests(vpcId ?? unknownVpc, api.region ?? region ?? 'REGION')),
    ...(api === null ? [] : [accountRequest]),
    ...(apiId === null ? [] : apiRequests(apiId)),
    ...(api?.form === 'custom' ? domainNameRequests(host) : []),
  ];
}

/**
 * The interfaces of the client and of the endpoints. An account can have many thousands, so that the list always has a filter:
 * the VPC, or else the client's address and the type of the endpoints' interfaces.
 */
function interfacesOf(vpcId: string | undefined, source: string | undefined): AwsRequest[] {
  const own = source === undefined ? [] : interfacesWith([source]);
  if (vpcId !== undefined) return [interfacesIn([vpcId]), ...own];
  return own.length === 0 ? [interfacesIn([unknownVpc])] : [endpointInterfaces, ...own];
}

/** `aws ec2 describe-subnets --filters Name=vpc-id,Values=vpc-… --output json > subnets.json`. */
function commandOf(request: AwsRequest, region: string | null): string {
  const { service } = callOf(request.action);
  const words = [
    'aws',
    service,
    kebab(request.action),
    ...(region === null ? [] : ['--region', region]),
    ...Object.entries(request.input).flatMap(([name, value]) => [`--${kebab(name)}`, ...wordsOf(value)]),
    '--output',
    'json',
  ];
  return `${shellLine(words)} > ${fileOf(request)}.json`;
}

/** The words of an option: a filter is `Name=vpc-id,Values=a,b`. */
function wordsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [String(value)];
  return value.map((each) =>
    isFilter(each) ? `Name=${each.Name},Values=${each.Values.join(',')}` : String(each),
  );
}

function isFilter(value: unknown): value is { Name: string; Values: readonly string[] } {
  return typeof value === 'object' && value !== null && 'Name' in value && 'Values' in value;
}

/** A name of the API as the AWS CLI writes it: `ListHostedZonesByVPC` is `list-hosted-zones-by-vpc`. */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** The name of the file with the answer. The ids in it tell answers of one call apart. */
function fileOf({ action, input }: AwsRequest): string {
  const { Attribute, restApiId, domainName, PrefixListId, Filters } = input;
  if (typeof Attribute === 'string') return Attribute;
  if (typeof PrefixListId === 'string') return PrefixListId;
  const stem = kebab(action).replace(/^[a-z]+-/, '');
  if (typeof restApiId === 'string' && action !== 'GetRestApi') return `${stem}-${restApiId}`;
  if (typeof domainName === 'string') return stem;
  const isOfAddress =
    Array.isArray(Filters) && Filters.some((each) => isFilter(each) && /address$/.test(each.Name));
  return isOfAddress ? 'client-interface' : stem;
}
