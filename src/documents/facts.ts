import type { Ec2Facts } from './ec2-facts.js';
import type { DocumentHeader } from './header.js';
import type { Instant, IpAddresses, Text } from './scalars.js';

export type * from './ec2-facts.js';
export type * from './gate.js';

/**
 * The document of facts: the configuration around a target as AWS gives it, in the form that the AWS CLI prints, reduced to
 * the members that decide something. Tags, descriptions, stage variables and credentials have no member here and are never
 * kept. A list that is absent was not read, which is not the same as an empty one.
 */

/** What somebody has read of the configuration around a target. */
export interface FactsDocument extends DocumentHeader<'facts'> {
  /** When the configuration was read; null for plain output of the AWS CLI, which has no time. */
  collectedAt: Instant | null;
  region: Text | null;
  /** The account whose credentials read it, twelve digits. */
  account: Text | null;
  source: 'aws' | 'file';
  /** @maxItems 1000 */
  calls: FactsCall[];
  client: FactsClient | null;
  ec2: Ec2Facts;
  apigateway: ApiGatewayFacts;
  /** Absent: not read. */
  route53?: Route53Facts;
  route53resolver?: ResolverFacts;
  /** What the execution log of API Gateway says of the request that was answered; absent: not read. */
  executionLog?: LoggedRequest;
  /** Of `pprobe collect --commands`: the commands that read the facts, one shell command each. @maxItems 100 */
  commands?: Text[];
  /** Present where the lists were left out of a masked report: its gates say what they said. */
  redacted?: true;
}

/** What an execution log says of one request, in pprobe's words. The log's own text is not kept. */
export interface LoggedRequest {
  /** The header `x-amzn-requestid` of the answer. */
  requestId: Text;
  /** A `Cause`; `none` where the log shows no fault. */
  cause: Text;
  confidence: 'certain' | 'high' | 'medium' | 'low';
  summary: Text;
}

/** One call of an AWS service, or one file with its output. */
export interface FactsCall {
  /** `ec2`, `apigateway`. */
  service: Text;
  /** `DescribeVpcEndpoints`. */
  action: Text;
  /** `partial`: the list was cut, so that what it lacks may exist nevertheless. */
  status: 'ok' | 'denied' | 'silent' | 'throttled' | 'error' | 'partial';
  text: Text | null;
}

/** The network interface of the host that measures. */
export interface FactsClient {
  interfaceId: Text | null;
  vpcId: Text | null;
  subnetId: Text | null;
  /** The ids of its security groups. @maxItems 100 @items { $ref: '#/definitions/Text' } */
  groups: string[];
  addresses: IpAddresses;
}

/** Answers of API Gateway. */
export interface ApiGatewayFacts {
  /** null: API Gateway says that the API does not exist in this account and Region. */
  restApi?: RestApiFacts | null;
  stages?: StageFacts[];
  deployments?: DeploymentFacts[];
  domainName?: DomainNameFacts;
  basePathMappings?: { basePath?: Text; restApiId?: Text; stage?: Text }[];
  /** The endpoints that may call private custom domain names. */
  domainNameAccessAssociations?: DomainNameAccessAssociationFacts[];
  /** The resources of the API as it is edited, which need not be what a stage runs. */
  resources?: ResourceFacts[];
  /** The settings of the account in this Region. */
  account?: { cloudwatchRoleArn?: Text };
  /** The account whose credentials read this part, or `unknown`; absent where it is that of the document. */
  accountId?: Text;
}

/** A REST API. */
export interface RestApiFacts {
  id?: Text;
  createdDate?: Text;
  endpointConfiguration?: { types?: Text[]; vpcEndpointIds?: Text[] };
  disableExecuteApiEndpoint?: boolean;
  endpointAccessMode?: Text;
  securityPolicy?: Text;
  apiStatus?: Text;
  /** The resource policy as API Gateway gives it: JSON, escaped once more. @minLength 1 @maxLength 262144 */
  policy?: string;
}

/** A stage of an API. */
export interface StageFacts {
  stageName?: Text;
  deploymentId?: Text;
  createdDate?: Text;
  lastUpdatedDate?: Text;
  webAclArn?: Text;
  /** By path and method; a star for each stands for all of them. */
  methodSettings?: Record<string, { loggingLevel?: Text }>;
}

/** A deployment of an API. */
export interface DeploymentFacts {
  id?: Text;
  createdDate?: Text;
  /** The methods that were deployed, by path and HTTP method; only with `--embed apisummary`. */
  apiSummary?: Record<string, Record<string, MethodFacts>>;
}

/** A resource of an API. */
export interface ResourceFacts {
  path?: Text;
  /** By HTTP method; only with `--embed methods`. */
  resourceMethods?: Record<string, MethodFacts>;
}

/** A method of a resource. */
export interface MethodFacts {
  /** `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`. */
  authorizationType?: Text;
  apiKeyRequired?: boolean;
}

/** The association of a private custom domain name with an endpoint, which is what lets the endpoint call it. */
export interface DomainNameAccessAssociationFacts {
  domainNameAccessAssociationArn?: Text;
  domainNameArn?: Text;
  /** The id of the endpoint. */
  accessAssociationSource?: Text;
  /** `VPCE`. */
  accessAssociationSourceType?: Text;
}

/** A custom domain name. */
export interface DomainNameFacts {
  domainName?: Text;
  domainNameId?: Text;
  domainNameArn?: Text;
  domainNameStatus?: Text;
  /** `BASE_PATH_MAPPING_ONLY`, `ROUTING_RULE_ONLY` or both in an order. */
  routingMode?: Text;
  securityPolicy?: Text;
  endpointConfiguration?: { types?: Text[] };
  endpointAccessMode?: Text;
  /** @minLength 1 @maxLength 262144 */
  policy?: string;
}

/** Answers of Route 53 about a VPC. */
export interface Route53Facts {
  HostedZoneSummaries?: HostedZoneFacts[];
  /** Records of the zones, of those that were read. */
  ResourceRecordSets?: RecordSetFacts[];
}

/** A private zone that a VPC uses. */
export interface HostedZoneFacts {
  HostedZoneId?: Text;
  Name?: Text;
  Owner?: { OwningAccount?: Text; OwningService?: Text };
}

/** The records of one name and type in a zone. */
export interface RecordSetFacts {
  Name?: Text;
  Type?: Text;
  AliasTarget?: { DNSName?: Text };
  ResourceRecords?: { Value?: Text }[];
}

/** Answers of Route 53 Resolver. */
export interface ResolverFacts {
  ResolverRules?: ResolverRuleFacts[];
  /** `Status`: `COMPLETE`; `OVERRIDDEN` and `FAILED` ones are not in force. */
  ResolverRuleAssociations?: { ResolverRuleId?: Text; VPCId?: Text; Status?: Text }[];
  /** DNS Firewall: the rule groups that VPCs use, the rules of the groups, and the domains of the lists that they name. */
  FirewallRuleGroupAssociations?: FirewallAssociationFacts[];
  FirewallRules?: FirewallRuleFacts[];
  /** By the id of the domain list. */
  FirewallDomains?: Record<string, string[]>;
  /** Whether queries are answered where the firewall itself fails, by VPC. */
  FirewallConfigs?: { ResourceId?: Text; FirewallFailOpen?: Text }[];
}

/** A rule of Route 53 Resolver. */
export interface ResolverRuleFacts {
  Id?: Text;
  DomainName?: Text;
  /** `FORWARD`, `SYSTEM`, `RECURSIVE` or `DELEGATE`. */
  RuleType?: Text;
  TargetIps?: { Ip?: Text; Ipv6?: Text; Port?: number }[];
}

/** A rule group of DNS Firewall that a VPC uses. */
export interface FirewallAssociationFacts {
  Id?: Text;
  FirewallRuleGroupId?: Text;
  VpcId?: Text;
  /** Groups with lower numbers are asked first. */
  Priority?: number;
  Status?: Text;
}

/** A rule of DNS Firewall. */
export interface FirewallRuleFacts {
  FirewallRuleGroupId?: Text;
  FirewallDomainListId?: Text;
  Priority?: number;
  /** `ALLOW`, `BLOCK` or `ALERT`. */
  Action?: Text;
  /** What a blocked query is answered with: `NODATA`, `NXDOMAIN` or `OVERRIDE`. */
  BlockResponse?: Text;
  /** With `OVERRIDE`: the target of the CNAME record that is the answer. */
  BlockOverrideDomain?: Text;
  /** `INSPECT_REDIRECTION_DOMAIN`: names that the name is an alias of are looked at, too; `TRUST_REDIRECTION_DOMAIN`: they are not. */
  FirewallDomainRedirectionAction?: Text;
  /** Of a rule of DNS Firewall Advanced, which has no domain list: `DGA`, `DNS_TUNNELING`, `DICTIONARY_DGA`. */
  DnsThreatProtection?: Text;
  /** The query type that it is for: `AAAA`, `TYPE28`; absent: all. */
  Qtype?: Text;
}
