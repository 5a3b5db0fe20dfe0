import type { DocumentHeader } from './header.js';
import type { Instant, IpAddresses, Text } from './scalars.js';

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
  /** Of `pprobe collect --commands`: the commands that read the facts, one shell command each. @maxItems 100 */
  commands?: Text[];
  /** Present where the lists were left out of a masked report: its gates say what they said. */
  redacted?: true;
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

/** Lists of EC2, each as `aws ec2 describe-…` prints it. */
export interface Ec2Facts {
  VpcEndpoints?: VpcEndpointFacts[];
  NetworkInterfaces?: NetworkInterfaceFacts[];
  SecurityGroups?: SecurityGroupFacts[];
  SecurityGroupRules?: SecurityGroupRuleFacts[];
  NetworkAcls?: NetworkAclFacts[];
  RouteTables?: RouteTableFacts[];
  Subnets?: SubnetFacts[];
  Vpcs?: VpcFacts[];
  /** By the id of the VPC. */
  VpcAttributes?: Record<string, VpcAttributeFacts>;
  DhcpOptions?: DhcpOptionsFacts[];
  /** The CIDR blocks of each prefix list, by its id. */
  PrefixLists?: Record<string, string[]>;
  VpcPeeringConnections?: VpcPeeringFacts[];
  TransitGatewayVpcAttachments?: TransitGatewayAttachmentFacts[];
}

/** A VPC endpoint. */
export interface VpcEndpointFacts {
  VpcEndpointId?: Text;
  VpcEndpointType?: Text;
  VpcId?: Text;
  ServiceName?: Text;
  State?: Text;
  OwnerId?: Text;
  SubnetIds?: Text[];
  NetworkInterfaceIds?: Text[];
  Groups?: GroupReference[];
  PrivateDnsEnabled?: boolean;
  DnsEntries?: { DnsName?: Text }[];
  DnsOptions?: { PrivateDnsOnlyForInboundResolverEndpoint?: boolean };
  /** The policy in JSON. AWS allows 20,480 characters. @minLength 1 @maxLength 262144 */
  PolicyDocument?: string;
}

/** The id of a security group. */
export interface GroupReference {
  GroupId?: Text;
}

/** A network interface. */
export interface NetworkInterfaceFacts {
  NetworkInterfaceId?: Text;
  /** `interface`, `vpc_endpoint`, `network_load_balancer`. */
  InterfaceType?: Text;
  VpcId?: Text;
  SubnetId?: Text;
  AvailabilityZone?: Text;
  OwnerId?: Text;
  Status?: Text;
  Groups?: GroupReference[];
  PrivateIpAddress?: Text;
  PrivateIpAddresses?: { PrivateIpAddress?: Text }[];
  Ipv6Addresses?: { Ipv6Address?: Text }[];
}

/** A security group with its rules in the older form, which has no rule ids. */
export interface SecurityGroupFacts {
  GroupId?: Text;
  VpcId?: Text;
  IpPermissions?: IpPermissionFacts[];
  IpPermissionsEgress?: IpPermissionFacts[];
}

/** Rules of a security group with the same protocol and ports. */
export interface IpPermissionFacts {
  IpProtocol?: Text;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp?: Text }[];
  Ipv6Ranges?: { CidrIpv6?: Text }[];
  PrefixListIds?: { PrefixListId?: Text }[];
  UserIdGroupPairs?: { GroupId?: Text; PeeringStatus?: Text; VpcId?: Text }[];
}

/** One rule of a security group. */
export interface SecurityGroupRuleFacts {
  SecurityGroupRuleId?: Text;
  GroupId?: Text;
  IsEgress?: boolean;
  /** `tcp`, `6`, or `-1` for every protocol. */
  IpProtocol?: Text;
  FromPort?: number;
  ToPort?: number;
  CidrIpv4?: Text;
  CidrIpv6?: Text;
  PrefixListId?: Text;
  ReferencedGroupInfo?: { GroupId?: Text; VpcId?: Text; PeeringStatus?: Text };
}

/** A network ACL. */
export interface NetworkAclFacts {
  NetworkAclId?: Text;
  VpcId?: Text;
  IsDefault?: boolean;
  Associations?: { SubnetId?: Text }[];
  Entries?: NetworkAclEntryFacts[];
}

/** One rule of a network ACL. */
export interface NetworkAclEntryFacts {
  RuleNumber?: number;
  Egress?: boolean;
  /** The number of the protocol, or `-1` for every one. */
  Protocol?: Text;
  RuleAction?: Text;
  CidrBlock?: Text;
  Ipv6CidrBlock?: Text;
  PortRange?: { From?: number; To?: number };
}

/** A route table. */
export interface RouteTableFacts {
  RouteTableId?: Text;
  VpcId?: Text;
  Associations?: { Main?: boolean; SubnetId?: Text }[];
  Routes?: RouteFacts[];
}

/** One route: a destination, and one member that names where it leads. */
export interface RouteFacts {
  DestinationCidrBlock?: Text;
  DestinationIpv6CidrBlock?: Text;
  DestinationPrefixListId?: Text;
  /** `active` or `blackhole`. */
  State?: Text;
  /** `CreateRouteTable`, `CreateRoute` or `EnableVgwRoutePropagation`. */
  Origin?: Text;
  GatewayId?: Text;
  VpcPeeringConnectionId?: Text;
  TransitGatewayId?: Text;
  NatGatewayId?: Text;
  NetworkInterfaceId?: Text;
  InstanceId?: Text;
  EgressOnlyInternetGatewayId?: Text;
  CoreNetworkArn?: Text;
  LocalGatewayId?: Text;
  CarrierGatewayId?: Text;
}

/** A subnet. */
export interface SubnetFacts {
  SubnetId?: Text;
  VpcId?: Text;
  OwnerId?: Text;
  AvailabilityZone?: Text;
  CidrBlock?: Text;
  Ipv6CidrBlockAssociationSet?: { Ipv6CidrBlock?: Text }[];
}

/** A VPC. */
export interface VpcFacts {
  VpcId?: Text;
  OwnerId?: Text;
  DhcpOptionsId?: Text;
  CidrBlock?: Text;
  CidrBlockAssociationSet?: { CidrBlock?: Text }[];
  Ipv6CidrBlockAssociationSet?: { Ipv6CidrBlock?: Text }[];
}

/** The DNS attributes of a VPC; absent: not read. */
export interface VpcAttributeFacts {
  enableDnsSupport?: boolean;
  enableDnsHostnames?: boolean;
}

/** A set of DHCP options. */
export interface DhcpOptionsFacts {
  DhcpOptionsId?: Text;
  DhcpConfigurations?: { Key?: Text; Values?: { Value?: Text }[] }[];
}

/** A peering of two VPCs. */
export interface VpcPeeringFacts {
  VpcPeeringConnectionId?: Text;
  Status?: { Code?: Text };
  AccepterVpcInfo?: PeerVpcFacts;
  RequesterVpcInfo?: PeerVpcFacts;
}

/** One side of a peering. */
export interface PeerVpcFacts {
  VpcId?: Text;
  OwnerId?: Text;
  Region?: Text;
  CidrBlock?: Text;
}

/** The attachment of a VPC to a transit gateway. */
export interface TransitGatewayAttachmentFacts {
  TransitGatewayAttachmentId?: Text;
  TransitGatewayId?: Text;
  VpcId?: Text;
  State?: Text;
  SubnetIds?: Text[];
}

/** Answers of API Gateway. */
export interface ApiGatewayFacts {
  /** null: API Gateway says that the API does not exist in this account and Region. */
  restApi?: RestApiFacts | null;
  stages?: StageFacts[];
  deployments?: DeploymentFacts[];
  domainName?: DomainNameFacts;
  basePathMappings?: { basePath?: Text; restApiId?: Text; stage?: Text }[];
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
}

/** A deployment of an API. */
export interface DeploymentFacts {
  id?: Text;
  createdDate?: Text;
}

/** A custom domain name. */
export interface DomainNameFacts {
  domainName?: Text;
  domainNameId?: Text;
  endpointConfiguration?: { types?: Text[] };
  endpointAccessMode?: Text;
  /** @minLength 1 @maxLength 262144 */
  policy?: string;
}

/** Answers of Route 53 about a VPC. */
export interface Route53Facts {
  HostedZoneSummaries?: HostedZoneFacts[];
}

/** A private zone that a VPC uses. */
export interface HostedZoneFacts {
  HostedZoneId?: Text;
  Name?: Text;
  Owner?: { OwningAccount?: Text; OwningService?: Text };
}

/** Answers of Route 53 Resolver. */
export interface ResolverFacts {
  ResolverRules?: ResolverRuleFacts[];
  ResolverRuleAssociations?: { ResolverRuleId?: Text; VPCId?: Text }[];
}

/** A rule of Route 53 Resolver. */
export interface ResolverRuleFacts {
  Id?: Text;
  DomainName?: Text;
  /** `FORWARD`, `SYSTEM`, `RECURSIVE` or `DELEGATE`. */
  RuleType?: Text;
  TargetIps?: { Ip?: Text; Ipv6?: Text; Port?: number }[];
}

/**
 * One decision that AWS makes about a packet, a name or a request on its way from the client to the target, as the
 * configuration read has it.
 */
export interface Gate {
  gate: GateKind;
  end: 'client' | 'target';
  /** As seen from the end's network interface; null for what has no direction. */
  direction: 'in' | 'out' | null;
  /** `partly`: some ports pass and others do not. `unknown`: what decides it was not read. */
  state: 'allow' | 'deny' | 'partly' | 'unknown';
  /** The id of what decides: `sg-…`, `acl-…`, `rtb-…`, `vpce-…`; null where it is not known. */
  resource: Text | null;
  /** The rule that decides: `sgr-…`, the number of an ACL's rule, `statement 2`, the destination of a route. */
  rule: Text | null;
  text: Text;
  /** What a denying gate is as the cause of a verdict. */
  cause?: Text;
  /** The addresses of the target that it was judged for. Absent: it does not depend on the address. */
  addresses?: IpAddresses;
  /** The most that a verdict may claim from it; absent: `certain`. */
  limit?: 'high' | 'medium';
  /** What changes it. Absent where there is nothing to change. @maxItems 20 */
  remedies?: GateRemedy[];
}

/** What decides. */
export type GateKind =
  | 'dhcp-options'
  | 'vpc-attribute'
  | 'forwarding-rule'
  | 'private-zone'
  | 'endpoint'
  | 'private-dns'
  | 'security-group'
  | 'network-acl'
  | 'route'
  | 'peering'
  | 'endpoint-policy'
  | 'api'
  | 'stage'
  | 'resource-policy';

/** A change of the configuration. */
export interface GateRemedy {
  text: Text;
  /** One shell command. @minLength 1 @maxLength 65536 */
  command?: string;
  /** Something to paste that is not a command. @minLength 1 @maxLength 65536 */
  snippet?: string;
  /** @format uri */
  docs?: string;
  /** The id of the resource to change. */
  resource?: Text;
}
