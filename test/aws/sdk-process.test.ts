import { test } from 'tap';
import { statusOf } from '../../src/aws/call-status.js';
import { type CallName, callNames, callOf } from '../../src/aws/calls.js';
import { openSdk, sdkActions } from '../../src/aws/sdk/sdk.js';
import type { CallOutcome } from '../../src/aws/session.js';
import { account } from '../aws-server/account.js';
import type { AwsFault, AwsFaults } from '../aws-server/faults.js';
import { startAwsServer } from '../aws-server/server.js';
import { type Answering, type Fault, faults, startEndpoint, xml } from './faulty-endpoint.js';
import { useTestCredentials } from './sdk-environment.js';

// This file has a process of its own: the SDK reads the environment.
useTestCredentials();
const subnets = callOf('DescribeSubnets');

async function ask(answering: Answering, limitMs = 60_000, action = 'DescribeSubnets'): Promise<CallOutcome> {
  const endpoint = await startEndpoint(answering);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  const session = openSdk({ region: 'us-east-1', profile: null });
  try {
    const { service } = callOf(action as 'DescribeSubnets');
    return await session.call(
      service,
      action,
      action === 'GetStages' ? { restApiId: 'a' } : {},
      'us-east-1',
      limitMs,
    );
  } finally {
    session.close();
    await endpoint.close();
  }
}

test('the bundle has the calls of the table, but those that only the AWS CLI makes', async (t) => {
  t.same([...sdkActions].sort(), callNames.filter((name) => callOf(name).cliOnly !== true).sort());
});

test('credentials of the environment are found, and where they come from', async (t) => {
  const session = openSdk({ region: null, profile: null });
  const { credentials, region } = await session.prepare(60_000);
  session.close();
  t.match(credentials, { source: /the environment/ });
  t.notMatch(JSON.stringify(credentials), /AKIA|EXAMPLEKEY/);
  t.equal(region, null);
});

test('a profile that does not exist gives no credentials', async (t) => {
  const session = openSdk({ region: 'us-east-1', profile: 'nobody' });
  const { credentials } = await session.prepare(60_000);
  session.close();
  t.match(credentials, { failure: { code: 'CredentialsProviderError' } });
});

test('an empty list is a list', async (t) => {
  const body = '<DescribeSubnetsResponse><requestId>1</requestId><subnetSet/></DescribeSubnetsResponse>';
  t.same(await ask((_body, response) => xml(response, body)), { answer: { Subnets: [] } });
});

test('requests are signed for their service and Region', async (t) => {
  let signed: string | undefined;
  await ask((_body, response, { headers }) => {
    signed = headers.authorization;
    xml(response, '<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>');
  });
  t.match(signed, /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/ec2\/aws4_request/);
});

test('each fault of an endpoint is told as what it is, and nothing is taken for an answer', async (t) => {
  const expected: Readonly<Record<Fault, [status: string, text: RegExp]>> = {
    silent: ['silent', /no answer within 0.3 s/],
    slow: ['silent', /no answer within 0.3 s/],
    html: ['error', /HTTP 200 with text\/html|no Subnets/],
    'html 404': ['error', /HTTP 404 with text\/html/],
    cut: ['error', /ended in the middle/],
    endless: ['error', /does not end/],
    throttling: ['throttled', /RequestLimitExceeded/],
    denying: ['denied', /IAM action ec2:DescribeSubnets, which shows/],
    expired: ['denied', /have expired/],
    'another list': ['error', /no Subnets/],
    'not XML': ['error', /cannot be read|no Subnets/],
    empty: ['error', /no Subnets/],
  };
  for (const [fault, [status, text]] of Object.entries(expected)) {
    const limitMs = /silent|slow/.test(fault) ? 300 : 60_000;
    const outcome = await ask(faults[fault as Fault], limitMs);
    const said =
      'failure' in outcome
        ? statusOf(outcome.failure, subnets)
        : {
            status: 'error',
            text: Object.hasOwn(Object(outcome.answer), 'Subnets') ? 'Subnets' : 'no Subnets',
          };
    t.equal(said.status, status, fault);
    t.match(said.text, text, fault);
    t.notMatch(JSON.stringify(said), /jane|EXAMPLEKEY/, fault);
  }
});

test('throttled once and then answered is an answer', async (t) => {
  let first = true;
  const outcome = await ask((body, response, request) => {
    if (first) faults.throttling(body, response);
    else xml(response, '<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>');
    first = false;
    t.equal(request.method, 'POST');
  });
  t.same(outcome, { answer: { Subnets: [] } });
});

test('API Gateway: its own word that an API is absent is told from the page of a proxy', async (t) => {
  const own = await ask(
    (_body, response) => {
      response.writeHead(404, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'NotFoundException',
      });
      response.end('{"message":"Invalid API identifier specified"}');
    },
    60_000,
    'GetStages',
  );
  t.match(own, { failure: { code: 'NotFoundException', httpStatus: 404 } });
  const proxy = await ask(faults['html 404'], 60_000, 'GetStages');
  t.match(statusOf('failure' in proxy ? proxy.failure : Object.create(null), callOf('GetStages')), {
    status: 'error',
    text: /text\/html/,
  });
});

/** What the fixture server answers to a call of Route 53 or its Resolver. */
async function askNames(faults: AwsFaults, action: CallName, limitMs = 60_000) {
  const server = await startAwsServer({ description: account, faults, pageSize: 1 });
  process.env.AWS_ENDPOINT_URL = server.url;
  const session = openSdk({ region: 'us-east-1', profile: null });
  try {
    const input = action === 'ListHostedZonesByVPC' ? { VPCId: 'vpc-0a', VPCRegion: 'us-east-1' } : {};
    const { service } = callOf(action);
    return await session.call(service, action, input, 'us-east-1', limitMs);
  } finally {
    session.close();
    await server.close();
  }
}

const nameCalls = ['ListHostedZonesByVPC', 'ListResolverRules'] as const;

test('Route 53 and its Resolver answer to signed requests, a page at a time', async (t) => {
  const [zone] = account.hostedZones;
  const zones = await askNames({}, 'ListHostedZonesByVPC');
  t.match(zones, { answer: { HostedZoneSummaries: [zone], NextToken: String } });
  const [rule] = account.resolver.ResolverRules ?? [];
  const rules = await askNames({}, 'ListResolverRules');
  t.match(rules, { answer: { ResolverRules: [rule], NextToken: String } });
  const one = await askNames({ '*': { kind: 'throttled', times: 1 } }, 'ListResolverRules');
  t.match(one, { answer: { ResolverRules: [rule] } }, 'throttled once');
});

test('each fault of Route 53 and its Resolver is told as what it is', async (t) => {
  const expected: readonly (readonly [AwsFault, status: string, text: RegExp])[] = [
    [{ kind: 'denied' }, 'denied', /IAM action route53/],
    [{ kind: 'throttled' }, 'throttled', /Throttling/],
    [{ kind: 'silent' }, 'silent', /no answer within 0.3 s/],
    [{ kind: 'cut' }, 'error', /ended in the middle/],
    [{ kind: 'damaged' }, 'error', /./],
    [{ kind: 'expired' }, 'denied', /expired/],
  ];
  for (const action of nameCalls) {
    for (const [fault, status, text] of expected) {
      const outcome = await askNames({ '*': fault }, action, fault.kind === 'silent' ? 300 : 60_000);
      const isList = 'answer' in outcome && Array.isArray(Object(outcome.answer)[callOf(action).answer]);
      const said =
        'failure' in outcome
          ? statusOf(outcome.failure, callOf(action))
          : { status: isList ? 'ok' : 'error', text: 'x' };
      t.equal(said.status, status, `${action}, ${fault.kind}`);
      t.match(said.text, text, `${action}, ${fault.kind}`);
      t.notMatch(JSON.stringify(said), /EXAMPLEKEY/);
    }
  }
});
