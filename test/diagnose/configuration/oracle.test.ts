import fc from 'fast-check';
import { test } from 'tap';
import { gatesOf } from '../../../src/diagnose/configuration/gates.js';
import type {
  Gate,
  NetworkAclEntryFacts,
  RouteFacts,
  SecurityGroupRuleFacts,
} from '../../../src/documents/facts.js';
import { attempt, CLIENT, dns, evidence, HOST, tcpOf } from '../evidence.js';
import { acl, factsOf, healthy, VPC } from './vpc.js';

/**
 * The evaluators beside a model of a VPC that sends one packet for each source port through the same facts, and the answer back.
 * The model compares addresses as numbers and knows no gate.
 */

const six = { client: '2600:1f18:1:9::15', target: '2600:1f18:1:1::5' };
const four = { client: CLIENT, target: '10.0.1.5' };
const lists = { 'pl-0a': ['10.0.9.0/28', '2600:1f18:1:9::/64'], 'pl-0b': ['10.0.1.0/24', '192.0.2.0/24'] };

const blocks = [
  '0.0.0.0/0',
  '10.0.0.0/16',
  '10.0.9.0/24',
  '10.0.9.15/32',
  '10.0.9.16/28',
  '10.0.1.5/32',
  '10.0.1.0/30',
  '192.168.0.0/16',
];
const blocksOfSix = ['::/0', '2600:1f18:1::/56', '2600:1f18:1:9::/64', '2600:1f18:1:1::5/128', 'fd00::/8'];
const cidr = fc.constantFrom(...blocks, ...blocksOfSix);
const port = fc.constantFrom(0, 22, 80, 443, 444, 32768, 40000, 49152, 60999, 65535);
const range = fc.tuple(port, port).map((pair) => [Math.min(...pair), Math.max(...pair)] as const);

/** As EC2 gives it: every rule has ports, those of every protocol are -1. */
const rule: fc.Arbitrary<SecurityGroupRuleFacts> = fc
  .record({
    group: fc.constantFrom('sg-0c', 'sg-0d', 'sg-0e'),
    IsEgress: fc.boolean(),
    protocol: fc.constantFrom('-1', 'tcp', 'tcp', '6', 'udp', 'icmp'),
    ports: fc.oneof(fc.constant([443, 443] as const), range),
    peer: fc.oneof(
      cidr.map((block) => (block.includes(':') ? { CidrIpv6: block } : { CidrIpv4: block })),
      fc.constantFrom('pl-0a', 'pl-0b').map((PrefixListId) => ({ PrefixListId })),
      fc
        .constantFrom('sg-0c', 'sg-0e', 'sg-0f')
        .map((GroupId) => ({ ReferencedGroupInfo: { GroupId, UserId: '123456789012' } })),
    ),
  })
  .map(({ group, IsEgress, protocol, ports, peer }) => {
    const [FromPort, ToPort] = protocol === '-1' || protocol === 'icmp' ? [-1, -1] : ports;
    return { GroupId: group, IsEgress, IpProtocol: protocol, FromPort, ToPort, ...peer };
  });

const entry: fc.Arbitrary<NetworkAclEntryFacts> = fc
  .record({
    RuleNumber: fc.integer({ min: 1, max: 300 }),
    Egress: fc.boolean(),
    Protocol: fc.constantFrom('-1', '6', '6', '17', '1'),
    RuleAction: fc.constantFrom('allow', 'allow', 'deny'),
    block: cidr,
    ports: range,
  })
  .map(({ block, ports: [From, To], ...rest }) => ({
    ...rest,
    ...(block.includes(':') ? { Ipv6CidrBlock: block } : { CidrBlock: block }),
    ...(rest.Protocol === '6' || rest.Protocol === '17' ? { PortRange: { From, To } } : {}),
  }));
const entries = fc.uniqueArray(entry, {
  maxLength: 6,
  selector: ({ RuleNumber, Egress }) => `${RuleNumber} ${Egress}`,
});
const open: NetworkAclEntryFacts[] = [true, false].flatMap((Egress) => [
  { RuleNumber: 400, Egress, Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' },
  { RuleNumber: 401, Egress, Protocol: '-1', RuleAction: 'allow', Ipv6CidrBlock: '::/0' },
]);

/** Routes that end, lead inside, or were learned; what an appliance does is not in the facts. */
const route: fc.Arbitrary<RouteFacts> = fc.oneof(
  fc.constantFrom('10.0.1.0/24', '10.0.0.0/8', '0.0.0.0/0').map((DestinationCidrBlock) => ({
    DestinationCidrBlock,
    VpcPeeringConnectionId: 'pcx-0a',
    Origin: 'CreateRoute',
    State: 'blackhole',
  })),
  fc.constantFrom('10.0.1.0/24', '10.0.9.0/24', '10.0.0.0/15').map((DestinationCidrBlock) => ({
    DestinationCidrBlock,
    GatewayId: 'vgw-0a',
    Origin: 'EnableVgwRoutePropagation',
    State: 'active',
  })),
  fc.constantFrom('0.0.0.0/0', '10.0.0.0/8').map((DestinationCidrBlock) => ({
    DestinationCidrBlock,
    GatewayId: 'igw-0a',
    Origin: 'CreateRoute',
    State: 'active',
  })),
  fc.constant({
    DestinationIpv6CidrBlock: '2600:1f18:1:1::/64',
    NetworkInterfaceId: 'eni-0f',
    Origin: 'CreateRoute',
    State: 'blackhole',
  }),
  fc.constant({
    DestinationIpv6CidrBlock: '::/0',
    EgressOnlyInternetGatewayId: 'eigw-0a',
    Origin: 'CreateRoute',
    State: 'active',
  }),
);
const local: RouteFacts[] = [
  { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' },
  {
    DestinationIpv6CidrBlock: '2600:1f18:1::/56',
    GatewayId: 'local',
    Origin: 'CreateRouteTable',
    State: 'active',
  },
];

interface World {
  family: 4 | 6;
  rules: SecurityGroupRuleFacts[];
  acls: { client: NetworkAclEntryFacts[]; target: NetworkAclEntryFacts[] };
  routes: RouteFacts[];
}

const opened = fc.constantFrom(true, true, false);
const world: fc.Arbitrary<World> = fc
  .record({
    family: fc.constantFrom(4 as const, 6 as const),
    rules: fc.array(rule, { maxLength: 8 }),
    out: opened,
    in: opened,
    client: entries,
    target: entries,
    closed: fc.constantFrom('neither', 'neither', 'client', 'target'),
    routes: fc.oneof(
      fc.constant<RouteFacts[]>([]),
      fc.uniqueArray(route, {
        maxLength: 3,
        selector: (each) => each.DestinationCidrBlock ?? each.DestinationIpv6CidrBlock,
      }),
    ),
  })
  .map(({ family, rules, out, in: inside, client, target, closed, routes }) => ({
    family,
    rules: [
      ...rules,
      // Half of the worlds get past the groups.
      ...(out ? ['0.0.0.0/0', '::/0'].map((block) => everyAddress('sg-0c', true, block)) : []),
      ...(inside ? ['0.0.0.0/0', '::/0'].map((block) => everyAddress('sg-0e', false, block)) : []),
    ],
    acls: {
      client: closed === 'client' ? client : [...client, ...open],
      target: closed === 'target' ? target : [...target, ...open],
    },
    routes,
  }));

function everyAddress(GroupId: string, IsEgress: boolean, block: string): SecurityGroupRuleFacts {
  return {
    GroupId,
    IsEgress,
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    ...(block === '::/0' ? { CidrIpv6: block } : { CidrIpv4: block }),
  };
}

/** An address as 32 or 128 bits in text. */
function bits(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((each) => Number(each).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const filler = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  return [...groups(head), ...(address.includes('::') ? filler : []), ...groups(tail)]
    .map((each) => Number.parseInt(each, 16).toString(2).padStart(16, '0'))
    .join('');
}

function isIn(block: string | undefined, address: string): boolean {
  const [net = '', length] = (block ?? '').split('/');
  if (block === undefined || net.includes(':') !== address.includes(':')) return false;
  return bits(net).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}

/** Whether the answer to a SYN from this port comes back: no part of the model looks at the others. */
function comesBack({ family, rules, acls, routes }: World, localPort: number): boolean {
  const { client, target } = family === 6 ? six : four;
  const groupAllows = (groups: string[], IsEgress: boolean, peer: string, peerGroups: string[]): boolean =>
    rules.some((each) => {
      if (!groups.includes(each.GroupId ?? '') || each.IsEgress !== IsEgress) return false;
      if (!['-1', 'tcp', '6'].includes(each.IpProtocol ?? '')) return false;
      if (each.IpProtocol !== '-1' && !((each.FromPort ?? 0) <= 443 && 443 <= (each.ToPort ?? 0)))
        return false;
      const list = Object.entries(lists).find(([id]) => id === each.PrefixListId)?.[1] ?? [];
      return (
        isIn(each.CidrIpv4 ?? each.CidrIpv6, peer) ||
        list.some((block) => isIn(block, peer)) ||
        peerGroups.includes(each.ReferencedGroupInfo?.GroupId ?? '')
      );
    });
  const aclAllows = (all: NetworkAclEntryFacts[], Egress: boolean, peer: string, to: number): boolean => {
    const first = all
      .filter((each) => each.Egress === Egress)
      .sort((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0))
      .find(
        ({ Protocol, CidrBlock, Ipv6CidrBlock, PortRange }) =>
          (Protocol === '-1' || Protocol === '6') &&
          isIn(CidrBlock ?? Ipv6CidrBlock, peer) &&
          (Protocol === '-1' || ((PortRange?.From ?? 0) <= to && to <= (PortRange?.To ?? 0))),
      );
    return first?.RuleAction === 'allow';
  };
  const leads = (to: string): boolean => {
    const matching = [...local, ...routes]
      .filter((each) => isIn(each.DestinationCidrBlock ?? each.DestinationIpv6CidrBlock, to))
      // Both ends are inside the VPC, so that the local route comes before every learned one.
      .filter(({ Origin }) => Origin !== 'EnableVgwRoutePropagation');
    const length = ({ DestinationCidrBlock, DestinationIpv6CidrBlock }: RouteFacts) =>
      Number((DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? '').split('/')[1]);
    const [best] = matching.sort((one, other) => length(other) - length(one));
    return best?.GatewayId === 'local';
  };
  return (
    groupAllows(['sg-0c', 'sg-0d'], true, target, ['sg-0e']) &&
    aclAllows(acls.client, true, target, 443) &&
    leads(target) &&
    aclAllows(acls.target, false, client, 443) &&
    groupAllows(['sg-0e'], false, client, ['sg-0c', 'sg-0d']) &&
    aclAllows(acls.target, true, client, localPort) &&
    leads(client) &&
    aclAllows(acls.client, false, target, localPort)
  );
}

function gatesIn({ family, rules, acls, routes }: World): Gate[] {
  const { client, target } = family === 6 ? six : four;
  const [own, endpoint] = healthy.NetworkInterfaces;
  return gatesOf(
    evidence({
      dns: [dns(HOST, [target])],
      tcp: [tcpOf(HOST, [attempt(target, 'timeout', { localAddress: client })])],
      vantage: { localPorts: { first: 32768, last: 60999 } },
      configuration: factsOf({
        NetworkInterfaces: [
          {
            ...own,
            Groups: [{ GroupId: 'sg-0c' }, { GroupId: 'sg-0d' }],
            Ipv6Addresses: [{ Ipv6Address: six.client }],
          },
          { ...endpoint, Ipv6Addresses: [{ Ipv6Address: six.target }] },
        ],
        SecurityGroupRules: rules.map((each, index) => ({ ...each, SecurityGroupRuleId: `sgr-0${index}` })),
        PrefixLists: lists,
        NetworkAcls: [acl('acl-0c', 'subnet-0c', acls.client), acl('acl-0e1', 'subnet-0e1', acls.target)],
        RouteTables: [
          {
            RouteTableId: 'rtb-0a',
            VpcId: VPC,
            Associations: [{ Main: true }],
            Routes: [...local, ...routes],
          },
        ],
      }),
    }),
  ).filter(({ gate }) => ['security-group', 'network-acl', 'route'].includes(gate));
}

test('gates say what happens to a packet of each source port and to its answer', (t) => {
  const seen = { allow: 0, deny: 0, partly: 0 };
  const edges = [32768, 39999, 40000, 40001, 49151, 49152, 49153, 60998, 60999];
  fc.assert(
    fc.property(world, (each) => {
      const gates = gatesIn(each);
      const back = edges.filter((localPort) => comesBack(each, localPort)).length;
      const states = new Set(gates.map(({ state }) => state));
      const said = JSON.stringify(
        gates.map(({ gate, end, direction, state }) => [gate, end, direction, state]),
      );
      // Whether a rule for a group counts is not known behind a route that ends.
      if (states.has('unknown') && !states.has('deny')) throw new Error(`everything is known: ${said}`);
      const state = states.has('deny') ? 'deny' : states.has('partly') ? 'partly' : 'allow';
      seen[state] += 1;
      if (state === 'deny' && back > 0) throw new Error(`packets pass: ${said}`);
      if (state === 'allow' && back < edges.length) throw new Error(`packets are lost: ${said}`);
      if (state === 'partly' && back === edges.length) throw new Error(`all packets pass: ${said}`);
      if (back === 0 && state === 'allow') throw new Error(`no packet passes: ${said}`);
    }),
    { numRuns: 200, seed: 20 },
  );
  t.ok(seen.allow > 5 && seen.deny > 20 && seen.partly > 0, JSON.stringify(seen));
  t.end();
});
