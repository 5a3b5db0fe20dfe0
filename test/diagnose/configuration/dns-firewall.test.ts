import fc from 'fast-check';
import { test } from 'tap';
import type { FactsDocument, FirewallRuleFacts, Gate, ResolverFacts } from '../../../src/documents/facts.js';
import { dns, dnsFailure, type Given, HOST } from '../evidence.js';
import { configuredEvidence, factsOf, VPC } from './vpc.js';

const SERVICE = 'execute-api.us-east-1.amazonaws.com';
const blocked = dnsFailure(HOST, 'nxdomain');
const answered = dns(HOST, ['10.0.1.5', '10.0.2.5']);

function rule(list: string | null, action: string, more: Partial<FirewallRuleFacts> = {}): FirewallRuleFacts {
  return {
    FirewallRuleGroupId: 'rslvr-frg-0a',
    ...(list === null ? {} : { FirewallDomainListId: `rslvr-fdl-${list}` }),
    Action: action,
    ...(action === 'BLOCK' ? { BlockResponse: 'NXDOMAIN' } : {}),
    ...more,
  };
}

interface Filter {
  rules: readonly FirewallRuleFacts[];
  lists?: Readonly<Record<string, readonly string[]>>;
  more?: ResolverFacts;
  calls?: FactsDocument['calls'];
}

/** The rules in their order, unless they have priorities. */
function gateOf({ rules, lists = {}, more = {}, calls = [] }: Filter, given: Given = {}): Gate | undefined {
  const resolver: ResolverFacts = {
    FirewallRuleGroupAssociations: [{ FirewallRuleGroupId: 'rslvr-frg-0a', VpcId: VPC, Priority: 101 }],
    FirewallRules: rules.map((each, index) => ({ Priority: 10 * (index + 1), ...each })),
    FirewallDomains: Object.fromEntries(
      Object.entries(lists).map(([name, domains]) => [`rslvr-fdl-${name}`, [...domains]]),
    ),
    ...more,
  };
  const { gates } = configuredEvidence(
    { dns: [blocked], ...given },
    factsOf({}, { route53resolver: resolver, calls }),
  );
  return gates?.find(({ gate }) => gate === 'dns-firewall');
}

const all = { all: ['*.'], own: [HOST], below: ['*.amazonaws.com.'] };

const rows: readonly (readonly [name: string, filter: Filter, state: Gate['state'], text: RegExp, Given?])[] =
  [
    [
      'a wildcard has what is below it',
      { rules: [rule('below', 'BLOCK')], lists: all },
      'deny',
      /the list has \*\.amazonaws/,
    ],
    [
      'a wildcard does not have the name above it',
      { rules: [rule('l', 'BLOCK')], lists: { l: [`*.${HOST}.`] } },
      'allow',
      /does not block/,
    ],
    [
      'a name does not have what is below it',
      { rules: [rule('l', 'BLOCK')], lists: { l: ['amazonaws.com.'] } },
      'allow',
      /does not block/,
    ],
    [
      'a star has every name',
      { rules: [rule('l', 'BLOCK')], lists: { l: ['*'] } },
      'deny',
      /the list has \*/,
    ],
    [
      'names are compared without case',
      { rules: [rule('l', 'BLOCK')], lists: { l: [`${HOST.toUpperCase()}.`] } },
      'deny',
      /NXDOMAIN/,
    ],
    [
      'a star without a dot is not documented',
      { rules: [rule('l', 'BLOCK')], lists: { l: ['*amazonaws.com'] } },
      'unknown',
      /the domains of rslvr-fdl-l/,
    ],
    [
      'the first rule that has the name decides: it allows',
      {
        rules: [
          rule('own', 'ALLOW', { FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' }),
          rule('l', 'BLOCK'),
        ],
        lists: { ...all, l: ['*'] },
      },
      'allow',
      /rslvr-fdl-own allows it/,
    ],
    [
      'the first rule by its priority, and not by its place',
      { rules: [rule('own', 'ALLOW', { Priority: 9 }), rule('below', 'BLOCK', { Priority: 3 })], lists: all },
      'deny',
      /rslvr-fdl-below/,
    ],
    [
      'an alert lets the name pass',
      {
        rules: [
          rule('own', 'ALERT', { FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' }),
          rule('l', 'BLOCK'),
        ],
        lists: { ...all, l: ['*'] },
      },
      'allow',
      /only alerts/,
    ],
    [
      'an alias that no rule allows is blocked',
      { rules: [rule('own', 'ALLOW'), rule('l', 'BLOCK')], lists: { ...all, l: ['*'] } },
      'deny',
      new RegExp(`blocks ${SERVICE}, of which ${HOST} is an alias`),
    ],
    [
      'an alias is not blocked where the answer has it',
      { rules: [rule('own', 'ALLOW'), rule('l', 'BLOCK')], lists: { ...all, l: ['*'] } },
      'allow',
      /does not block/,
      { dns: [answered] },
    ],
    [
      'a blocking rule that trusts aliases looks at the first name alone',
      {
        rules: [rule('l', 'BLOCK', { FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' })],
        lists: { l: [SERVICE] },
      },
      'allow',
      /does not block/,
    ],
    [
      'a list that was not read can allow the name before another blocks it',
      { rules: [rule('x', 'ALLOW'), rule('below', 'BLOCK')], lists: all },
      'unknown',
      /rslvr-fdl-x.* can let .* pass before the rule for rslvr-fdl-below/,
    ],
    [
      'a list that was not read can block the name',
      { rules: [rule('x', 'BLOCK'), rule('own', 'ALLOW')], lists: all },
      'unknown',
      /rslvr-fdl-x.* can block/,
    ],
    [
      'two rules that block: one list is enough to know that it is blocked',
      { rules: [rule('x', 'BLOCK'), rule('below', 'BLOCK')], lists: all },
      'deny',
      /rslvr-fdl-below/,
    ],
    [
      'an alert that was not read changes nothing',
      { rules: [rule('x', 'ALERT')] },
      'allow',
      /does not block/,
    ],
    [
      'a list that was cut',
      {
        rules: [rule('l', 'BLOCK')],
        lists: { l: ['example.com'] },
        calls: [{ service: 'route53resolver', action: 'ListFirewallDomains', status: 'partial', text: null }],
      },
      'unknown',
      /the domains of rslvr-fdl-l/,
    ],
    [
      'rules that were cut',
      {
        rules: [rule('l', 'BLOCK')],
        lists: { l: ['example.com'] },
        calls: [{ service: 'route53resolver', action: 'ListFirewallRules', status: 'partial', text: null }],
      },
      'unknown',
      /the rules of rslvr-frg-0a/,
    ],
    ['a group whose rules were not read', { rules: [] }, 'unknown', /the rules of rslvr-frg-0a/],
    [
      'a group without rules',
      {
        rules: [],
        calls: [{ service: 'route53resolver', action: 'ListFirewallRules', status: 'ok', text: null }],
      },
      'allow',
      /does not block/,
    ],
    [
      'a rule of DNS Firewall Advanced that blocks',
      { rules: [rule(null, 'BLOCK', { DnsThreatProtection: 'DGA' })] },
      'unknown',
      /Advanced in rslvr-frg-0a.*DGA/,
    ],
    [
      'a rule of DNS Firewall Advanced that alerts',
      { rules: [rule(null, 'ALERT', { DnsThreatProtection: 'DGA' })] },
      'allow',
      /does not block/,
    ],
    [
      'a rule for queries of another type',
      { rules: [rule('below', 'BLOCK', { Qtype: 'MX' })], lists: all },
      'allow',
      /does not block/,
    ],
    [
      'a rule for AAAA alone leaves A',
      { rules: [rule('below', 'BLOCK', { Qtype: 'TYPE28' })], lists: all },
      'partly',
      /queries of type TYPE28/,
    ],
    [
      'a rule for A',
      { rules: [rule('below', 'BLOCK', { Qtype: 'A' })], lists: all },
      'deny',
      /queries of type A/,
    ],
    [
      'a group of another VPC',
      {
        rules: [rule('below', 'BLOCK')],
        lists: all,
        more: { FirewallRuleGroupAssociations: [{ FirewallRuleGroupId: 'rslvr-frg-0a', VpcId: 'vpc-0b' }] },
      },
      'allow',
      /no rule group/,
    ],
    [
      'another answer, that of the rule',
      {
        rules: [
          rule('below', 'BLOCK', { BlockResponse: 'OVERRIDE', BlockOverrideDomain: 'sinkhole.example.' }),
        ],
        lists: all,
      },
      'deny',
      /OVERRIDE with sinkhole\.example/,
      { dns: [{ ...answered, chain: ['sinkhole.example'] }] },
    ],
  ];

test('what the rules of DNS Firewall do with the name', async (t) => {
  for (const [name, filter, state, text, given] of rows) {
    const gate = gateOf(filter, given);
    t.equal(gate?.state, state, name);
    t.match(gate?.text, text, name);
  }
});

test('certain only where the answer is that of the rule', async (t) => {
  const limitOf = (more: Partial<FirewallRuleFacts>, given: Given = {}) =>
    gateOf({ rules: [rule('below', 'BLOCK', more)], lists: all }, given)?.limit;
  t.equal(limitOf({}), undefined);
  t.equal(limitOf({ BlockResponse: 'NODATA' }), 'medium', 'NXDOMAIN is not the answer of NODATA');
  t.equal(limitOf({ BlockResponse: 'NODATA' }, { dns: [dnsFailure(HOST, 'no-data')] }), undefined);
  const other = { BlockResponse: 'OVERRIDE', BlockOverrideDomain: 'sinkhole.example' };
  t.equal(limitOf(other, { dns: [answered] }), 'medium', 'another answer than that of the rule');
  t.equal(gateOf({ rules: [rule('x', 'BLOCK'), rule('below', 'BLOCK')], lists: all })?.limit, 'high');
});

test('a remedy permits the one name', async (t) => {
  const commandsOf = (filter: Filter) => (gateOf(filter)?.remedies ?? []).map(({ command }) => command);
  t.match(commandsOf({ rules: [rule('own', 'BLOCK')], lists: all }), [
    `update-firewall-domains --region us-east-1 --firewall-domain-list-id rslvr-fdl-own --operation REMOVE --domains ${HOST}`,
  ]);
  t.match(
    commandsOf({ rules: [rule('l', 'ALLOW'), rule('below', 'BLOCK')], lists: { ...all, l: ['a.b'] } }),
    [`--firewall-domain-list-id rslvr-fdl-l --operation ADD --domains ${HOST}`],
  );
  t.match(commandsOf({ rules: [rule('below', 'BLOCK')], lists: all }), [
    'create-firewall-domain-list',
    `--operation ADD --domains ${HOST}`,
    '--firewall-rule-group-id rslvr-frg-0a --firewall-domain-list-id ID_OF_THE_NEW_LIST --priority 9 --action ALLOW',
  ]);
  t.match(commandsOf({ rules: [rule('own', 'ALLOW'), rule('l', 'BLOCK')], lists: { ...all, l: ['*'] } }), [
    'update-firewall-rule --region us-east-1 --firewall-rule-group-id rslvr-frg-0a --firewall-domain-list-id rslvr-fdl-own --firewall-domain-redirection-action TRUST_REDIRECTION_DOMAIN',
    `--firewall-domain-list-id rslvr-fdl-own --operation ADD --domains ${SERVICE}`,
  ]);
});

test('what is read only makes the answer surer', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const lists = { a: [HOST], b: ['*'], c: ['example.com'], d: [SERVICE] };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom('ALLOW', 'BLOCK', 'ALERT')), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.subarray(names),
      (pairs, known) => {
        const rules = pairs.map(([list, action]) =>
          rule(list, action, { FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN' }),
        );
        const some = Object.fromEntries(Object.entries(lists).filter(([name]) => known.includes(name)));
        const partial = gateOf({ rules, lists: some })?.state;
        const whole = gateOf({ rules, lists })?.state;
        return partial === 'unknown' || partial === whole;
      },
    ),
    { numRuns: 150 },
  );
  t.pass();
});

test('a name that is not that of an API: only what is blocked is told', async (t) => {
  const target = { target: 'db.example.com:5432', dns: [dnsFailure('db.example.com', 'nxdomain')] };
  const lists = { l: ['*.example.com'], other: ['example.net'] };
  const gate = gateOf({ rules: [rule('l', 'BLOCK')], lists }, target);
  t.match(gate, { state: 'deny', resource: 'rslvr-frg-0a', rule: 'rslvr-fdl-l' });
  t.equal(gateOf({ rules: [rule('other', 'BLOCK')], lists }, target), undefined);
  t.match(gateOf({ rules: [rule('x', 'BLOCK')], lists }, target), { state: 'unknown' });
});
