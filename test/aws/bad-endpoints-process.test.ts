import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { type AwsService, callOf } from '../../src/aws/calls.js';
import { readConfiguration } from '../../src/aws/read-configuration.js';
import { Reader, readingTimeout } from '../../src/aws/reader.js';
import {
  accountRequest,
  apiRequests,
  callerRequest,
  logRequest,
  nameRequests,
  networkOf,
} from '../../src/aws/requests.js';
import { openSdk } from '../../src/aws/sdk/sdk.js';
import type { FactsCall, FactsDocument } from '../../src/documents/facts.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { account } from '../aws-server/account.js';
import type { AwsFault } from '../aws-server/faults.js';
import { startAwsServer } from '../aws-server/server.js';
import { validateDocument } from '../documents/validate.js';
import { selfSigned } from '../lab/certificate/certificate.js';
import { startEndpoint } from './faulty-endpoint.js';
import { useTestCredentials } from './sdk-environment.js';

/** Every service of AWS with every fault: each reading ends, tells the fault in a line, and keeps what the other services say. */

// This file has a process of its own: the SDK reads the environment.
useTestCredentials();

const services = ['sts', 'ec2', 'apigateway', 'route53', 'route53resolver', 'logs'] as const;

/** The first calls of a service; Route 53 tells the Region by the VPC's. */
function requestsOf(service: AwsService, region: string) {
  const all = [
    callerRequest,
    ...networkOf(['vpc-0a']),
    ...apiRequests('abc123defg'),
    accountRequest,
    ...nameRequests('vpc-0a', region),
  ];
  return all.filter(({ action }) => callOf(action).service === service).slice(0, 2);
}

type Expected = readonly [fault: AwsFault, statuses: readonly FactsCall['status'][], text: RegExp | null];

const broken = /cannot be read as one of AWS|not one of AWS|ended in the middle/;
/** Its place is known when the test begins. */
const redirect = { kind: 'redirect' as const, to: '' };
const faults: Readonly<Record<string, Expected>> = {
  'a header without an end': [{ kind: 'endless-header' }, ['error'], /header of the answer is too long/],
  'a body without an end': [{ kind: 'endless-body' }, ['error'], /does not end/],
  'an octet at a time': [{ kind: 'drip', delayMs: 1000 }, ['silent'], /no answer within|not asked/],
  'no answer': [{ kind: 'silent' }, ['silent'], /no answer within|not asked/],
  'another content type': [{ kind: 'mistyped', type: 'image/png' }, ['ok', 'error'], null],
  'the page of a proxy': [{ kind: 'proxy-page' }, ['error'], /not one of AWS|cannot be read/],
  'half of the body': [{ kind: 'half' }, ['error'], broken],
  'the connection ends in the body': [{ kind: 'cut' }, ['error'], broken],
  'neither XML nor JSON': [{ kind: 'damaged' }, ['error'], broken],
  'a key twice': [{ kind: 'repeated-key' }, ['ok', 'error'], null],
  'a list without an end': [{ kind: 'lying', lie: 'endless' }, ['ok', 'partial'], null],
  'too many calls': [{ kind: 'throttled' }, ['throttled'], /limits the rate/],
  'status 500 each time': [
    { kind: 'error', code: 'InternalFailure', status: 500, message: 'no' },
    ['error'],
    /InternalFailure/,
  ],
  'a redirection': [redirect, ['error'], /HTTP 302/],
};

/** One service with one fault, in a Region of its own. */
interface Row {
  name: string;
  service: AwsService;
  region: string;
  expected: Expected;
}

const rows: Row[] = Object.entries(faults).flatMap(([name, expected], fault) =>
  services.map((service, index) => ({
    name: `${service}: ${name}`,
    service,
    region: `us-east-${fault * services.length + index + 10}`,
    expected,
  })),
);

test('each service with each fault: it ends, says so in a line, and the others are read', async (t) => {
  const elsewhere = await startEndpoint((_body, response) => void response.end());
  redirect.to = elsewhere.url;
  const server = await startAwsServer({
    description: account,
    pageSize: 1,
    regions: Object.fromEntries(
      rows.map(({ region, service, expected: [fault] }) => [region, { [service]: fault }]),
    ),
  });
  process.env.AWS_ENDPOINT_URL = server.url;
  const session = openSdk({ region: 'us-east-1', profile: null });
  t.teardown(async () => {
    session.close();
    await server.close();
    await elsewhere.close();
  });
  const read = async ({ service, region, expected }: Row) => {
    const isSilent = expected[1].includes('silent');
    // Only silence is waited for: any other outcome comes by itself, however busy the host is.
    const reader = new Reader(session, region, () => 120_000, isSilent ? 400 : 60_000);
    const other = service === 'sts' ? 'apigateway' : 'sts';
    if (service === 'logs') await reader.events(logRequest('abc123defg', 'prod', 'x', 1735787045000));
    else await reader.askAll(requestsOf(service, region));
    const { calls } = reader.facts;
    const rest = new Reader(session, region, () => 120_000, 60_000);
    await rest.askAll(requestsOf(other, region).slice(0, 1));
    return { calls, facts: reader.facts, rest: rest.facts };
  };
  const outcomes = await Promise.all(rows.map(async (row) => ({ row, ...(await read(row)) })));
  for (const { row, calls, facts, rest } of outcomes) {
    const [, statuses, text] = row.expected;
    t.ok(calls.length > 0, row.name);
    for (const call of calls) {
      t.ok(statuses.includes(call.status), `${row.name}: ${call.action} ${call.status} (${call.text})`);
      if (text !== null && call.status !== 'ok') t.match(call.text, text, row.name);
      checkLine(call, (ok) => t.ok(ok, `${row.name}: ${call.text}`));
    }
    t.same(
      rest.calls.map(({ status }) => status),
      ['ok'],
      `${row.name}: the others`,
    );
    t.same(validateDocument(withTimes(facts)), [], row.name);
  }
  t.equal(elsewhere.requests(), 0, 'a redirection is not followed');
});

/** What keeps a call from ever ending by itself. */
const endless: ReadonlySet<string> = new Set(['a header without an end', 'an octet at a time', 'no answer']);

test('the deadline of the whole reading ends it, whatever every service does', async (t) => {
  const elsewhere = await startEndpoint((_body, response) => void response.end());
  redirect.to = elsewhere.url;
  const all: [string, AwsFault][] = [
    ...Object.entries(faults).map(([name, [fault]]): [string, AwsFault] => [name, fault]),
    ['the permission is missing', { kind: 'denied' }],
    ['the answer comes too late', { kind: 'slow', delayMs: 3_600_000 }],
  ];
  const regions = all.map((_, index) => `eu-west-${index + 10}`);
  const server = await startAwsServer({
    description: account,
    regions: Object.fromEntries(all.map(([, fault], index) => [regions[index] ?? '', { '*': fault }])),
  });
  process.env.AWS_ENDPOINT_URL = server.url;
  t.teardown(async () => {
    await server.close();
    await elsewhere.close();
  });
  const ends = Promise.resolve({ addresses: ['10.0.2.10'], own: ['10.0.1.10'], identities: [] });
  await Promise.all(
    all.map(async ([name], index) => {
      const target = parseTarget(`https://abc123defg.execute-api.${regions[index]}.amazonaws.com/prod`);
      // The answer of a test that never ends would be its own limit of time.
      const { facts } = await readConfiguration(target, ends, {
        open: openSdk,
        vpcId: 'vpc-0a',
        timeoutMs: readingTimeout.min,
      });
      t.ok(facts.calls.length > 0, name);
      if (endless.has(name) || name.endsWith('too late'))
        t.notOk(
          facts.calls.some(({ status }) => status === 'ok'),
          name,
        );
      for (const call of facts.calls) checkLine(call, (ok) => t.ok(ok, `${name}: ${call.text}`));
      t.same(validateDocument(withTimes(facts)), [], name);
    }),
  );
});

/** A line says something, in a few words, and keeps no secret. */
function checkLine({ status, text }: FactsCall, check: (ok: boolean) => void): void {
  check(
    status === 'ok' || (text !== null && text.length < 300 && !/undefined|\[object|\n|EXAMPLEKEY/.test(text)),
  );
}

function withTimes(facts: FactsDocument): FactsDocument {
  return { ...facts, region: 'us-east-1', startedAt: '2026-01-01T00:00:00.000Z' };
}

test('a certificate that is not trusted', async (t) => {
  const day = 86_400_000;
  const period = { validFrom: new Date(Date.now() - day), validTo: new Date(Date.now() + day) };
  const { key, certificate } = await selfSigned('proxy.example', period);
  const server = createServer({ key, cert: certificate }, (_request, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.AWS_ENDPOINT_URL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = openSdk({ region: 'us-east-1', profile: null });
  t.teardown(() => {
    session.close();
    server.close();
  });
  const reader = new Reader(session, 'us-east-1', () => 120_000, 60_000);
  for (const service of services.slice(0, -1))
    await reader.askAll(requestsOf(service, 'us-east-1').slice(0, 1));
  t.same(
    reader.facts.calls.map(({ service }) => service),
    services.slice(0, -1),
  );
  for (const { service, status, text } of reader.facts.calls) {
    t.equal(status, 'error', service);
    t.match(text, /certificate.*AWS_CA_BUNDLE/, service);
  }
});
