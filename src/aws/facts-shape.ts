import type {
  ApiGatewayFacts,
  DeploymentFacts,
  DomainNameAccessAssociationFacts,
  DomainNameFacts,
  Ec2Facts,
  FactsCall,
  FactsClient,
  IpPermissionFacts,
  MethodFacts,
  ResolverFacts,
  ResourceFacts,
  RestApiFacts,
  Route53Facts,
  StageFacts,
} from '../documents/facts.js';
import type { ShapeOf } from './shape.js';

/** What is kept of each answer of AWS. The compiler compares these shapes with the types of the facts document. */

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

const peerVpc = { members: { VpcId: 'text', OwnerId: 'text', Region: 'text', CidrBlock: 'text' } } as const;

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

/** The answer of GetRestApi. */
export const restApiShape: ShapeOf<RestApiFacts> = {
  members: {
    id: 'text',
    createdDate: 'time',
    endpointConfiguration: { members: { types: texts, vpcEndpointIds: texts } },
    disableExecuteApiEndpoint: 'boolean',
    endpointAccessMode: 'text',
    securityPolicy: 'text',
    apiStatus: 'text',
    policy: 'text',
  },
};

/** A stage, without its variables. */
export const stageShape: ShapeOf<StageFacts> = {
  members: {
    stageName: 'text',
    deploymentId: 'text',
    createdDate: 'time',
    lastUpdatedDate: 'time',
    webAclArn: 'text',
    methodSettings: { map: { members: { loggingLevel: 'text' } } },
  },
};

/** What is kept of a method. */
const methodShape = {
  members: { authorizationType: 'text', apiKeyRequired: 'boolean' },
} as const satisfies ShapeOf<MethodFacts>;

/** A deployment. */
export const deploymentShape: ShapeOf<DeploymentFacts> = {
  members: { id: 'text', createdDate: 'time', apiSummary: { map: { map: methodShape } } },
};

/** A resource of an API, with the authorization of its methods. */
export const resourceShape: ShapeOf<ResourceFacts> = {
  members: { path: 'text', resourceMethods: { map: methodShape } },
};

/** The association of a private custom domain name with an endpoint. */
export const accessAssociationShape: ShapeOf<DomainNameAccessAssociationFacts> = {
  members: {
    domainNameAccessAssociationArn: 'text',
    domainNameArn: 'text',
    accessAssociationSource: 'text',
    accessAssociationSourceType: 'text',
  },
};

/** The settings of an account. */
export const accountShape = {
  members: { cloudwatchRoleArn: 'text' },
} as const satisfies ShapeOf<NonNullable<ApiGatewayFacts['account']>>;

/** A custom domain name. */
export const domainNameShape: ShapeOf<DomainNameFacts> = {
  members: {
    domainName: 'text',
    domainNameId: 'text',
    domainNameArn: 'text',
    domainNameStatus: 'text',
    routingMode: 'text',
    securityPolicy: 'text',
    endpointConfiguration: { members: { types: texts } },
    endpointAccessMode: 'text',
    policy: 'text',
  },
};

/** The base path mappings of a custom domain name. */
export const mappingsShape = {
  list: { members: { basePath: 'text', restApiId: 'text', stage: 'text' } },
} as const satisfies ShapeOf<NonNullable<ApiGatewayFacts['basePathMappings']>>;

/** Answers of Route 53. */
export const route53Shape: ShapeOf<Route53Facts> = {
  members: {
    HostedZoneSummaries: {
      list: {
        members: {
          HostedZoneId: 'text',
          Name: 'text',
          Owner: { members: { OwningAccount: 'text', OwningService: 'text' } },
        },
      },
    },
    ResourceRecordSets: {
      list: {
        members: {
          Name: 'text',
          Type: 'text',
          AliasTarget: { members: { DNSName: 'text' } },
          ResourceRecords: { list: { members: { Value: 'text' } } },
        },
      },
    },
  },
};

/** Answers of Route 53 Resolver. */
export const resolverShape: ShapeOf<ResolverFacts> = {
  members: {
    ResolverRules: {
      list: {
        members: {
          Id: 'text',
          DomainName: 'text',
          RuleType: 'text',
          TargetIps: { list: { members: { Ip: 'text', Ipv6: 'text', Port: 'number' } } },
        },
      },
    },
    ResolverRuleAssociations: { list: { members: { ResolverRuleId: 'text', VPCId: 'text' } } },
    FirewallRuleGroupAssociations: {
      list: {
        members: {
          Id: 'text',
          FirewallRuleGroupId: 'text',
          VpcId: 'text',
          Priority: 'number',
          Status: 'text',
        },
      },
    },
    FirewallRules: {
      list: {
        members: {
          FirewallRuleGroupId: 'text',
          FirewallDomainListId: 'text',
          Priority: 'number',
          Action: 'text',
          BlockResponse: 'text',
          Qtype: 'text',
        },
      },
    },
    FirewallDomains: { map: { list: 'text' } },
    FirewallConfigs: { list: { members: { ResourceId: 'text', FirewallFailOpen: 'text' } } },
  },
};

/** The client of a facts document. */
export const clientShape = {
  members: { interfaceId: 'text', vpcId: 'text', subnetId: 'text', groups: texts, addresses: texts },
} as const satisfies { members: Record<keyof FactsClient, unknown> };

/** One call of a facts document. */
export const callShape = {
  members: { service: 'text', action: 'text', status: 'text', text: 'text' },
} as const satisfies { members: Record<keyof FactsCall, unknown> };
