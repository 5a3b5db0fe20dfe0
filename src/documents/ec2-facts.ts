import type { Text } from './scalars.js';

/** What EC2 says of a VPC, in the form that `aws ec2 describe-…` prints, reduced to the members that decide something. */

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
  /** All of its blocks. */
  CidrBlockSet?: { CidrBlock?: Text }[];
  Ipv6CidrBlockSet?: { Ipv6CidrBlock?: Text }[];
}

/** The attachment of a VPC to a transit gateway. */
export interface TransitGatewayAttachmentFacts {
  TransitGatewayAttachmentId?: Text;
  TransitGatewayId?: Text;
  VpcId?: Text;
  State?: Text;
  SubnetIds?: Text[];
  /** Whether rules may name groups of VPCs behind the gateway: `enable` or `disable`. */
  Options?: { SecurityGroupReferencingSupport?: Text };
}
