import type { AwsSession, CallFailure, CallOutcome, OpenSession } from '../../src/aws/session.js';
import type { Ec2Facts, ResolverFacts } from '../../src/documents/facts.js';

/** One call that a fake session got. */
export interface FakeCall {
  service: string;
  action: string;
  input: Readonly<Record<string, unknown>>;
}

/** Says what one call answers, or null to let the fake answer. */
export type Interception = (call: FakeCall) => CallOutcome | Promise<CallOutcome> | null;

/** What an account has. */
export interface FakeAccount {
  ec2?: Ec2Facts;
  /** The answers of API Gateway by action. */
  gateway?: Readonly<Record<string, unknown>>;
  region?: string | null;
  credentials?: CallFailure;
  resolver?: ResolverFacts;
}

/** AWS in memory: the lists of EC2 as the CLI prints them, filtered as EC2 filters. */
export function fakeAws(
  { ec2 = {}, gateway = {}, region = 'us-east-1', credentials, resolver = {} }: FakeAccount,
  intercept: Interception = () => null,
): { open: OpenSession; calls: FakeCall[] } {
  const calls: FakeCall[] = [];
  const open: OpenSession = (options): AwsSession => ({
    ready: Promise.resolve(),
    prepare: async () => ({
      credentials:
        credentials === undefined ? { source: 'a test', expiresMs: null } : { failure: credentials },
      region: options.region ?? region,
    }),
    async call(service, action, input) {
      const call = { service, action, input };
      calls.push(call);
      return (await intercept(call)) ?? answer(call, ec2, gateway, resolver);
    },
    close() {},
  });
  return { open, calls };
}

export function failure(code: string, more: Partial<CallFailure> = {}): CallOutcome {
  return { failure: { code, httpStatus: 400, contentType: 'text/xml', message: '', ...more } };
}

function answer(
  { action, input }: FakeCall,
  ec2: Ec2Facts,
  gateway: FakeAccount['gateway'] = {},
  resolver: ResolverFacts = {},
): CallOutcome {
  if (action === 'GetCallerIdentity')
    return {
      answer: { Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/reader/jane.doe' },
    };
  if (Object.hasOwn(gateway, action)) return { answer: gateway[action] };
  if (/^Get(?:RestApi|DomainName)$/.test(action)) return failure('NotFoundException', { httpStatus: 404 });
  if (action === 'DescribeVpcAttribute') {
    const id = String(input.VpcId);
    const name = String(input.Attribute) as 'enableDnsSupport' | 'enableDnsHostnames';
    const member = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    return { answer: { VpcId: id, [member]: { Value: ec2.VpcAttributes?.[id]?.[name] } } };
  }
  if (action === 'GetManagedPrefixListEntries')
    return {
      answer: { Entries: (ec2.PrefixLists?.[String(input.PrefixListId)] ?? []).map((Cidr) => ({ Cidr })) },
    };
  const names = nameLists[action];
  if (names !== undefined) return { answer: { [names]: listed(resolver, names, input) } };
  if (action === 'ListFirewallDomains')
    return { answer: { Domains: resolver.FirewallDomains?.[String(input.FirewallDomainListId)] } };
  const key = action.replace('Describe', '');
  const list = (ec2 as Readonly<Record<string, unknown>>)[key];
  const items: unknown[] = Array.isArray(list) ? list : [];
  return { answer: { [key]: items.filter((each) => isWanted(each, input)) } };
}

/** The items of a list of Route 53 Resolver that a call asks for; none of Route 53. */
function listed(resolver: ResolverFacts, name: string, input: FakeCall['input']): unknown[] {
  const list: unknown = Object.entries(resolver).find(([key]) => key === name)?.[1];
  const group = input.FirewallRuleGroupId;
  return (Array.isArray(list) ? list : []).filter(
    (each) => group === undefined || each.FirewallRuleGroupId === group,
  );
}

/** The lists of Route 53 and its Resolver. */
const nameLists: Readonly<Record<string, string>> = {
  ListHostedZonesByVPC: 'HostedZoneSummaries',
  ListResolverRules: 'ResolverRules',
  ListResolverRuleAssociations: 'ResolverRuleAssociations',
  ListFirewallRuleGroupAssociations: 'FirewallRuleGroupAssociations',
  ListFirewallRules: 'FirewallRules',
  ListFirewallConfigs: 'FirewallConfigs',
};

/** The values of an item that a filter of EC2 compares. */
const members: Readonly<Record<string, (item: Record<string, never>) => unknown[]>> = {
  'vpc-id': ({ VpcId }) => [VpcId],
  'vpc-endpoint-id': ({ VpcEndpointId }) => [VpcEndpointId],
  'group-id': ({ GroupId }) => [GroupId],
  'network-interface-id': ({ NetworkInterfaceId }) => [NetworkInterfaceId],
  'dhcp-options-id': ({ DhcpOptionsId }) => [DhcpOptionsId],
  'vpc-peering-connection-id': ({ VpcPeeringConnectionId }) => [VpcPeeringConnectionId],
  'addresses.private-ip-address': ({ PrivateIpAddress }) => [PrivateIpAddress],
};

function isWanted(item: unknown, { Filters = [] }: Readonly<Record<string, unknown>>): boolean {
  const filters = Filters as { Name: string; Values: string[] }[];
  return filters.every(({ Name, Values }) =>
    members[Name]?.(item as Record<string, never>).some((each) => Values.includes(String(each))),
  );
}
