import { isDeepStrictEqual } from 'node:util';
import type { ReportDocument } from '../../../src/documents/report.js';
import { addresses, vpceId, vpcId } from '../facts.js';
import { faultNamed } from '../faults/index.js';
import { healthy, type LabState } from '../state.js';
import { type Scenario, scenario } from './scenario.js';
import {
  configuration,
  endpointIngress,
  everything,
  groupRule,
  healthyConfiguration,
  healthyEc2,
  ids,
  type LabConfiguration,
  networkAcl,
  route,
  secondSubnetAcl,
} from './vpc.js';

/** Situations in which packets do not arrive, or arrive although the configuration says otherwise. */

type Ec2 = LabConfiguration['ec2'];

const { client, endpoint } = ids;
const silent = 'every address is silent';

/** A route beside the healthy ones. */
function withRoute(...more: Parameters<typeof route>[0][]): LabConfiguration {
  return configuration(routeTable(...more));
}

function routeTable(...more: Parameters<typeof route>[0][]): Ec2 {
  return {
    RouteTables: healthyEc2.RouteTables.map((table) => ({
      ...table,
      Routes: [...table.Routes, ...more.map(route)],
    })),
  };
}

/** Another VPC, with one host at 10.9.0.20 that everything may reach. */
const far = {
  vpc: 'vpc-0fa4000000000001a',
  subnet: 'subnet-0fa4000000000001a',
  group: 'sg-0fa4000000000001a',
  acl: 'acl-0fa4000000000001a',
  table: 'rtb-0fa4000000000001a',
  peering: 'pcx-0fa4000000000001a',
  transit: 'tgw-0fa4000000000001a',
  attachment: 'tgw-attach-0fa4000000000001a',
  target: '10.9.0.20:443',
  block: '10.9.0.0/16',
} as const;

const dropsFar = { ...healthy, vpcRoutes: [`blackhole ${far.block}`] };

function withFar(near: Ec2, more: Ec2 = {}): LabConfiguration {
  return configuration({
    ...near,
    NetworkInterfaces: [
      ...healthyEc2.NetworkInterfaces,
      {
        NetworkInterfaceId: 'eni-0fa4000000000001a',
        InterfaceType: 'interface',
        VpcId: far.vpc,
        SubnetId: far.subnet,
        Groups: [{ GroupId: far.group }],
        PrivateIpAddress: '10.9.0.20',
      },
    ],
    SecurityGroupRules: [
      ...healthyEc2.SecurityGroupRules,
      groupRule('sgr-0fa4000000000001a', far.group, false, 443, { CidrIpv4: '10.0.0.0/8' }),
    ],
    Subnets: [...healthyEc2.Subnets, { SubnetId: far.subnet, VpcId: far.vpc, CidrBlock: '10.9.0.0/24' }],
    NetworkAcls: [...healthyEc2.NetworkAcls, { ...networkAcl(far.acl, far.subnet), VpcId: far.vpc }],
    Vpcs: [
      ...healthyEc2.Vpcs,
      { VpcId: far.vpc, CidrBlock: far.block, CidrBlockAssociationSet: [{ CidrBlock: far.block }] },
    ],
    ...more,
  });
}

function farTable(...routes: Parameters<typeof route>[0][]) {
  return {
    RouteTableId: far.table,
    VpcId: far.vpc,
    Associations: [{ Main: true }],
    Routes: [{ DestinationCidrBlock: far.block, GatewayId: 'local' }, ...routes].map(route),
  };
}

const peering = {
  VpcPeeringConnectionId: far.peering,
  Status: { Code: 'active' },
  AccepterVpcInfo: { VpcId: far.vpc, CidrBlock: far.block },
  RequesterVpcInfo: { VpcId: vpcId, CidrBlock: '10.0.0.0/16' },
};

const toPeer = { DestinationCidrBlock: far.block, VpcPeeringConnectionId: far.peering };

const tcp443 = { Egress: false, Protocol: '6', RuleAction: 'deny', PortRange: { From: 443, To: 443 } };
const denies443 = secondSubnetAcl(
  { ...tcp443, RuleNumber: 90, CidrBlock: '0.0.0.0/0' },
  { ...tcp443, RuleNumber: 91, Ipv6CidrBlock: '::/0' },
  ...everything(false),
  ...everything(true),
);

/** The second subnet's ACL lets answers out to ports from 49152 on; the client's range begins at 32768. */
const upperPorts = secondSubnetAcl(
  ...everything(false),
  ...[{ CidrBlock: '0.0.0.0/0' }, { Ipv6CidrBlock: '::/0' }].map((block, index) => ({
    RuleNumber: 100 + index,
    Egress: true,
    Protocol: '6',
    RuleAction: 'allow',
    PortRange: { From: 49_152, To: 65_535 },
    ...block,
  })),
);

/** The report as it is when the silent connections had a source port below those that may pass. */
function fromLowPorts(report: ReportDocument): ReportDocument {
  const tcp = report.observations.tcp.map((document) => ({
    ...document,
    attempts: document.attempts.map((attempt) =>
      attempt.status === 'timeout' ? { ...attempt, localPort: 40_000 } : attempt,
    ),
  }));
  return { ...report, observations: { ...report.observations, tcp } };
}

const allSilent: LabState = faultNamed('security-group').state;

/** The endpoint's first interface belongs to something else. */
function firstInterface(change: Partial<NonNullable<Ec2['NetworkInterfaces']>[number]>): LabConfiguration {
  return configuration({
    VpcEndpoints: healthyEc2.VpcEndpoints.map((each) => ({
      ...each,
      NetworkInterfaceIds: endpoint.enis.slice(1),
    })),
    NetworkInterfaces: healthyEc2.NetworkInterfaces.map((each) =>
      each.NetworkInterfaceId === endpoint.enis[0] ? { ...each, ...change } : each,
    ),
  });
}

/** The interfaces of an endpoint that was made again have other addresses than the name still gives. */
const recreated = configuration({
  NetworkInterfaces: healthyEc2.NetworkInterfaces.map((each) =>
    isDeepStrictEqual(each.Groups, [{ GroupId: endpoint.group }])
      ? {
          ...each,
          PrivateIpAddress: each.PrivateIpAddress.replace(/\.\d+$/, '.77'),
          PrivateIpAddresses: [],
          Ipv6Addresses: [],
        }
      : each,
  ),
});

const group = { cause: 'tcp.security-group', confidence: 'certain' } as const;

export const networkScenarios: readonly Scenario[] = [
  scenario('group-without-rule', silent, 'the endpoint’s group has no inbound rule', endpointIngress(null), {
    ...group,
    resource: endpoint.group,
    says: ['authorize-security-group-ingress', client.group],
  }),
  scenario(
    'group-of-others',
    silent,
    'the endpoint’s group allows another group',
    endpointIngress(
      groupRule(endpoint.ingress, endpoint.group, false, 443, {
        ReferencedGroupInfo: { GroupId: 'sg-00000000000000bad' },
      }),
    ),
    { ...group, resource: endpoint.group, says: [endpoint.ingress, 'sg-00000000000000bad'] },
  ),
  scenario(
    'group-too-narrow',
    silent,
    'the endpoint’s group allows a range without the client',
    endpointIngress(groupRule(endpoint.ingress, endpoint.group, false, 443, { CidrIpv4: '10.0.8.0/24' })),
    { ...group, resource: endpoint.group, says: [endpoint.ingress, '10.0.8.0/24', addresses.client.ipv4] },
  ),
  scenario(
    'client-group-out',
    silent,
    'the client’s group allows port 80 out',
    faultNamed('egress').state.configuration,
    { ...group, resource: client.group, says: ['authorize-security-group-egress'] },
  ),
  scenario('acl-denies', 'one address is silent', 'rule 90 of its subnet’s ACL denies 443', denies443, {
    cause: 'tcp.network-acl',
    confidence: 'certain',
    resource: endpoint.acls[1],
    rule: '90',
    says: [addresses.eniB.ipv4],
  }),
  scenario(
    'acl-some-ports',
    'one address is silent',
    'its ACL lets answers out to some ports',
    upperPorts,
    {
      cause: 'tcp.network-acl',
      confidence: 'certain',
      resource: endpoint.acls[1],
      says: ['to part of the ports', '32768'],
    },
    { state: faultNamed('network-acl-return').state, edited: fromLowPorts },
  ),
  scenario(
    'peering-deleted',
    silent,
    'the route leads to a peering that is gone',
    withRoute({ ...toPeer, State: 'blackhole' }),
    {
      cause: 'route.blackhole',
      confidence: 'certain',
      resource: ids.routeTable,
      rule: far.block,
      says: [far.peering],
    },
    { target: far.target },
  ),
  scenario(
    'no-route',
    silent,
    'only the default route to a NAT gateway fits',
    withFar({}, { RouteTables: [...healthyEc2.RouteTables, farTable()] }),
    { cause: 'route.missing', confidence: 'high', resource: ids.routeTable, says: [ids.nat] },
    { target: far.target, state: dropsFar },
  ),
  scenario(
    'no-route-back',
    silent,
    'the peer’s route table has no route back',
    withFar(
      {},
      {
        RouteTables: [...(routeTable(toPeer).RouteTables ?? []), farTable()],
        VpcPeeringConnections: [peering],
      },
    ),
    { cause: 'route.missing', confidence: 'certain', resource: far.table },
    { target: far.target },
  ),
  scenario(
    'transit-zone',
    silent,
    'the transit gateway’s attachment has no subnet in the client’s zone',
    withFar(
      {},
      {
        RouteTables: [
          ...(routeTable({ DestinationCidrBlock: far.block, TransitGatewayId: far.transit }).RouteTables ??
            []),
          farTable({ DestinationCidrBlock: '10.0.0.0/16', TransitGatewayId: far.transit }),
        ],
        TransitGatewayVpcAttachments: [
          {
            TransitGatewayAttachmentId: far.attachment,
            TransitGatewayId: far.transit,
            VpcId: vpcId,
            State: 'available',
            SubnetIds: [endpoint.subnets[1]],
          },
        ],
      },
    ),
    { cause: 'route.missing', confidence: 'certain', resource: far.attachment },
    { target: far.target },
  ),
  scenario(
    'all-allows',
    silent,
    'everything that was read allows it',
    healthyConfiguration,
    { cause: 'tcp.timeout-all', confidence: 'medium', resource: null, says: ['describe-flow-logs'] },
    { state: allSilent },
  ),
  scenario(
    'no-interface',
    silent,
    'no interface of the VPC has the addresses',
    recreated,
    { cause: 'tcp.timeout-all', confidence: 'high', resource: vpceId },
    { state: allSilent },
  ),
  scenario(
    'load-balancer',
    silent,
    'an address belongs to a load balancer',
    firstInterface({ InterfaceType: 'network_load_balancer' }),
    { cause: 'tcp.timeout-all', confidence: 'medium', resource: endpoint.enis[0], says: [/load.balancer/] },
    { state: allSilent },
  ),
  scenario(
    'denied-but-open',
    'the API answers',
    'the endpoint’s group has no inbound rule',
    endpointIngress(null),
    { cause: 'reachable', confidence: 'certain', resource: null, says: [endpoint.group] },
    { state: healthy },
  ),
  scenario(
    'reset',
    'a device resets the connection',
    'everything that was read allows it',
    healthyConfiguration,
    { cause: 'policy.sni-filtered', confidence: 'high', resource: null },
    { state: faultNamed('name-filtered').state },
  ),
  scenario(
    'prohibited',
    'a router sends ICMP administratively prohibited',
    'everything that was read allows it',
    healthyConfiguration,
    {
      cause: 'policy.icmp-prohibited',
      confidence: 'high',
      resource: null,
      says: [addresses.gateway.ipv4],
    },
    { state: faultNamed('firewall-prohibits').state },
  ),
  scenario(
    'nothing-read',
    silent,
    'the service endpoints of AWS were silent, too',
    { ec2: {}, apigateway: {} },
    { cause: 'tcp.timeout-all', confidence: 'high', resource: null },
    {
      state: allSilent,
      calls: [{ service: 'ec2', action: 'DescribeNetworkInterfaces', status: 'silent', text: null }],
    },
  ),
];
