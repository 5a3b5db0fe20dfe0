import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { awsCalls, callNames, callOf } from '../../src/aws/calls.js';
import { collectCommands } from '../../src/aws/collect-commands.js';
import { leastPrivilegePolicy } from '../../src/aws/policy.js';
import { type ConfigurationReading, readConfiguration } from '../../src/aws/read-configuration.js';
import { readFacts } from '../../src/aws/read-facts.js';
import { readingBounds } from '../../src/aws/reader.js';
import type { OpenSession } from '../../src/aws/session.js';
import { nowMs } from '../../src/core/clock.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { configuredEvidence, factsOf, healthy, VPC } from '../diagnose/configuration/vpc.js';
import { CLIENT, dns, HOST, tcp } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { type FakeAccount, failure, fakeAws, type Interception } from './fake-session.js';

const target = parseTarget(`https://${HOST}/prod`);
const [apiId = ''] = HOST.split('.');
const ends = { addresses: ['10.0.1.5', '10.0.2.5'], own: [CLIENT], identities: [] };
const gateway = {
  GetRestApi: { id: apiId, endpointConfiguration: { types: ['PRIVATE'] }, tags: { owner: 'jane.doe' } },
  GetStages: { item: [{ stageName: 'prod', deploymentId: 'dep1', variables: { password: 'hunter2' } }] },
  GetResources: { items: [{ id: 'r', path: '/', resourceMethods: { GET: { authorizationType: 'NONE' } } }] },
  GetAccount: { throttleSettings: { rateLimit: 10 } },
  GetDeployments: { items: [{ id: 'dep1', createdDate: '2026-01-01T00:00:00.000Z' }] },
  GetDeployment: {
    id: 'dep1',
    createdDate: '2026-01-01T00:00:00.000Z',
    apiSummary: { '/': { GET: { authorizationType: 'AWS_IAM', apiKeyRequired: false } } },
  },
};

async function read(
  account: FakeAccount = { ec2: healthy, gateway },
  intercept?: Interception,
  known = ends,
): Promise<ConfigurationReading & { actions: string[] }> {
  const { open, calls } = fakeAws(account, intercept);
  const reading = await readConfiguration(target, Promise.resolve(known), { open });
  return { ...reading, actions: calls.map(({ action }) => action) };
}

test('what is read leads to the same gates as the whole configuration', async (t) => {
  const { facts } = await read();
  t.same(validateDocument(facts), []);
  t.match(facts, { source: 'aws', account: '123456789012', client: { interfaceId: 'eni-0c', vpcId: VPC } });
  const given = {
    dns: [dns(HOST, ends.addresses)],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
  };
  const gates = (facts: Parameters<typeof configuredEvidence>[1]) =>
    configuredEvidence(given, facts).gates?.filter(({ gate }) => !/api|stage|policy/.test(gate));
  const { route53 = {}, route53resolver = {} } = facts;
  t.same(
    gates({ ...facts, collectedAt: factsOf().collectedAt }),
    gates({ ...factsOf(), route53, route53resolver }),
  );
  t.ok(facts.calls.every(({ status }) => status === 'ok'));
  t.match(
    facts.apigateway.deployments,
    [gateway.GetDeployments.items[0]],
    'the list and the methods are one',
  );
  t.match(facts.apigateway.deployments, [{ apiSummary: gateway.GetDeployment.apiSummary }]);
  t.notMatch(JSON.stringify(facts), /jane|hunter2|variables|tags/i, 'no session, no variable, no tag');
});

test('a refused call is noted with its permission, and the rest is kept', async (t) => {
  const network = callNames.filter((name) => callOf(name).service === 'ec2' && callOf(name).cliOnly !== true);
  for (const refused of network) {
    const { facts, actions } = await read(undefined, ({ action }) =>
      action === refused
        ? failure('UnauthorizedOperation', { message: 'User: arn:aws:sts::1:assumed-role/r/jane' })
        : null,
    );
    const noted = facts.calls.filter(({ action }) => action === refused);
    t.equal(noted.length > 0, actions.includes(refused), refused);
    for (const { status, text } of noted) {
      t.equal(status, 'denied');
      t.match(text, `ec2:${refused}`);
      t.match(text, callOf(refused).shows);
    }
    t.notMatch(JSON.stringify(facts), /jane/);
    t.equal(facts.apigateway.restApi?.id, apiId);
  }
});

test('a service that does not answer is asked once more at most, and the others are read', async (t) => {
  const { facts, actions } = await read(undefined, ({ service }) =>
    service === 'ec2' ? failure('TimeoutError', { httpStatus: null, contentType: null }) : null,
  );
  t.equal(actions.filter((each) => each.startsWith('Describe')).length, 1);
  t.match(
    facts.calls.find(({ service }) => service === 'ec2'),
    { status: 'silent' },
  );
  t.equal(facts.apigateway.stages?.length, 1);
  t.same(facts.ec2, {});
});

test('lists: all pages, an end where tokens repeat or never end, and what a failed page leaves', async (t) => {
  const [rule] = healthy.SecurityGroupRules;
  let page = 0;
  const paged =
    (token: (page: number) => string): Interception =>
    ({ action }) => {
      if (action !== 'DescribeSecurityGroupRules') return null;
      page += 1;
      const rules = Array.from({ length: 1000 }, (_, index) => ({
        ...rule,
        SecurityGroupRuleId: `sgr-${page}-${index}`,
      }));
      return { answer: { SecurityGroupRules: rules, NextToken: token(page) } };
    };
  const outcome = async (token: (page: number) => string) => {
    page = 0;
    const { facts } = await read(undefined, paged(token));
    const { status } = facts.calls.find(({ action }) => action === 'DescribeSecurityGroupRules') ?? {};
    return { status, rules: facts.ec2.SecurityGroupRules?.length, pages: page };
  };
  t.same(await outcome((each) => (each < 3 ? `t${each}` : '')), { status: 'ok', rules: 3000, pages: 3 });
  t.same(await outcome((each) => `t${each}`), {
    status: 'partial',
    rules: readingBounds.items,
    pages: readingBounds.pages,
  });
  t.same(await outcome(() => 'again'), { status: 'partial', rules: 2000, pages: 2 });
  const { facts } = await read(undefined, (call) =>
    call.input.NextToken === undefined
      ? paged(() => 'next')(call)
      : failure('RequestLimitExceeded', { httpStatus: 503 }),
  );
  t.match(
    facts.calls.find(({ action }) => action === 'DescribeSecurityGroupRules'),
    { status: 'partial' },
  );
});

test('an answer of another shape is no answer', async (t) => {
  const answers: [action: string, answer: unknown][] = [
    ['DescribeVpcEndpoints', {}],
    ['DescribeVpcEndpoints', null],
    ['DescribeVpcEndpoints', { VpcEndpoints: 'none' }],
    ['DescribeVpcEndpoints', { VpcEndpoints: [{ SubnetIds: 'all' }] }],
    ['DescribeVpcs', []],
    ['GetRestApi', { id: 'zzzzzzzzzz' }],
    ['GetStages', { items: [] }],
    ['DescribeVpcAttribute', { VpcId: 'vpc-other', EnableDnsSupport: { Value: false } }],
  ];
  for (const [wrong, answer] of answers) {
    const { facts } = await read(undefined, ({ action }) => (action === wrong ? { answer } : null));
    t.match(
      facts.calls.find(({ action }) => action === wrong),
      { status: 'error', text: /not one of AWS/ },
      wrong,
    );
    t.same(validateDocument(facts), []);
  }
});

test('an API that API Gateway does not know is absent, and that of a proxy is unknown', async (t) => {
  t.equal((await read({ ec2: healthy })).facts.apigateway.restApi, null);
  const { facts } = await read({ ec2: healthy }, ({ action }) =>
    action === 'GetRestApi'
      ? failure('NotFoundException', { httpStatus: 404, contentType: 'text/html' })
      : null,
  );
  t.equal(facts.apigateway.restApi, undefined);
});

test('the client is unknown where its address is that of several interfaces', async (t) => {
  const [own] = healthy.NetworkInterfaces;
  const twice = [...healthy.NetworkInterfaces, { ...own, NetworkInterfaceId: 'eni-0f', VpcId: 'vpc-0f' }];
  t.equal((await read({ ec2: { ...healthy, NetworkInterfaces: twice }, gateway })).facts.client, null);
});

test('without credentials or Region, it says what to give', async (t) => {
  const none = await read({
    credentials: {
      code: 'CredentialsProviderError',
      httpStatus: null,
      contentType: null,
      message: 'Could not load',
    },
  });
  t.match(none.problem, /no AWS credentials: Could not load\. Give --aws-profile/);
  t.same(none.actions, []);
  const custom = parseTarget('api.example.com');
  const { open } = fakeAws({ region: null });
  t.match((await readConfiguration(custom, Promise.resolve(ends), { open })).problem, /give --region/);
});

test('without credentials, the lookup of the target is not awaited', async (t) => {
  const credentials = { code: 'CredentialsProviderError', httpStatus: null, contentType: null, message: '' };
  const { open } = fakeAws({ credentials });
  const { problem } = await readConfiguration(target, new Promise(() => {}), { open });
  t.match(problem, /no AWS credentials/);
});

test('the time for reading includes what the process did before', async (t) => {
  const ended = { code: 'SessionClosed', httpStatus: null, contentType: null, message: '' };
  let end = (): void => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  // The SDK is never loaded.
  const open: OpenSession = ({ region }) => ({
    ready: new Promise(() => {}),
    prepare: () => over.then(() => ({ credentials: { failure: ended }, region })),
    call: () => over.then(() => ({ failure: ended })),
    close: end,
  });
  const { problem } = await readConfiguration(target, Promise.resolve(ends), {
    open,
    timeoutMs: 600_000,
    beganMs: nowMs() - 700_000,
  });
  t.match(problem, /the time for reading was over before credentials were found/);
});

test('the printed commands make the calls of the table, and collect makes those of the SDK', async (t) => {
  const [list] = healthy.RouteTables;
  const routes = [
    ...(list?.Routes ?? []),
    { DestinationCidrBlock: '10.1.0.0/16', VpcPeeringConnectionId: 'pcx-0a' },
    { DestinationPrefixListId: 'pl-0123456789abcdef0', TransitGatewayId: 'tgw-0a' },
  ];
  const { actions } = await read({
    ec2: { ...healthy, RouteTables: [{ ...list, Routes: routes }] },
    gateway,
    resolver: filtering,
  });
  const custom = parseTarget('https://api.example.com/orders', { vpce: 'vpce-0123456789abcdef0' });
  const { open, calls } = fakeAws({ ec2: healthy });
  await readConfiguration(custom, Promise.resolve(ends), { open });
  const made = new Set([...actions, ...calls.map(({ action }) => action), 'FilterLogEvents']);
  const ofSdk = callNames.filter((name) => callOf(name).cliOnly !== true);
  t.same([...made].sort(), [...ofSdk].sort());

  const lines = [target, custom].flatMap((each) =>
    collectCommands(each, {
      vpcId: 'vpc-0123456789abcdef0',
      source: CLIENT,
      prefixLists: ['pl-0123456789abcdef0'],
    }),
  );
  const words = new Set(lines.map((line) => line.split(' ')[2]?.replaceAll('-', '')));
  const names = callNames
    .filter((name) => name !== 'FilterLogEvents' && callOf(name).collectOnly !== true)
    .map((name) => name.toLowerCase());
  t.same([...words].sort(), names.sort());
});

const filtering = {
  FirewallRuleGroupAssociations: [{ FirewallRuleGroupId: 'rslvr-frg-0a', VpcId: VPC, Priority: 101 }],
  FirewallRules: [
    {
      FirewallRuleGroupId: 'rslvr-frg-0a',
      FirewallDomainListId: 'rslvr-fdl-0a',
      Priority: 1,
      Action: 'BLOCK',
    },
    { FirewallRuleGroupId: 'rslvr-frg-0a', DnsThreatProtection: 'DGA', Priority: 2, Action: 'ALERT' },
  ],
  FirewallDomains: { 'rslvr-fdl-0a': ['*.amazonaws.com.', 'example.com.'] },
};

test('DNS Firewall: groups, then their rules, then the names in their lists; of each what was refused', async (t) => {
  const account = { ec2: healthy, gateway, resolver: filtering };
  const { facts, actions } = await read(account);
  t.same(validateDocument(facts), []);
  t.match(facts.route53resolver, filtering);
  const order = ['ListFirewallRuleGroupAssociations', 'ListFirewallRules', 'ListFirewallDomains'];
  t.same(
    actions.filter((each) => order.includes(each)),
    order,
  );
  for (const refused of order) {
    const { facts: rest } = await read(account, ({ action }) =>
      action === refused ? failure('AccessDeniedException') : null,
    );
    t.match(
      rest.calls.find(({ action }) => action === refused),
      { status: 'denied', text: `route53resolver:${refused}` },
    );
    t.equal(rest.calls.filter(({ status }) => status !== 'ok').length, 1, refused);
  }
  const host = parseTarget('db.example.com:5432');
  const { open, calls } = fakeAws(account);
  await readConfiguration(host, Promise.resolve(ends), { open });
  t.same(
    calls.flatMap(({ service, action }) => (service === 'route53resolver' ? [action] : [])),
    order,
    'a name that is not that of an API can be blocked, too',
  );
});

/** The AWS CLI for DNS Firewall: text with a line for each id, and the list id where a query asks for it. */
const fakeCli = `#!/bin/sh
case "$*" in
*none*) ;;
*associations*) printf 'rslvr-frg-0a\\nrslvr-frg-0b\\n' ;;
*list-firewall-rules*"output text") printf 'rslvr-fdl-0a\\n' ;;
*list-firewall-rules*0a*) printf '{\\n    "FirewallRules": [{"FirewallRuleGroupId": "rslvr-frg-0a", "Action": "BLOCK"}]\\n}\\n' ;;
*list-firewall-rules*) printf '{\\n    "FirewallRules": [{"FirewallRuleGroupId": "rslvr-frg-0b", "Action": "ALLOW"}]\\n}\\n' ;;
*"FirewallDomainListId: 'rslvr-fdl-0a'"*) printf '{\\n    "FirewallDomainListId": "rslvr-fdl-0a",\\n    "Domains": ["a.example."]\\n}\\n' ;;
esac
`;

test('the printed commands for DNS Firewall ask for every group and every list', async (t) => {
  const folder = t.testdir({ aws: fakeCli });
  chmodSync(join(folder, 'aws'), 0o755);
  const read = (vpcId: string) => {
    const lines = collectCommands(target, { vpcId }).filter((line) => line.includes('xargs'));
    for (const line of lines)
      execFileSync('sh', ['-c', line], {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      });
    const files = ['firewall-rules.json', 'firewall-domains.json'].map((name) => join(folder, name));
    return readFacts(files.map((name) => ({ name, text: readFileSync(name, 'utf8') })));
  };
  t.same(read(VPC).facts.route53resolver, {
    FirewallRules: [
      { FirewallRuleGroupId: 'rslvr-frg-0a', Action: 'BLOCK' },
      { FirewallRuleGroupId: 'rslvr-frg-0b', Action: 'ALLOW' },
    ],
    FirewallDomains: { 'rslvr-fdl-0a': ['a.example.'] },
  });
  const { facts, notes } = read('vpc-none');
  t.same([facts.route53resolver, notes], [undefined, []], 'a VPC without DNS Firewall');
});

test('the policy allows every call of the table, and only reading', async (t) => {
  const { Statement } = leastPrivilegePolicy();
  const allowed = Statement.flatMap(({ Action }) => Action);
  const needed = Object.values<{ permission: string | null }>(awsCalls).map(({ permission }) => permission);
  t.same([...new Set(allowed)].sort(), [...new Set(needed.filter((each) => each !== null))].sort());
  t.ok(allowed.every((action) => /:(?:Describe|Get|List|Filter|GET$)/.test(action)));
  const [, printed = ''] =
    /```json\n(\{"Version":"2012-10-17".*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
  t.same(JSON.parse(printed), leastPrivilegePolicy(), 'README has this policy');
  const scoped = JSON.stringify(leastPrivilegePolicy({ region: 'cn-north-1', apiId, partition: 'aws-cn' }));
  t.match(scoped, `arn:aws-cn:apigateway:cn-north-1::/restapis/${apiId}/*`);
  t.notMatch(scoped, '/restapis/*');
});
