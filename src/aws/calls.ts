import type { Ec2Facts } from '../documents/facts.js';

/**
 * The calls of AWS that read the configuration around a target, as data: `pprobe collect`, the commands that it prints, `doctor
 * --aws` and the least-privilege policy are all made from this table. Every call only reads.
 */

/** The services that are asked, as the AWS CLI names them. */
export type AwsService = 'sts' | 'ec2' | 'apigateway' | 'logs' | 'route53' | 'route53resolver';

/** One call of the table. */
export interface AwsCall {
  service: AwsService;
  /** What a policy must allow; null for a call that needs no permission. */
  permission: string | null;
  /** The resources of that permission, `*` where the action has none. */
  resource: CallResource;
  /** What the answer shows, to be read behind "which shows". */
  shows: string;
  /** The member of the answer that every answer has: without it, the answer is not that of AWS. */
  answer: string;
  /** The answer is one thing, and not a list of things. */
  single?: true;
  /** The names of the token in the question and in the answer, for a list that comes in pages. */
  pages?: { ask: string; answer: string; size?: readonly [member: string, items: number] };
  /** Absent from the bundled SDK: only the printed commands of the AWS CLI make it. */
  cliOnly?: true;
  /** Needs an id that only another answer tells, so that it has no command of its own. */
  collectOnly?: true;
  /** A question that changes and finds nothing, by which doctor learns whether the call is allowed. */
  trial?: Readonly<Record<string, unknown>>;
}

/** Where a permission applies. */
export type CallResource =
  | 'any'
  | 'rest-api'
  | 'domain-name'
  | 'access-association'
  | 'account'
  | 'execution-log';

const ec2Pages = { ask: 'NextToken', answer: 'NextToken', size: ['MaxResults', 1000] } as const;
const resolverPages = { ask: 'NextToken', answer: 'NextToken', size: ['MaxResults', 100] } as const;
const positions = { ask: 'position', answer: 'position', size: ['limit', 500] } as const;

function ec2(answer: keyof Ec2Facts, action: string, shows: string, more: Partial<AwsCall> = {}): AwsCall {
  return {
    service: 'ec2',
    permission: `ec2:${action}`,
    resource: 'any',
    shows,
    answer,
    pages: ec2Pages,
    trial: { DryRun: true },
    ...more,
  };
}

function gateway(answer: string, shows: string, more: Partial<AwsCall> = {}): AwsCall {
  return {
    service: 'apigateway',
    permission: 'apigateway:GET',
    resource: 'rest-api',
    shows,
    answer,
    trial: { restApiId: '0000000000' },
    ...more,
  };
}

/** The calls by their names in the API. */
export const awsCalls = {
  GetCallerIdentity: {
    service: 'sts',
    permission: null,
    resource: 'any',
    shows: 'the account of the credentials',
    answer: 'Account',
    single: true,
    trial: {},
  },
  DescribeNetworkInterfaces: ec2(
    'NetworkInterfaces',
    'DescribeNetworkInterfaces',
    "the network interfaces of this host and of the target's addresses",
  ),
  DescribeVpcEndpoints: ec2('VpcEndpoints', 'DescribeVpcEndpoints', 'VPC endpoints and their policies'),
  DescribeSecurityGroupRules: ec2(
    'SecurityGroupRules',
    'DescribeSecurityGroupRules',
    'the rules of security groups',
  ),
  DescribeNetworkAcls: ec2('NetworkAcls', 'DescribeNetworkAcls', 'the rules of network ACLs'),
  DescribeRouteTables: ec2('RouteTables', 'DescribeRouteTables', 'routes', {
    pages: { ...ec2Pages, size: ['MaxResults', 100] },
  }),
  DescribeSubnets: ec2('Subnets', 'DescribeSubnets', 'the blocks and zones of subnets'),
  DescribeVpcs: ec2('Vpcs', 'DescribeVpcs', 'the blocks of VPCs'),
  DescribeVpcAttribute: ec2(
    'VpcAttributes',
    'DescribeVpcAttribute',
    'whether the VPC answers DNS (enableDnsSupport, enableDnsHostnames)',
    {
      answer: 'VpcId',
      single: true,
      trial: {
        DryRun: true,
        VpcId: 'vpc-00000000000000000',
        Attribute: 'enableDnsSupport',
      },
    },
  ),
  DescribeDhcpOptions: ec2('DhcpOptions', 'DescribeDhcpOptions', 'which resolvers DHCP gives to hosts'),
  GetManagedPrefixListEntries: ec2(
    'PrefixLists',
    'GetManagedPrefixListEntries',
    'the blocks of prefix lists',
    {
      answer: 'Entries',
      pages: { ...ec2Pages, size: ['MaxResults', 100] },
      trial: { DryRun: true, PrefixListId: 'pl-00000000000000000' },
    },
  ),
  DescribeVpcPeeringConnections: ec2(
    'VpcPeeringConnections',
    'DescribeVpcPeeringConnections',
    'the state of VPC peerings',
  ),
  DescribeTransitGatewayVpcAttachments: ec2(
    'TransitGatewayVpcAttachments',
    'DescribeTransitGatewayVpcAttachments',
    'attachments to transit gateways',
  ),
  GetRestApi: gateway('id', 'the endpoint type and the resource policy of the API', {
    single: true,
  }),
  GetStages: gateway('item', 'the stages of the API and their deployments'),
  GetDeployments: gateway('items', 'when the API was deployed', {
    pages: positions,
  }),
  GetDeployment: gateway('id', 'the methods that are deployed, and how they authenticate', {
    single: true,
    collectOnly: true,
    trial: { restApiId: '0000000000', deploymentId: '000000' },
  }),
  GetDomainName: gateway('domainName', 'the custom domain name and its policy', {
    resource: 'domain-name',
    single: true,
    trial: { domainName: 'pprobe.invalid' },
  }),
  GetBasePathMappings: gateway('items', 'the APIs behind the custom domain name', {
    resource: 'domain-name',
    pages: positions,
    trial: { domainName: 'pprobe.invalid' },
  }),
  GetDomainNameAccessAssociations: gateway(
    'items',
    'through which endpoints a private custom domain name is reached',
    { resource: 'access-association', pages: positions, trial: { limit: 1 } },
  ),
  GetResources: gateway('items', 'how the methods of the API authenticate', { pages: positions }),
  GetAccount: gateway('throttleSettings', 'whether API Gateway may write execution logs', {
    resource: 'account',
    single: true,
    trial: {},
  }),
  FilterLogEvents: {
    service: 'logs',
    permission: 'logs:FilterLogEvents',
    resource: 'execution-log',
    shows: 'what API Gateway logged about the request',
    answer: 'events',
    pages: { ask: 'nextToken', answer: 'nextToken', size: ['limit', 1000] },
    trial: { logGroupName: 'API-Gateway-Execution-Logs_0000000000/none', limit: 1 },
  },
  DescribePrefixLists: ec2('PrefixLists', 'DescribePrefixLists', "the blocks of AWS's own prefix lists", {
    cliOnly: true,
  }),
  ListHostedZonesByVPC: {
    service: 'route53',
    permission: 'route53:ListHostedZonesByVPC',
    resource: 'any',
    shows: 'the private zones of the VPC',
    answer: 'HostedZoneSummaries',
    pages: { ask: 'NextToken', answer: 'NextToken', size: ['MaxItems', 100] },
    trial: { VPCId: 'vpc-00000000000000000', VPCRegion: 'us-east-1' },
  },
  ListResolverRules: {
    service: 'route53resolver',
    permission: 'route53resolver:ListResolverRules',
    resource: 'any',
    shows: 'which names are forwarded to other resolvers',
    answer: 'ResolverRules',
    pages: resolverPages,
    trial: { MaxResults: 1 },
  },
  ListFirewallRuleGroupAssociations: {
    service: 'route53resolver',
    permission: 'route53resolver:ListFirewallRuleGroupAssociations',
    resource: 'any',
    shows: 'which rules of DNS Firewall apply to the VPC',
    answer: 'FirewallRuleGroupAssociations',
    pages: resolverPages,
    trial: { MaxResults: 1 },
  },
  ListFirewallRules: {
    service: 'route53resolver',
    permission: 'route53resolver:ListFirewallRules',
    resource: 'any',
    shows: 'which names DNS Firewall blocks, and how it answers for them',
    answer: 'FirewallRules',
    pages: resolverPages,
    collectOnly: true,
    trial: { FirewallRuleGroupId: 'rslvr-frg-0000000000000000', MaxResults: 1 },
  },
  ListFirewallDomains: {
    service: 'route53resolver',
    permission: 'route53resolver:ListFirewallDomains',
    resource: 'any',
    shows: 'the names in a domain list of DNS Firewall',
    answer: 'Domains',
    pages: { ...resolverPages, size: ['MaxResults', 1000] },
    collectOnly: true,
    trial: { FirewallDomainListId: 'rslvr-fdl-0000000000000000', MaxResults: 1 },
  },
  ListFirewallConfigs: {
    service: 'route53resolver',
    permission: 'route53resolver:ListFirewallConfigs',
    resource: 'any',
    shows: 'whether names resolve where DNS Firewall fails',
    answer: 'FirewallConfigs',
    pages: resolverPages,
    trial: { MaxResults: 1 },
  },
  ListResolverRuleAssociations: {
    service: 'route53resolver',
    permission: 'route53resolver:ListResolverRuleAssociations',
    resource: 'any',
    shows: 'which forwarding rules apply to the VPC',
    answer: 'ResolverRuleAssociations',
    pages: resolverPages,
    trial: { MaxResults: 1 },
  },
} as const satisfies Record<string, AwsCall>;

/** The name of a call: `DescribeSubnets`. */
export type CallName = keyof typeof awsCalls;

/** One call with its question, in the form that the SDK takes. */
export interface AwsRequest {
  action: CallName;
  input: Readonly<Record<string, unknown>>;
}

/** A call of the table, by its name. */
export function callOf(action: CallName): AwsCall {
  return awsCalls[action];
}

/** The calls of the table in its order. */
export const callNames = Object.keys(awsCalls) as readonly CallName[];
