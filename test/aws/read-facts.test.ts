import fc from 'fast-check';
import { test } from 'tap';
import { readFacts } from '../../src/aws/read-facts.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { validateDocument } from '../documents/validate.js';
import { cliOutputs } from './cli-outputs.js';

const read = (name: string, value: unknown) => readFacts([{ name, text: JSON.stringify(value) }]);

test('every output of the AWS CLI is recognized, and what is kept of it satisfies the schema', async (t) => {
  const whole = readFacts(
    Object.entries(cliOutputs).map(([name, value]) => ({ name, text: JSON.stringify(value) })),
  );
  t.same(whole.notes, []);
  t.same(validateDocument(whole.facts), []);
  const { ec2, apigateway, route53, route53resolver } = whole.facts;
  t.equal(whole.facts.region, 'us-east-1', 'the Region is in the names of services and zones');
  t.equal(whole.facts.collectedAt, null, 'output of the AWS CLI has no time');
  t.same(Object.keys(ec2).sort(), [
    ...[
      'DhcpOptions',
      'NetworkAcls',
      'NetworkInterfaces',
      'PrefixLists',
      'RouteTables',
      'SecurityGroupRules',
    ],
    ...['SecurityGroups', 'Subnets', 'TransitGatewayVpcAttachments', 'VpcAttributes', 'VpcEndpoints'],
    ...['VpcPeeringConnections', 'Vpcs'],
  ]);
  t.same(ec2.VpcAttributes, { 'vpc-0a': { enableDnsSupport: true, enableDnsHostnames: false } });
  t.same(ec2.PrefixLists, { 'pl-63a5400a': ['52.216.0.0/15'], 'pl-0123456789abcdef0': ['10.0.0.0/24'] });
  t.equal(apigateway.restApi?.createdDate, '2025-01-02T03:04:05.000Z', 'seconds become a time');
  t.equal(
    apigateway.stages?.[0]?.lastUpdatedDate,
    '2025-01-02T03:04:05.000Z',
    'and so does a time with a zone',
  );
  t.equal(apigateway.deployments?.length, 2);
  t.equal(route53?.HostedZoneSummaries?.[0]?.Name, 'execute-api.us-east-1.amazonaws.com.');
  t.equal(route53resolver?.ResolverRules?.[0]?.RuleType, 'FORWARD');
  t.notMatch(
    JSON.stringify(whole),
    /secret|Tags|alice|Description/,
    'tags, variables and texts are not kept',
  );
});

test('each file alone is recognized, too', async (t) => {
  for (const [name, value] of Object.entries(cliOutputs)) {
    const { facts } = read(name, value);
    t.equal(facts.calls.length, 1, name);
    t.equal(facts.calls[0]?.status, 'ok', name);
  }
});

test('a list that was cut is partial', async (t) => {
  const { facts } = read('rules.json', { SecurityGroupRules: [], NextToken: 'eyJ' });
  t.equal(facts.calls[0]?.status, 'partial');
});

test('a file with the error of a command says what stays unknown', async (t) => {
  const failed = (code: string, action: string) =>
    `\nAn error occurred (${code}) when calling the ${action} operation: You (arn:aws:sts::123456789012:assumed-role/ops/alice) may not`;
  const { facts, notes } = readFacts([
    { name: 'a.json', text: failed('UnauthorizedOperation', 'DescribeNetworkAcls') },
    { name: 'b.json', text: '' },
    { name: 'c.json', text: failed('NotFoundException', 'GetRestApi') },
    { name: 'd.json', text: failed('RequestLimitExceeded', 'DescribeVpcs') },
  ]);
  t.same(
    facts.calls.map(({ action, status }) => `${action} ${status}`),
    ['DescribeNetworkAcls denied', 'GetRestApi error', 'DescribeVpcs throttled'],
  );
  t.equal(facts.apigateway.restApi, null, 'the API does not exist');
  t.equal(notes.length, 4);
  t.notMatch(JSON.stringify([facts, notes]), /alice/, 'the name of a session is not kept');
});

const refusals: [name: string, text: string, words: RegExp][] = [
  ['a.json', '{"SecurityGroups": [', /"a\.json" cannot be used: it begins like JSON but ends too early/],
  ['a.json', 'SECURITYGROUPS sg-1', /it is not JSON; add --output json/],
  ['a.json', '["sg-1"]', /list without the key.*leave --query out/],
  ['a.json', '"sg-1"', /not an object/],
  ['a.json', '{"kind":"report","tool":{}}', /its kind is "report"; give a report before --facts/],
  ['a.json', '{"kind":"facts","version":2}', /version 2.*upgrade/],
  ['a.json', '{"Buckets":[]}', /its keys are "Buckets"; known are .*SecurityGroupRules.*get-rest-api/],
  ['a.json', '{}', /it has no keys/],
  ['a.json', '{"Entries":[{"Cidr":"10.0.0.0/8"}]}', /name the file after its id: pl-….json/],
  [
    'a.json',
    '{"SecurityGroupRules":[{"FromPort":"x"}]}',
    /SecurityGroupRules\[0\]\.FromPort: expected a number, found "x"/,
  ],
  ['a.json', '{"NetworkAcls":{}}', /NetworkAcls: expected a list, found \{\}/],
  ['a.json', '{"kind":"facts","collectedAt":"yesterday"}', /collectedAt: expected a time/],
  ['a.json', '{\0"S\0', /UTF-16/],
];

for (const [name, text, words] of refusals) {
  test(`refused: ${text.slice(0, 60)}`, async (t) => {
    t.throws(() => readFacts([{ name, text }]), { name: 'InvalidInputError', message: words });
  });
}

test('a document of facts keeps what is known, in whatever form times and lists have', async (t) => {
  const { facts } = read('facts.json', {
    kind: 'facts',
    version: 1,
    collectedAt: 1735787045,
    region: 'us-east-1',
    account: '123456789012',
    source: 'aws',
    calls: [{ service: 'ec2', action: 'DescribeSubnets', status: 'denied', text: 'assumed-role/ops/alice' }],
    client: { groups: ['sg-1'], addresses: ['::ffff:10.0.9.9', 'nonsense'], more: 1 },
    ec2: { SecurityGroups: [{ GroupId: 'sg-1', Tags: [{ Key: 'secret' }] }] },
    apigateway: { restApi: null, stages: { item: [{ stageName: 'prod', variables: { secret: 'x' } }] } },
  });
  t.same(validateDocument(facts), []);
  t.equal(facts.collectedAt, '2025-01-02T03:04:05.000Z');
  t.same(facts.client?.addresses, ['10.0.9.9']);
  t.equal(facts.apigateway.restApi, null);
  t.equal(facts.apigateway.stages?.[0]?.stageName, 'prod');
  t.notMatch(JSON.stringify(facts), /secret|alice/);
});

test('parts are joined: an item read twice is there once, and the age is that of the oldest', async (t) => {
  const part = (collectedAt: string, ec2: object) => ({
    name: 'f',
    text: JSON.stringify({ kind: 'facts', collectedAt, ec2 }),
  });
  const { facts } = readFacts([
    part('2026-01-02T05:00:00Z', { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-old' }] }),
    part('2026-01-02T03:00:00Z', {
      Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1' }, { SubnetId: 'subnet-2' }],
    }),
  ]);
  t.same(facts.ec2.Subnets, [{ SubnetId: 'subnet-1', VpcId: 'vpc-1' }, { SubnetId: 'subnet-2' }]);
  t.equal(facts.collectedAt, '2026-01-02T03:00:00.000Z');
  const mixed = readFacts([
    part('2026-01-02T05:00:00Z', { Subnets: [] }),
    { name: 'v', text: '{"Vpcs":[]}' },
  ]);
  t.equal(mixed.facts.collectedAt, null, 'the age of a plain output is not known');
});

test('any JSON is read or refused with one line', async (t) => {
  const keys = [
    'kind',
    'ec2',
    'client',
    'calls',
    'Vpcs',
    'SecurityGroupRules',
    'item',
    'items',
    'VpcId',
    'EnableDnsSupport',
  ];
  const value = fc.jsonValue({ maxDepth: 4 });
  const document = fc.oneof(
    value,
    fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, fc.constant('facts'))),
  );
  fc.assert(
    fc.property(document, (given) => {
      try {
        t.same(validateDocument(read('any.json', given).facts), []);
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        t.notMatch(error.message, /\n/);
      }
    }),
    { numRuns: 200 },
  );
});

test('facts of two accounts: the API is that of the account that has it', (t) => {
  const document = (account: string, more: object) => ({
    name: `${account}.json`,
    text: JSON.stringify({ kind: 'facts', collectedAt: '2026-01-02T03:00:00Z', account, ...more }),
  });
  const vpc = document('111111111111', { ec2: { Vpcs: [] }, apigateway: { restApi: null } });
  const api = document('222222222222', { apigateway: { restApi: { id: 'a1b2c3d4e5' } } });
  for (const files of [
    [vpc, api],
    [api, vpc],
  ])
    t.match(readFacts(files).facts, {
      account: '111111111111',
      apigateway: { restApi: { id: 'a1b2c3d4e5' }, accountId: '222222222222' },
    });
  const plain = {
    name: 'rest-api.json',
    text: JSON.stringify({ id: 'a1b2c3d4e5', endpointConfiguration: { types: ['PRIVATE'] } }),
  };
  t.match(readFacts([vpc, plain]).facts.apigateway, { restApi: { id: 'a1b2c3d4e5' }, accountId: 'unknown' });
  t.equal(readFacts([vpc]).facts.apigateway.accountId, undefined);
  t.end();
});
