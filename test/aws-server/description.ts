import type { ApiGatewayFacts, Ec2Facts, FactsDocument } from '../../src/documents/facts.js';

/**
 * What AWS knows of one account and Region, in the form that the AWS CLI prints it. The fixture server answers from it. Its lists
 * are those of the facts document, so that the same value can also be given to `--facts`; items may have further members.
 */
export interface AwsDescription {
  region: string;
  account: string;
  /** Who calls: the answer of GetCallerIdentity. */
  callerArn: string;
  ec2: Ec2Facts;
  /** Further lists of EC2 by their key in the answer, such as `SecurityGroupVpcAssociations`. */
  moreEc2: Readonly<Record<string, readonly Item[]>>;
  /** The REST APIs of the account, by their id. */
  restApis: Readonly<Record<string, DescribedApi>>;
  domainNames: readonly Item[];
  /** By the domain name. */
  basePathMappings: Readonly<Record<string, readonly Item[]>>;
  accessAssociations: readonly Item[];
  /** The answer of API Gateway's GetAccount. */
  apiGatewayAccount: Item;
  /** The events of each log group, by its name. */
  logGroups: Readonly<Record<string, readonly LogEvent[]>>;
  hostedZones: readonly Item[];
  /** The lists of Route 53 Resolver, by their key in the answer. */
  resolver: Readonly<Record<string, readonly Item[]>>;
  /** The names in the domain lists of DNS Firewall, by the id of the list. */
  firewallDomains: Readonly<Record<string, readonly string[]>>;
}

/** An item of a list, with its members as AWS names them. */
export type Item = { readonly [member: string]: unknown };

/** A REST API with what belongs to it. */
export interface DescribedApi {
  restApi: Item;
  stages: readonly Item[];
  deployments: readonly Item[];
  resources: readonly Item[];
  authorizers: readonly Item[];
}

/** One event of a log group. */
export interface LogEvent {
  /** Milliseconds since 1970. */
  timestamp: number;
  message: string;
  logStreamName: string;
}

/** An account without anything in it. */
export const emptyDescription: AwsDescription = {
  region: 'us-east-1',
  account: '123456789012',
  callerArn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
  ec2: {
    VpcEndpoints: [],
    NetworkInterfaces: [],
    SecurityGroups: [],
    SecurityGroupRules: [],
    NetworkAcls: [],
    RouteTables: [],
    Subnets: [],
    Vpcs: [],
    VpcAttributes: {},
    DhcpOptions: [],
    PrefixLists: {},
    VpcPeeringConnections: [],
    TransitGatewayVpcAttachments: [],
  },
  moreEc2: {},
  restApis: {},
  domainNames: [],
  basePathMappings: {},
  accessAssociations: [],
  apiGatewayAccount: {},
  logGroups: {},
  hostedZones: [],
  resolver: {},
  firewallDomains: {},
};

type DescribedFacts = Pick<FactsDocument, 'ec2'> &
  Partial<Pick<FactsDocument, 'region' | 'account' | 'apigateway' | 'route53' | 'route53resolver'>>;

/** The account that a document of facts was read from. `changes`: what the document has no member for. */
export function descriptionOf(
  { region, account, ec2, apigateway = {}, route53, route53resolver }: DescribedFacts,
  changes: Partial<AwsDescription> = {},
): AwsDescription {
  const owner = account ?? emptyDescription.account;
  const domainName = items(apigateway.domainName === undefined ? [] : [apigateway.domainName]);
  return {
    ...emptyDescription,
    region: region ?? emptyDescription.region,
    account: owner,
    callerArn: `arn:aws:sts::${owner}:assumed-role/reader/session`,
    ec2: { ...emptyDescription.ec2, ...ec2 },
    restApis: apisOf(apigateway),
    domainNames: domainName,
    basePathMappings: Object.fromEntries(
      domainName.map((each) => [String(each.domainName), items(apigateway.basePathMappings ?? [])]),
    ),
    hostedZones: items(route53?.HostedZoneSummaries ?? []),
    accessAssociations: items(apigateway.domainNameAccessAssociations ?? []),
    apiGatewayAccount: { ...apigateway.account },
    resolver: Object.fromEntries(
      Object.entries(route53resolver ?? {}).flatMap(([name, list]) =>
        Array.isArray(list) ? [[name, items(list)]] : [],
      ),
    ),
    firewallDomains: { ...route53resolver?.FirewallDomains },
    ...changes,
  };
}

function apisOf({
  restApi,
  stages = [],
  deployments = [],
  resources = [],
}: ApiGatewayFacts): AwsDescription['restApis'] {
  if (restApi?.id === undefined) return {};
  return {
    [restApi.id]: {
      restApi: { ...restApi },
      stages: items(stages),
      deployments: items(deployments),
      resources: items(resources),
      authorizers: [],
    },
  };
}

/** Values of an interface have no index signature; copies of them do. */
function items(list: readonly object[]): Item[] {
  return list.map((each) => ({ ...each }));
}

/**
 * The text of a policy as GetRestApi gives it: JSON whose quotation marks and slashes are escaped once more, so that JSON.parse
 * of the member throws.
 */
export function escapedPolicy(policy: object): string {
  return JSON.stringify(policy).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('/', '\\/');
}
