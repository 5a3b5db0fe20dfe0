import fc from 'fast-check';
import { test } from 'tap';
import { nowMs } from '../../../src/core/clock.js';
import {
  blockOf,
  blockOfAddress,
  contains,
  covers,
  prefixLookup,
} from '../../../src/diagnose/configuration/block.js';
import { gatesOf } from '../../../src/diagnose/configuration/gates.js';
import { atPort, judgeAcl } from '../../../src/diagnose/configuration/network-acl.js';
import { chooseRoute } from '../../../src/diagnose/configuration/routes.js';
import { groupTable, judgeGroups } from '../../../src/diagnose/configuration/security-groups.js';
import type {
  NetworkAclEntryFacts,
  RouteFacts,
  SecurityGroupRuleFacts,
} from '../../../src/documents/facts.js';
import { runs } from '../../runs.js';
import { dns, evidence, HOST, tcp } from '../evidence.js';
import { factsOf } from './vpc.js';

const peer = blockOfAddress('10.0.9.15');
if (peer === null) throw new Error('an address is a block');
const cidr = fc.constantFrom(
  '0.0.0.0/0',
  '::/0',
  '10.0.9.15/32',
  '10.0.9.0/24',
  '10.0.8.0/23',
  '10.0.8.0/24',
  '192.168.0.0/16',
  'nonsense',
);
const port = fc.constantFrom(0, 80, 443, 444, 32768, 50000, 65535);

test('0.0.0.0/0 and ::/0 match every address of their family, and none of the other', async (t) => {
  for (const address of ['10.0.9.15', '255.255.255.255', '0.0.0.0', '::ffff:10.0.9.15']) {
    const block = blockOfAddress(address);
    t.equal(block !== null && covers('0.0.0.0/0', block), true, address);
    t.equal(block !== null && covers('::/0', block), false, address);
  }
  for (const address of ['fd00::1', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']) {
    const block = blockOfAddress(address);
    t.equal(block !== null && covers('::/0', block), true, address);
    t.equal(block !== null && covers('0.0.0.0/0', block), false, address);
  }
  for (const text of [
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.256/8',
    '010.0.0.0/8',
    '10.0.0.0.0',
    '10.0.0.0/',
    '/8',
    '',
    '10.0.0.0/8x',
  ])
    t.equal(covers(text, peer), null, text);
  t.equal(covers('pl-0a', peer), null);
});

test('a block contains what its prefix says: compared with the bits as text', (t) => {
  const bits = (address: number) => address.toString(2).padStart(32, '0');
  const quad = (address: number) =>
    [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 0, max: 32 }), (one, other, length) => {
      const [outer, inner] = [blockOf(`${quad(one)}/${length}`), blockOf(quad(other))];
      if (outer === null || inner === null) throw new Error('not a block');
      const same = bits(one).slice(0, length) === bits(other).slice(0, length);
      return contains(outer, inner) === same && covers(`${quad(one)}/${length}`, inner) === same;
    }),
    { numRuns: runs(200) },
  );
  t.end();
});

const rule: fc.Arbitrary<SecurityGroupRuleFacts> = fc.record(
  {
    SecurityGroupRuleId: fc.constantFrom('sgr-0a', 'sgr-0b'),
    GroupId: fc.constantFrom('sg-0a', 'sg-0b'),
    IsEgress: fc.boolean(),
    IpProtocol: fc.constantFrom('tcp', '6', '-1', 'udp'),
    FromPort: port,
    ToPort: port,
    CidrIpv4: cidr,
    PrefixListId: fc.constantFrom('pl-0a', 'pl-0b'),
    ReferencedGroupInfo: fc.record({
      GroupId: fc.constantFrom('sg-0c', 'sg-0d'),
      PeeringStatus: fc.constantFrom('active', 'deleted'),
    }),
  },
  { requiredKeys: ['GroupId', 'IsEgress'] },
);

function groups(
  rules: readonly SecurityGroupRuleFacts[],
  lists: Record<string, string[]>,
  peerGroups: string[] | null,
) {
  const table = groupTable({ SecurityGroupRules: [...rules] }, { partial: false, everyGroup: true });
  return judgeGroups(
    ['sg-0a', 'sg-0b'],
    'inbound',
    { port: 443, peer, family: 4, peerGroups, references: true, lists: prefixLookup(lists, peer ?? never()) },
    table,
  );
}

function never(): never {
  throw new Error('unreachable');
}

test('security groups: a further rule never turns allow into another state, and unknown only shrinks with what is read', (t) => {
  const known = fc.dictionary(
    fc.constantFrom('pl-0a', 'pl-0b'),
    fc.array(
      cidr.filter((each) => each !== 'nonsense'),
      { maxLength: 3 },
    ),
  );
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), rule, known, (rules, more, lists) => {
      const before = groups(rules, lists, ['sg-0c']);
      const after = groups([...rules, more], lists, ['sg-0c']);
      if (before.state === 'allow' && after.state !== 'allow') throw new Error('allow was lost');
      if (before.state === 'unknown' && after.state === 'deny')
        throw new Error('a rule does not take another one away');
      // Less is read: the prefix lists, the groups of the other end.
      for (const less of [groups(rules, {}, ['sg-0c']), groups(rules, lists, null)])
        if (less.state !== 'unknown' && less.state !== before.state)
          throw new Error(`${less.state} became ${before.state}`);
    }),
    { numRuns: runs(200) },
  );
  t.end();
});

const entry: fc.Arbitrary<NetworkAclEntryFacts> = fc.record({
  RuleNumber: fc.integer({ min: 1, max: 60 }),
  Egress: fc.constant(false),
  Protocol: fc.constantFrom('-1', '6', '17'),
  RuleAction: fc.constantFrom('allow', 'deny'),
  CidrBlock: cidr.filter((each) => each !== 'nonsense'),
  PortRange: fc
    .tuple(port, port)
    .map(([one, other]) => ({ From: Math.min(one, other), To: Math.max(one, other) })),
});
const entries = fc.uniqueArray(entry, { maxLength: 8, selector: ({ RuleNumber }) => RuleNumber });

test('network ACLs: the ranges say of each port what the first rule that matches says', (t) => {
  const ports = { first: 400, last: 52_000 };
  const sample = [400, 442, 443, 444, 445, 32_767, 32_768, 32_769, 49_999, 50_000, 50_001, 52_000];
  fc.assert(
    fc.property(entries, (all) => {
      const decision = judgeAcl({ Entries: all }, 'in', peer, ports);
      const sorted = [...all].sort((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0));
      const covered = decision.parts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      if (covered !== ports.last - ports.first + 1)
        throw new Error('the parts leave ports out, or have some twice');
      for (const each of sample) {
        const first = sorted.find(
          ({ Protocol, CidrBlock = '', PortRange }) =>
            Protocol !== '17' &&
            covers(CidrBlock, peer) === true &&
            (Protocol === '-1' || ((PortRange?.From ?? 0) <= each && each <= (PortRange?.To ?? 0))),
        );
        const said = atPort(decision, each);
        if (said?.state !== (first?.RuleAction ?? 'deny') || said.rule !== String(first?.RuleNumber ?? '*'))
          throw new Error(`port ${each}: ${said?.state} by ${said?.rule}`);
      }
    }),
    { numRuns: runs(200) },
  );
  t.end();
});

test('network ACLs: a rule that allows never makes a port denied, and one that denies never makes one allowed', (t) => {
  fc.assert(
    fc.property(entries, entry, (all, more) => {
      const rest = all.filter(({ RuleNumber }) => RuleNumber !== more.RuleNumber);
      const at443 = (list: NetworkAclEntryFacts[]) =>
        judgeAcl({ Entries: list }, 'in', peer, { first: 443, last: 443 }).state;
      const [before, after] = [at443(rest), at443([...rest, more])];
      if (more.RuleAction === 'allow' && before === 'allow' && after !== 'allow')
        throw new Error('allow was lost');
      if (more.RuleAction === 'deny' && before === 'deny' && after !== 'deny')
        throw new Error('deny was lost');
    }),
    { numRuns: runs(200) },
  );
  t.end();
});

test('routes: the longest prefix decides, in whatever order they stand', (t) => {
  const route: fc.Arbitrary<RouteFacts> = fc.record({
    DestinationCidrBlock: fc.constantFrom(
      '0.0.0.0/0',
      '10.0.0.0/8',
      '10.0.0.0/16',
      '10.0.9.0/24',
      '10.0.9.15/32',
      '10.1.0.0/16',
    ),
    GatewayId: fc.constantFrom('local', 'igw-0a', 'vgw-0a'),
    State: fc.constantFrom('active', 'blackhole'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(route, { selector: (each) => each.DestinationCidrBlock }), (routes) => {
      const decision = chooseRoute({ Routes: routes }, peer, () => null);
      const matching = routes.filter(
        ({ DestinationCidrBlock = '' }) => covers(DestinationCidrBlock, peer) === true,
      );
      const best = Math.max(
        -1,
        ...matching.map(({ DestinationCidrBlock = '' }) => Number(DestinationCidrBlock.split('/')[1])),
      );
      if (decision.state === 'missing') return best === -1;
      return decision.state === 'found' && decision.route.destination.endsWith(`/${best}`);
    }),
    { numRuns: runs(200) },
  );
  const lists = prefixLookup({ 'pl-0a': ['10.0.9.0/24', '10.0.0.0/8'] }, peer);
  const found = chooseRoute(
    {
      Routes: [
        { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' },
        { DestinationPrefixListId: 'pl-0a', TransitGatewayId: 'tgw-0a' },
      ],
    },
    peer,
    lists,
  );
  t.match(
    found,
    { state: 'found', route: { id: 'tgw-0a' } },
    'a prefix list counts with the entry that matches',
  );
  t.match(
    chooseRoute(
      {
        Routes: [
          { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' },
          { DestinationPrefixListId: 'pl-0b', TransitGatewayId: 'tgw-0a' },
        ],
      },
      peer,
      lists,
    ),
    { state: 'unknown' },
    'a prefix list that was not read can have a longer prefix',
  );
  t.match(
    chooseRoute(
      {
        Routes: [
          { DestinationCidrBlock: '10.0.9.0/24', GatewayId: 'vgw-0a', Origin: 'EnableVgwRoutePropagation' },
          { DestinationCidrBlock: '10.0.9.0/24', TransitGatewayId: 'tgw-0a', Origin: 'CreateRoute' },
        ],
      },
      peer,
      lists,
    ),
    { route: { id: 'tgw-0a' } },
    'a static route comes before a learned one',
  );
  t.end();
});

test('ten thousand rules and prefix lists of a thousand entries take no longer than a look at each', async (t) => {
  const lists = Object.fromEntries(
    Array.from({ length: 20 }, (_, list) => [
      `pl-${list}`,
      Array.from({ length: 1000 }, (__, each) => `172.16.${each % 256}.0/24`),
    ]),
  );
  const many: SecurityGroupRuleFacts[] = Array.from({ length: 10_000 }, (_, each) => ({
    SecurityGroupRuleId: `sgr-${each}`,
    GroupId: 'sg-0e',
    IsEgress: false,
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    ...(each % 2 === 0
      ? { PrefixListId: `pl-${each % 20}` }
      : { CidrIpv6: `fd00:${(each % 65_000).toString(16)}::/32` }),
  }));
  const given = evidence({
    dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
    configuration: factsOf({ SecurityGroupRules: many, PrefixLists: lists }),
  });
  const startMs = nowMs();
  const gates = gatesOf(given);
  t.comment(`${Math.round(nowMs() - startMs)} ms`);
  t.match(
    gates.find(({ gate, end }) => gate === 'security-group' && end === 'target'),
    { state: 'deny', resource: 'sg-0e' },
  );
});

test('network ACLs: each of 65,536 ports has the decision of the first rule that matches it', (t) => {
  fc.assert(
    fc.property(entries, (all) => {
      const { parts } = judgeAcl({ Entries: all }, 'in', peer, { first: 0, last: 65535 });
      const sorted = [...all].sort((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0));
      const matching = sorted.filter(
        ({ Protocol, CidrBlock = '' }) => Protocol !== '17' && covers(CidrBlock, peer) === true,
      );
      for (const { first, last, state } of parts)
        for (let each = first; each <= last; each++) {
          const rule = matching.find(
            ({ Protocol, PortRange }) =>
              Protocol === '-1' || ((PortRange?.From ?? 0) <= each && each <= (PortRange?.To ?? 0)),
          );
          if (state !== (rule?.RuleAction ?? 'deny')) throw new Error(`port ${each}: ${state}`);
        }
      const size = parts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      if (size !== 65_536) throw new Error(`${size} ports`);
    }),
    { numRuns: 20 },
  );
  t.end();
});
