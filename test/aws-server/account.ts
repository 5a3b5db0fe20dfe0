import type { FactsDocument } from '../../src/documents/facts.js';
import { type AwsDescription, descriptionOf, escapedPolicy } from './description.js';

/** An account with at least two items in every list, for tests of the fixture server. */

type Ec2 = FactsDocument['ec2'];

const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
};

const ec2Lists: Ec2 = {
  VpcEndpoints: ['a', 'b'].map((letter) => ({
    VpcEndpointId: `vpce-0${letter}`,
    VpcEndpointType: 'Interface',
    VpcId: 'vpc-0a',
    ServiceName: 'com.amazonaws.us-east-1.execute-api',
    State: 'available',
    PolicyDocument:
      '{\n  "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "<*> & co"}]\n}',
    SubnetIds: ['subnet-0a', 'subnet-0b'],
    NetworkInterfaceIds: ['eni-0a', 'eni-0b'],
    Groups: [{ GroupId: 'sg-0e', GroupName: 'endpoint' }],
    PrivateDnsEnabled: letter === 'a',
    DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: false },
    DnsEntries: [{ DnsName: `vpce-0${letter}-x.execute-api.us-east-1.vpce.amazonaws.com` }],
    OwnerId: '123456789012',
  })),
  NetworkInterfaces: ['10.0.1.5', '10.0.2.5', '10.0.3.5'].map((PrivateIpAddress, index) => ({
    NetworkInterfaceId: `eni-0${'abc'[index]}`,
    InterfaceType: 'vpc_endpoint',
    VpcId: 'vpc-0a',
    SubnetId: `subnet-0${'abc'[index]}`,
    Groups: [{ GroupId: 'sg-0e', GroupName: 'endpoint' }],
    PrivateIpAddress,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress }],
    Ipv6Addresses: [{ Ipv6Address: `fd00::${index + 5}` }],
  })),
  SecurityGroups: [
    {
      GroupId: 'sg-0e',
      VpcId: 'vpc-0a',
      ...{ GroupName: 'endpoint', Description: 'of the endpoint' },
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 443,
          ToPort: 443,
          UserIdGroupPairs: [{ GroupId: 'sg-0c' }],
          IpRanges: [{ CidrIp: '10.0.0.0/16' }],
          Ipv6Ranges: [],
          PrefixListIds: [{ PrefixListId: 'pl-0a' }],
        },
      ],
      IpPermissionsEgress: [],
    },
  ],
  SecurityGroupRules: [
    {
      SecurityGroupRuleId: 'sgr-0a',
      GroupId: 'sg-0e',
      IsEgress: false,
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      ReferencedGroupInfo: { GroupId: 'sg-0c' },
    },
    {
      SecurityGroupRuleId: 'sgr-0b',
      GroupId: 'sg-0c',
      IsEgress: true,
      IpProtocol: '-1',
      FromPort: -1,
      ToPort: -1,
      CidrIpv4: '0.0.0.0/0',
    },
  ],
  NetworkAcls: ['a', 'b'].map((letter) => ({
    NetworkAclId: `acl-0${letter}`,
    VpcId: 'vpc-0a',
    IsDefault: letter === 'a',
    Associations: [{ SubnetId: `subnet-0${letter}` }],
    Entries: [
      {
        RuleNumber: 100,
        Egress: false,
        Protocol: '6',
        RuleAction: 'allow',
        CidrBlock: '0.0.0.0/0',
        PortRange: { From: 443, To: 443 },
      },
    ],
  })),
  RouteTables: ['a', 'b'].map((letter) => ({
    RouteTableId: `rtb-0${letter}`,
    VpcId: 'vpc-0a',
    Associations: [{ Main: letter === 'a', ...(letter === 'a' ? {} : { SubnetId: 'subnet-0b' }) }],
    Routes: [
      {
        DestinationCidrBlock: '10.0.0.0/16',
        GatewayId: 'local',
        Origin: 'CreateRouteTable',
        State: 'active',
      },
      {
        DestinationCidrBlock: '10.9.0.0/16',
        VpcPeeringConnectionId: 'pcx-0a',
        Origin: 'CreateRoute',
        State: 'blackhole',
      },
    ],
  })),
  Subnets: ['a', 'b'].map((letter, index) => ({
    SubnetId: `subnet-0${letter}`,
    VpcId: 'vpc-0a',
    AvailabilityZone: `us-east-1${letter}`,
    CidrBlock: `10.0.${index}.0/24`,
    Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: `fd00:0:0:${index}::/64` }],
  })),
  Vpcs: ['a', 'b'].map((letter) => ({
    VpcId: `vpc-0${letter}`,
    DhcpOptionsId: 'dopt-0a',
    CidrBlock: '10.0.0.0/16',
    CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }],
  })),
  VpcAttributes: { 'vpc-0a': { enableDnsSupport: true, enableDnsHostnames: false } },
  DhcpOptions: ['a', 'b'].map((letter) => ({
    DhcpOptionsId: `dopt-0${letter}`,
    DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] }],
  })),
  PrefixLists: { 'pl-0a': ['10.0.0.0/24', '10.0.1.0/24'], 'pl-0b': [] },
  VpcPeeringConnections: ['a', 'b'].map((letter) => ({
    VpcPeeringConnectionId: `pcx-0${letter}`,
    Status: { Code: 'active' },
    AccepterVpcInfo: {
      VpcId: 'vpc-0b',
      OwnerId: '123456789012',
      Region: 'us-east-1',
      CidrBlock: '10.9.0.0/16',
    },
    RequesterVpcInfo: { VpcId: 'vpc-0a' },
  })),
  TransitGatewayVpcAttachments: ['a', 'b'].map((letter) => ({
    TransitGatewayAttachmentId: `tgw-attach-0${letter}`,
    TransitGatewayId: 'tgw-0a',
    VpcId: 'vpc-0a',
    State: 'available',
    SubnetIds: ['subnet-0a'],
  })),
};

const createdDate = '2025-01-02T03:04:05.000Z';

/** The account. Its lists are those that the answers must give again. */
export const account: AwsDescription = descriptionOf(
  {
    ec2: ec2Lists,
    region: 'us-east-1',
    account: '123456789012',
    route53: {
      HostedZoneSummaries: ['Z1', 'Z2'].map((HostedZoneId) => ({
        HostedZoneId,
        Name: 'execute-api.us-east-1.amazonaws.com.',
        Owner:
          HostedZoneId === 'Z1' ? { OwningAccount: '123456789012' } : { OwningService: 'vpce.amazonaws.com' },
      })),
    },
    route53resolver: {
      ResolverRules: ['rslvr-rr-0a', 'rslvr-rr-0b'].map((Id) => ({
        Id,
        DomainName: 'amazonaws.com.',
        RuleType: 'FORWARD',
        TargetIps: [{ Ip: '10.1.0.2', Port: 53 }],
      })),
      ResolverRuleAssociations: [
        { ResolverRuleId: 'rslvr-rr-0a', VPCId: 'vpc-0a' },
        { ResolverRuleId: 'rslvr-rr-0b', VPCId: 'vpc-0b' },
      ],
      FirewallRuleGroupAssociations: ['vpc-0a', 'vpc-0b'].map((VpcId) => ({
        Id: `rslvr-frgassoc-${VpcId}`,
        FirewallRuleGroupId: 'rslvr-frg-0a',
        VpcId,
        Priority: 101,
        Status: 'COMPLETE',
      })),
      FirewallRules: [
        { FirewallDomainListId: 'rslvr-fdl-0a', Priority: 10, Action: 'ALLOW' },
        { FirewallDomainListId: 'rslvr-fdl-0b', Priority: 20, Action: 'BLOCK', BlockResponse: 'NXDOMAIN' },
      ].map((rule) => ({ FirewallRuleGroupId: 'rslvr-frg-0a', ...rule })),
      FirewallDomains: { 'rslvr-fdl-0a': ['intranet.example.', '*.example.com.'], 'rslvr-fdl-0b': ['*'] },
    },
  },
  {
    restApis: {
      abc123defg: {
        restApi: {
          id: 'abc123defg',
          name: 'orders',
          createdDate,
          apiKeySource: 'HEADER',
          endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: ['vpce-0a'] },
          policy: escapedPolicy(policy),
          disableExecuteApiEndpoint: false,
        },
        stages: ['dev', 'prod'].map((stageName) => ({
          stageName,
          deploymentId: 'dep1',
          createdDate,
          lastUpdatedDate: createdDate,
          methodSettings: { '*/*': { loggingLevel: 'INFO', dataTraceEnabled: false } },
        })),
        deployments: ['dep1', 'dep2'].map((id) => ({
          id,
          createdDate,
          apiSummary: { '/': { GET: { authorizationType: 'AWS_IAM', apiKeyRequired: false } } },
        })),
        resources: [
          { id: 'r1', path: '/' },
          { id: 'r2', parentId: 'r1', pathPart: 'pets', path: '/pets' },
        ],
        authorizers: [],
      },
    },
    domainNames: ['x1', 'x2'].map((domainNameId) => ({
      domainName: 'api.example.com',
      domainNameId,
      domainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/api.example.com+${domainNameId}`,
      endpointConfiguration: { types: ['PRIVATE'] },
      policy: escapedPolicy(policy),
    })),
    basePathMappings: { 'api.example.com': [{ basePath: '(none)', restApiId: 'abc123defg', stage: 'prod' }] },
    accessAssociations: ['vpce-0a', 'vpce-0b'].map((accessAssociationSource) => ({
      domainNameArn: 'arn:aws:apigateway:us-east-1::/domainnames/api.example.com+x1',
      accessAssociationSource,
      accessAssociationSourceType: 'VPCE',
    })),
    apiGatewayAccount: { cloudwatchRoleArn: 'arn:aws:iam::123456789012:role/logs' },
    logGroups: {
      'API-Gateway-Execution-Logs_abc123defg/prod': [1, 2, 3].map((number) => ({
        timestamp: 1735787045000 + number,
        message: `(4f3e3b0f-${number === 3 ? 'other' : 'wanted'}) Line ${number}`,
        logStreamName: 'stream',
      })),
    },
  },
);
