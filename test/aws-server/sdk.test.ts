import { APIGateway } from '@aws-sdk/client-api-gateway';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EC2, type Filter } from '@aws-sdk/client-ec2';
import { STS } from '@aws-sdk/client-sts';
import { type Test, test } from 'tap';
import { account } from './account.js';
import type { AwsFault } from './faults.js';
import { type AwsServer, startAwsServer } from './server.js';

/** The fixture server, as AWS's own client for JavaScript understands it. */

const region = 'us-east-1';

// The warning that a later version needs a later Node is not about this test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

async function serving(t: Test): Promise<AwsServer> {
  const server = await startAwsServer({ description: account, pageSize: 1 });
  t.teardown(() => server.close());
  return server;
}

function optionsFor({ url: endpoint }: { url: string }, ofRegion = region) {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  return { endpoint, region: ofRegion, credentials, maxAttempts: 1 };
}

type Page = { NextToken?: string | undefined };

/** The items of all pages. */
async function all<Answer extends Page, Item>(
  ask: (token: { NextToken?: string }) => Promise<Answer>,
  itemsOf: (answer: Answer) => Item[] | undefined,
): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  let token: string | undefined;
  for (let pages = 1; ; pages++) {
    const answer = await ask(token === undefined ? {} : { NextToken: token });
    items.push(...(itemsOf(answer) ?? []));
    token = answer.NextToken;
    if (token === undefined) return { items, pages };
  }
}

test('every list of EC2 is that of the description, in pages of one item', async (t) => {
  const client = new EC2(optionsFor(await serving(t)));
  const { ec2 } = account;
  const lists = {
    VpcEndpoints: await all(
      (page) => client.describeVpcEndpoints(page),
      (a) => a.VpcEndpoints,
    ),
    NetworkInterfaces: await all(
      (page) => client.describeNetworkInterfaces(page),
      (a) => a.NetworkInterfaces,
    ),
    SecurityGroups: await all(
      (page) => client.describeSecurityGroups(page),
      (a) => a.SecurityGroups,
    ),
    SecurityGroupRules: await all(
      (page) => client.describeSecurityGroupRules(page),
      (a) => a.SecurityGroupRules,
    ),
    NetworkAcls: await all(
      (page) => client.describeNetworkAcls(page),
      (a) => a.NetworkAcls,
    ),
    RouteTables: await all(
      (page) => client.describeRouteTables(page),
      (a) => a.RouteTables,
    ),
    Subnets: await all(
      (page) => client.describeSubnets(page),
      (a) => a.Subnets,
    ),
    Vpcs: await all(
      (page) => client.describeVpcs(page),
      (a) => a.Vpcs,
    ),
    DhcpOptions: await all(
      (page) => client.describeDhcpOptions(page),
      (a) => a.DhcpOptions,
    ),
    VpcPeeringConnections: await all(
      (page) => client.describeVpcPeeringConnections(page),
      (a) => a.VpcPeeringConnections,
    ),
    TransitGatewayVpcAttachments: await all(
      (page) => client.describeTransitGatewayVpcAttachments(page),
      (a) => a.TransitGatewayVpcAttachments,
    ),
  } as const;
  for (const [name, { items, pages }] of Object.entries(lists)) {
    const described = Object.entries(ec2).find(([list]) => list === name)?.[1];
    t.same(items, described, name);
    t.equal(pages, items.length, `${name}: a page for each item`);
  }
  const entries = await all(
    (page) => client.getManagedPrefixListEntries({ PrefixListId: 'pl-0a', ...page }),
    (answer) => answer.Entries,
  );
  t.same(entries.items, [{ Cidr: '10.0.0.0/24' }, { Cidr: '10.0.1.0/24' }]);
  t.same(
    (await client.describeVpcAttribute({ VpcId: 'vpc-0a', Attribute: 'enableDnsHostnames' }))
      .EnableDnsHostnames,
    { Value: false },
  );
});

test('filters and ids of EC2 choose items, and what does not exist is an error', async (t) => {
  const client = new EC2(optionsFor(await serving(t)));
  const interfaces = (...Filters: Filter[]) =>
    client
      .describeNetworkInterfaces({ Filters })
      .then(({ NetworkInterfaces = [] }) => NetworkInterfaces.map((each) => each.NetworkInterfaceId));
  t.same(await interfaces({ Name: 'addresses.private-ip-address', Values: ['10.0.2.5', '10.0.9.9'] }), [
    'eni-0b',
  ]);
  t.same(await interfaces({ Name: 'ipv6-addresses.ipv6-address', Values: ['fd00::7'] }), ['eni-0c']);
  t.same(await interfaces({ Name: 'vpc-id', Values: ['vpc-0b'] }), []);
  t.same(
    await interfaces({ Name: 'group-id', Values: ['sg-0*'] }, { Name: 'subnet-id', Values: ['subnet-0c'] }),
    ['eni-0c'],
  );
  const tables = await client.describeRouteTables({
    Filters: [{ Name: 'association.main', Values: ['true'] }],
  });
  t.equal(tables.RouteTables?.[0]?.RouteTableId, 'rtb-0a');
  t.equal((await client.describeVpcEndpoints({ VpcEndpointIds: ['vpce-0b'] })).VpcEndpoints?.length, 1);
  const failures: [Promise<unknown>, string][] = [
    [client.describeVpcEndpoints({ VpcEndpointIds: ['vpce-0z'] }), 'InvalidVpcEndpointId.NotFound'],
    [client.describeVpcs({ Filters: [{ Name: 'nonsense', Values: ['x'] }] }), 'InvalidParameterValue'],
    [client.describeRouteTables({ MaxResults: 1000 }), 'InvalidParameterValue'],
    [client.describeVpcs({ MaxResults: 5, VpcIds: ['vpc-0a'] }), 'InvalidParameterCombination'],
    [client.describeVpcs({ NextToken: 'x' }), 'InvalidNextToken'],
    [client.describeVpcs({ DryRun: true }), 'DryRunOperation'],
    [client.describeInstances({}), 'InvalidAction'],
  ];
  for (const [failing, name] of failures) await t.rejects(failing, { name });
});

test('API Gateway: a policy that is escaped twice, times in seconds, positions', async (t) => {
  const server = await serving(t);
  const client = new APIGateway(optionsFor(server));
  const { restApi, stages = [], deployments = [], resources = [] } = account.restApis.abc123defg ?? {};
  const restApiId = 'abc123defg';
  const api = await client.getRestApi({ restApiId });
  t.equal(api.createdDate?.toISOString(), '2025-01-02T03:04:05.000Z');
  t.equal(api.policy, restApi?.policy);
  t.throws(() => JSON.parse(api.policy ?? ''), SyntaxError, 'once is not enough');
  t.equal(JSON.parse(JSON.parse(`"${api.policy}"`)).Statement[0].Action, 'execute-api:Invoke');
  const { item = [] } = await client.getStages({ restApiId });
  t.same(
    item.map(({ stageName }) => stageName),
    stages.map(({ stageName }) => stageName),
    'stages have no pages',
  );
  const first = await client.getDeployments({ restApiId });
  const second = await client.getDeployments({ restApiId, position: first.position });
  t.same(
    [first, second].map(({ items }) => items?.[0]?.id),
    deployments.map(({ id }) => id),
  );
  t.equal(second.position, undefined);
  t.equal(first.items?.[0]?.apiSummary, undefined);
  const deployment = await client.getDeployment({ restApiId, deploymentId: 'dep2', embed: ['apisummary'] });
  t.equal(deployment.apiSummary?.['/']?.GET?.authorizationType, 'AWS_IAM');
  t.equal((await client.getResources({ restApiId, limit: 500 })).items?.[0]?.id, resources[0]?.id);
  t.equal(
    (await client.getDomainName({ domainName: 'api.example.com', domainNameId: 'x2' })).domainNameId,
    'x2',
  );
  t.equal(
    (await client.getBasePathMappings({ domainName: 'api.example.com' })).items?.[0]?.restApiId,
    restApiId,
  );
  t.equal((await client.getDomainNameAccessAssociations({})).items?.[0]?.accessAssociationSource, 'vpce-0a');
  t.match(await client.getAccount({}), { cloudwatchRoleArn: /role\/logs$/ });
  await t.rejects(client.getRestApi({ restApiId: 'zzzzzzzzzz' }), {
    name: 'NotFoundException',
    message: /123456789012:zzzzzzzzzz/,
  });
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20250102/${region}/apigateway/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-date': '20250102T030405Z',
  };
  const hal = (await (await fetch(`${server.url}/restapis`, { headers })).json()) as {
    _embedded: { item: { id: string } };
  };
  t.equal(
    hal._embedded.item.id,
    restApiId,
    'a client that does not ask for JSON gets an object for a list of one',
  );
});

test('logs: an empty page with a token comes first, then the events with the term', async (t) => {
  const client = new CloudWatchLogs(optionsFor(await serving(t)));
  const logGroupName = 'API-Gateway-Execution-Logs_abc123defg/prod';
  const filterPattern = '"4f3e3b0f-wanted"';
  const seen: (string | undefined)[][] = [];
  let nextToken: string | undefined;
  do {
    const answer = await client.filterLogEvents({
      logGroupName,
      filterPattern,
      nextToken,
      startTime: 0,
      endTime: 2e12,
    });
    seen.push((answer.events ?? []).map(({ message }) => message));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  t.same(seen, [[], ['(4f3e3b0f-wanted) Line 1'], ['(4f3e3b0f-wanted) Line 2']]);
  await t.rejects(client.filterLogEvents({ logGroupName: 'none' }), { name: 'ResourceNotFoundException' });
});

test('sts says who calls', async (t) => {
  const client = new STS(optionsFor(await serving(t)));
  t.match(await client.getCallerIdentity({}), {
    Account: '123456789012',
    Arn: /assumed-role\/reader\/session$/,
  });
});

test('a request that is not signed, or for another Region, is refused', async (t) => {
  const server = await serving(t);
  t.equal((await fetch(server.url)).status, 403);
  const elsewhere = new EC2(optionsFor(server, 'eu-west-1'));
  await t.rejects(elsewhere.describeVpcs({}), { name: 'SignatureDoesNotMatch' });
});

test('faults have the forms of each service', async (t) => {
  const server = await serving(t);
  const options = { ...optionsFor(server), requestHandler: { requestTimeout: 60_000 } };
  const [ec2, apiGateway, logs, sts] = [
    new EC2(options),
    new APIGateway(options),
    new CloudWatchLogs(options),
    new STS(options),
  ];
  const calls = {
    ec2: () => ec2.describeVpcs({}),
    apigateway: () => apiGateway.getRestApi({ restApiId: 'abc123defg' }),
    logs: () => logs.filterLogEvents({ logGroupName: 'API-Gateway-Execution-Logs_abc123defg/prod' }),
    sts: () => sts.getCallerIdentity({}),
  };
  const named: Record<string, [AwsFault, Record<keyof typeof calls, string>]> = {
    denied: [
      { kind: 'denied' },
      {
        ec2: 'UnauthorizedOperation',
        apigateway: 'AccessDeniedException',
        logs: 'AccessDeniedException',
        sts: 'AccessDenied',
      },
    ],
    throttled: [
      { kind: 'throttled' },
      {
        ec2: 'RequestLimitExceeded',
        apigateway: 'TooManyRequestsException',
        logs: 'ThrottlingException',
        sts: 'Throttling',
      },
    ],
    expired: [
      { kind: 'expired' },
      {
        ec2: 'RequestExpired',
        apigateway: 'ExpiredTokenException',
        logs: 'ExpiredTokenException',
        sts: 'ExpiredTokenException',
      },
    ],
  };
  for (const [what, [fault, names]] of Object.entries(named)) {
    server.change({ description: account, faults: { '*': fault } });
    for (const [service, call] of Object.entries(calls))
      await t.rejects(call(), { name: names[service as keyof typeof calls] }, `${what}: ${service}`);
  }
  for (const kind of ['cut', 'damaged', 'proxy-page'] as const) {
    server.change({ description: account, faults: { apigateway: { kind } } });
    await t.rejects(calls.apigateway(), kind);
    t.match(await calls.sts(), { Account: '123456789012' }, 'the other services answer');
  }
  server.change({ description: account, faults: { 'ec2:DescribeVpcs': { kind: 'throttled', times: 1 } } });
  await t.rejects(calls.ec2(), { name: 'RequestLimitExceeded' });
  t.equal((await calls.ec2()).Vpcs?.length, 2, 'the second time');
  server.change({ description: account, faults: { ec2: { kind: 'lying', lie: 'empty' } } });
  t.same((await calls.ec2()).Vpcs ?? [], []);
  server.change({ description: account, pageSize: 1, faults: { ec2: { kind: 'lying', lie: 'endless' } } });
  const first = await calls.ec2();
  const second = await ec2.describeVpcs({ NextToken: first.NextToken });
  t.ok(second.NextToken, 'there is always another page');
  server.change({ description: account, faults: { ec2: { kind: 'silent' } } });
  await t.rejects(ec2.describeVpcs({}, { abortSignal: AbortSignal.timeout(200) }), { name: 'AbortError' });
});
