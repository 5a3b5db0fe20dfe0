/** Outputs of the AWS CLI by the name of a file, of both versions: with what pprobe does not keep, and times in each form. */
export const cliOutputs: Readonly<Record<string, object>> = {
  'vpc-endpoints.json': {
    VpcEndpoints: [
      {
        VpcEndpointId: 'vpce-0aaaaaaaaaaaaaaaa',
        VpcEndpointType: 'Interface',
        VpcId: 'vpc-0a',
        ServiceName: 'com.amazonaws.us-east-1.execute-api',
        State: 'available',
        PolicyDocument: '{"Statement":[]}',
        RouteTableIds: [],
        SubnetIds: ['subnet-0e'],
        Groups: [{ GroupId: 'sg-0e', GroupName: 'alice' }],
        IpAddressType: 'ipv4',
        DnsOptions: { DnsRecordIpType: 'ipv4', PrivateDnsOnlyForInboundResolverEndpoint: false },
        PrivateDnsEnabled: true,
        RequesterManaged: false,
        NetworkInterfaceIds: ['eni-0e'],
        DnsEntries: [
          { DnsName: 'vpce-0aaaaaaaaaaaaaaaa-x.execute-api.us-east-1.vpce.amazonaws.com', HostedZoneId: 'Z' },
        ],
        CreationTimestamp: '2025-01-02T03:04:05.678000+00:00',
        Tags: [{ Key: 'Name', Value: 'secret' }],
        OwnerId: '123456789012',
      },
    ],
  },
  'network-interfaces.json': {
    NetworkInterfaces: [
      {
        NetworkInterfaceId: 'eni-0e',
        InterfaceType: 'vpc_endpoint',
        Description: 'secret',
        VpcId: 'vpc-0a',
        SubnetId: 'subnet-0e',
        AvailabilityZone: 'us-east-1a',
        OwnerId: 123456789012,
        Status: 'in-use',
        Groups: [{ GroupId: 'sg-0e', GroupName: 'alice' }],
        PrivateIpAddress: '10.0.1.5',
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '10.0.1.5', PrivateDnsName: 'ip-10-0-1-5' }],
        Ipv6Addresses: [{ Ipv6Address: 'fd00::5', IsPrimaryIpv6: false }],
        TagSet: [],
      },
    ],
  },
  'security-groups.json': {
    SecurityGroups: [
      {
        GroupId: 'sg-0e',
        GroupName: 'alice',
        Description: 'secret',
        VpcId: 'vpc-0a',
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort: 443,
            ToPort: 443,
            UserIdGroupPairs: [{ UserId: '123456789012', GroupId: 'sg-0c', Description: 'secret' }],
            IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'secret' }],
            Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }],
            PrefixListIds: [{ PrefixListId: 'pl-0123456789abcdef0' }],
          },
        ],
        IpPermissionsEgress: [],
        Tags: null,
      },
    ],
  },
  'security-group-rules.json': {
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: 'sgr-0a',
        GroupId: 'sg-0e',
        GroupOwnerId: '123456789012',
        IsEgress: false,
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: '443',
        ReferencedGroupInfo: { GroupId: 'sg-0c', UserId: '123456789012' },
        Description: 'secret',
        Tags: [],
      },
    ],
  },
  'network-acls.json': {
    NetworkAcls: [
      {
        NetworkAclId: 'acl-0a',
        VpcId: 'vpc-0a',
        IsDefault: true,
        Associations: [
          { NetworkAclAssociationId: 'aclassoc-0a', NetworkAclId: 'acl-0a', SubnetId: 'subnet-0e' },
        ],
        Entries: [
          { CidrBlock: '0.0.0.0/0', Egress: true, Protocol: '-1', RuleAction: 'allow', RuleNumber: 100 },
          {
            CidrBlock: '0.0.0.0/0',
            Egress: false,
            Protocol: 6,
            RuleAction: 'deny',
            RuleNumber: 90,
            PortRange: { From: 443, To: 443 },
          },
        ],
        Tags: [],
        OwnerId: '123456789012',
      },
    ],
  },
  'route-tables.json': {
    RouteTables: [
      {
        RouteTableId: 'rtb-0a',
        VpcId: 'vpc-0a',
        Associations: [
          {
            Main: true,
            RouteTableAssociationId: 'rtbassoc-0a',
            RouteTableId: 'rtb-0a',
            AssociationState: { State: 'associated' },
          },
        ],
        PropagatingVgws: [],
        Routes: [
          {
            DestinationCidrBlock: '10.0.0.0/16',
            GatewayId: 'local',
            Origin: 'CreateRouteTable',
            State: 'active',
          },
          {
            DestinationPrefixListId: 'pl-63a5400a',
            GatewayId: 'vpce-0b',
            Origin: 'CreateRoute',
            State: 'active',
          },
        ],
        Tags: [],
      },
    ],
  },
  'subnets.json': {
    Subnets: [
      {
        SubnetId: 'subnet-0e',
        VpcId: 'vpc-0a',
        AvailabilityZone: 'us-east-1a',
        CidrBlock: '10.0.1.0/24',
        Ipv6CidrBlockAssociationSet: [],
      },
    ],
  },
  'vpcs.json': {
    Vpcs: [
      {
        VpcId: 'vpc-0a',
        DhcpOptionsId: 'dopt-0a',
        CidrBlock: '10.0.0.0/16',
        CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }],
      },
    ],
  },
  'dns-support.json': { VpcId: 'vpc-0a', EnableDnsSupport: { Value: true } },
  'dns-hostnames.json': { EnableDnsHostnames: { Value: false }, VpcId: 'vpc-0a' },
  'dhcp-options.json': {
    DhcpOptions: [
      {
        DhcpOptionsId: 'dopt-0a',
        DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] }],
      },
    ],
  },
  'peerings.json': {
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: 'pcx-0a',
        Status: { Code: 'active', Message: 'Active' },
        AccepterVpcInfo: { VpcId: 'vpc-0b', CidrBlock: '10.9.0.0/16' },
        RequesterVpcInfo: { VpcId: 'vpc-0a' },
        ExpirationTime: '2025-01-02T03:04:05Z',
      },
    ],
  },
  'attachments.json': {
    TransitGatewayVpcAttachments: [
      {
        TransitGatewayAttachmentId: 'tgw-attach-0a',
        TransitGatewayId: 'tgw-0a',
        VpcId: 'vpc-0a',
        State: 'available',
        SubnetIds: ['subnet-0e'],
      },
    ],
  },
  'prefix-lists.json': {
    PrefixLists: [
      { PrefixListId: 'pl-63a5400a', PrefixListName: 'com.amazonaws.us-east-1.s3', Cidrs: ['52.216.0.0/15'] },
    ],
  },
  'pl-0123456789abcdef0.json': { Entries: [{ Cidr: '10.0.0.0/24', Description: 'secret' }] },
  'zones.json': {
    HostedZoneSummaries: [
      {
        HostedZoneId: 'Z1',
        Name: 'execute-api.us-east-1.amazonaws.com.',
        Owner: { OwningAccount: '123456789012' },
      },
    ],
    MaxItems: '100',
  },
  'rules.json': {
    ResolverRules: [
      {
        Id: 'rslvr-rr-0a',
        DomainName: 'amazonaws.com.',
        RuleType: 'FORWARD',
        TargetIps: [{ Ip: '10.1.0.2', Port: 53 }],
        Name: 'alice',
      },
    ],
  },
  'associations.json': {
    ResolverRuleAssociations: [
      { Id: 'rslvr-rrassoc-0a', ResolverRuleId: 'rslvr-rr-0a', VPCId: 'vpc-0a', Status: 'COMPLETE' },
    ],
  },
  'rest-api.json': {
    id: 'abc123defg',
    name: 'secret',
    description: 'secret',
    createdDate: 1735787045,
    apiKeySource: 'HEADER',
    endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: ['vpce-0aaaaaaaaaaaaaaaa'] },
    policy: '{\\"Version\\":\\"2012-10-17\\"}',
    disableExecuteApiEndpoint: false,
    tags: {},
  },
  'stages-abc123defg.json': {
    item: [
      {
        deploymentId: 'dep1',
        stageName: 'prod',
        createdDate: '2025-01-02T04:04:05+01:00',
        lastUpdatedDate: '2025-01-02T04:04:05+01:00',
        variables: { secret: 'secret' },
      },
    ],
  },
  'deployments-abc123defg.json': {
    items: [
      { id: 'dep1', createdDate: 1735787045.5 },
      { id: 'dep2', description: 'secret', createdDate: '2025-01-02T03:04:05Z' },
    ],
  },
  'domain-name.json': {
    domainName: 'api.example.com',
    endpointConfiguration: { types: ['PRIVATE'] },
    domainNameStatus: 'AVAILABLE',
  },
  'mappings.json': { items: [{ basePath: '(none)', restApiId: 'abc123defg', stage: 'prod' }] },
  'caller.json': {
    UserId: 'AROAX:alice',
    Account: '123456789012',
    Arn: 'arn:aws:sts::123456789012:assumed-role/ops/alice',
  },
};
