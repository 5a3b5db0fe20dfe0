import type { Ec2Facts, IpPermissionFacts } from '../documents/facts.js';
import type { ShapeOf } from './shape.js';

/** What is kept of the answers of EC2. The compiler compares this shape with the types of the facts document. */

const texts = { list: 'text' } as const;
const groups = { list: { members: { GroupId: 'text' } } } as const;

const permissions: ShapeOf<IpPermissionFacts[]> = {
  list: {
    members: {
      IpProtocol: 'text',
      FromPort: 'number',
      ToPort: 'number',
      IpRanges: { list: { members: { CidrIp: 'text' } } },
      Ipv6Ranges: { list: { members: { CidrIpv6: 'text' } } },
      PrefixListIds: { list: { members: { PrefixListId: 'text' } } },
      UserIdGroupPairs: { list: { members: { GroupId: 'text', PeeringStatus: 'text', VpcId: 'text' } } },
    },
  },
};

const peerVpc = {
  members: {
    VpcId: 'text',
    OwnerId: 'text',
    Region: 'text',
    CidrBlock: 'text',
    CidrBlockSet: { list: { members: { CidrBlock: 'text' } } },
    Ipv6CidrBlockSet: { list: { members: { Ipv6CidrBlock: 'text' } } },
  },
} as const;

/** Lists of EC2. */
export const ec2Shape: ShapeOf<Ec2Facts> = {
  members: {
    VpcEndpoints: {
      list: {
        members: {
          VpcEndpointId: 'text',
          VpcEndpointType: 'text',
          VpcId: 'text',
          ServiceName: 'text',
          State: 'text',
          OwnerId: 'text',
          SubnetIds: texts,
          NetworkInterfaceIds: texts,
          Groups: groups,
          PrivateDnsEnabled: 'boolean',
          DnsEntries: { list: { members: { DnsName: 'text' } } },
          DnsOptions: { members: { PrivateDnsOnlyForInboundResolverEndpoint: 'boolean' } },
          PolicyDocument: 'text',
        },
      },
    },
    NetworkInterfaces: {
      list: {
        members: {
          NetworkInterfaceId: 'text',
          InterfaceType: 'text',
          VpcId: 'text',
          SubnetId: 'text',
          AvailabilityZone: 'text',
          OwnerId: 'text',
          Status: 'text',
          Groups: groups,
          PrivateIpAddress: 'text',
          PrivateIpAddresses: { list: { members: { PrivateIpAddress: 'text' } } },
          Ipv6Addresses: { list: { members: { Ipv6Address: 'text' } } },
        },
      },
    },
    SecurityGroups: {
      list: {
        members: {
          GroupId: 'text',
          VpcId: 'text',
          IpPermissions: permissions,
          IpPermissionsEgress: permissions,
        },
      },
    },
    SecurityGroupRules: {
      list: {
        members: {
          SecurityGroupRuleId: 'text',
          GroupId: 'text',
          IsEgress: 'boolean',
          IpProtocol: 'text',
          FromPort: 'number',
          ToPort: 'number',
          CidrIpv4: 'text',
          CidrIpv6: 'text',
          PrefixListId: 'text',
          ReferencedGroupInfo: { members: { GroupId: 'text', VpcId: 'text', PeeringStatus: 'text' } },
        },
      },
    },
    NetworkAcls: {
      list: {
        members: {
          NetworkAclId: 'text',
          VpcId: 'text',
          IsDefault: 'boolean',
          Associations: { list: { members: { SubnetId: 'text' } } },
          Entries: {
            list: {
              members: {
                RuleNumber: 'number',
                Egress: 'boolean',
                Protocol: 'text',
                RuleAction: 'text',
                CidrBlock: 'text',
                Ipv6CidrBlock: 'text',
                PortRange: { members: { From: 'number', To: 'number' } },
              },
            },
          },
        },
      },
    },
    RouteTables: {
      list: {
        members: {
          RouteTableId: 'text',
          VpcId: 'text',
          Associations: { list: { members: { Main: 'boolean', SubnetId: 'text' } } },
          Routes: {
            list: {
              members: {
                DestinationCidrBlock: 'text',
                DestinationIpv6CidrBlock: 'text',
                DestinationPrefixListId: 'text',
                State: 'text',
                Origin: 'text',
                GatewayId: 'text',
                VpcPeeringConnectionId: 'text',
                TransitGatewayId: 'text',
                NatGatewayId: 'text',
                NetworkInterfaceId: 'text',
                InstanceId: 'text',
                EgressOnlyInternetGatewayId: 'text',
                CoreNetworkArn: 'text',
                LocalGatewayId: 'text',
                CarrierGatewayId: 'text',
              },
            },
          },
        },
      },
    },
    Subnets: {
      list: {
        members: {
          SubnetId: 'text',
          VpcId: 'text',
          OwnerId: 'text',
          AvailabilityZone: 'text',
          CidrBlock: 'text',
          Ipv6CidrBlockAssociationSet: { list: { members: { Ipv6CidrBlock: 'text' } } },
        },
      },
    },
    Vpcs: {
      list: {
        members: {
          VpcId: 'text',
          OwnerId: 'text',
          DhcpOptionsId: 'text',
          CidrBlock: 'text',
          CidrBlockAssociationSet: { list: { members: { CidrBlock: 'text' } } },
          Ipv6CidrBlockAssociationSet: { list: { members: { Ipv6CidrBlock: 'text' } } },
        },
      },
    },
    VpcAttributes: { map: { members: { enableDnsSupport: 'boolean', enableDnsHostnames: 'boolean' } } },
    DhcpOptions: {
      list: {
        members: {
          DhcpOptionsId: 'text',
          DhcpConfigurations: {
            list: { members: { Key: 'text', Values: { list: { members: { Value: 'text' } } } } },
          },
        },
      },
    },
    PrefixLists: { map: texts },
    VpcPeeringConnections: {
      list: {
        members: {
          VpcPeeringConnectionId: 'text',
          Status: { members: { Code: 'text' } },
          AccepterVpcInfo: peerVpc,
          RequesterVpcInfo: peerVpc,
        },
      },
    },
    TransitGatewayVpcAttachments: {
      list: {
        members: {
          TransitGatewayAttachmentId: 'text',
          TransitGatewayId: 'text',
          VpcId: 'text',
          State: 'text',
          SubnetIds: texts,
          Options: { members: { SecurityGroupReferencingSupport: 'text' } },
        },
      },
    },
  },
};
