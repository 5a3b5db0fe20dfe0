import { test } from 'tap';
import { awsCalls, callNames, callOf } from '../../src/aws/calls.js';
import { type OpenSession, sessionClosed } from '../../src/aws/session.js';
import { tryCalls } from '../../src/aws/try-calls.js';
import { failure, fakeAws } from './fake-session.js';

const dryRun = ({ service }: { service: string }) =>
  service === 'ec2' ? failure('DryRunOperation', { httpStatus: 412 }) : null;

test('a dry run and an id that does not exist say that a call is allowed', async (t) => {
  const { open, calls } = fakeAws({}, (call) => {
    if (call.service === 'apigateway') return failure('NotFoundException', { httpStatus: 404 });
    return call.service === 'logs' ? failure('ResourceNotFoundException') : dryRun(call);
  });
  const aws = await tryCalls({ open });
  t.ok(aws.calls.every(({ status }) => status === 'allowed'));
  t.equal(aws.calls.length, callNames.filter((name) => callOf(name).cliOnly !== true).length);
  t.ok(aws.endpoints.every(({ reachable }) => reachable));
  t.match(aws, { account: '123456789012', principal: 'assumed-role/reader', region: 'us-east-1' });
  t.notMatch(JSON.stringify(aws), /jane/);
  const network = calls.filter(({ service }) => service === 'ec2');
  t.ok(network.every(({ input }) => input.DryRun === true));
});

test('what is refused is told with its IAM action, and what does not answer as unreachable', async (t) => {
  const { open } = fakeAws({}, (call) => {
    if (call.service === 'logs') return failure('TimeoutError', { httpStatus: null });
    return call.action === 'DescribeSubnets' || call.service === 'apigateway'
      ? failure('UnauthorizedOperation')
      : dryRun(call);
  });
  const { calls, endpoints } = await tryCalls({ open });
  const of = (action: string) => calls.find((each) => each.action === action);
  t.match(of('DescribeSubnets'), { status: 'denied', permission: awsCalls.DescribeSubnets.permission });
  t.match(of('GetRestApi'), { status: 'denied', text: /one API alone/ });
  t.match(of('DescribeVpcs'), { status: 'allowed' });
  t.match(
    endpoints.find(({ service }) => service === 'logs'),
    { reachable: false },
  );
});

test('what this host refuses is no answer, and says nothing of the service', async (t) => {
  for (const code of ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EAGAIN', 'ENOBUFS', 'ENOMEM', 'EPERM']) {
    const { open } = fakeAws({}, () => failure(code, { httpStatus: null, contentType: null }));
    const { calls, endpoints } = await tryCalls({ open });
    t.notOk(endpoints.some(({ reachable }) => reachable));
    for (const { status, text } of calls) {
      t.equal(status, 'error');
      t.match(text, /this (?:host|process)/, code);
      t.notMatch(text, /IAM|answer of|as one of AWS/, code);
    }
  }
});

test('a reading that was ended before it began asks nothing', async (t) => {
  let isClosed = false;
  const { open } = fakeAws({});
  const told: OpenSession = (options) => ({
    ...open(options),
    prepare: async () => ({ credentials: { failure: sessionClosed }, region: isClosed ? 'closed' : null }),
    close() {
      isClosed = true;
    },
  });
  const { region } = await tryCalls({ open: told, stop: AbortSignal.abort() });
  t.equal(region, 'closed', 'the session was closed before the first call');
});

test('without credentials, nothing is asked', async (t) => {
  const { open, calls } = fakeAws({
    credentials: { code: 'CredentialsProviderError', httpStatus: null, contentType: null, message: 'none' },
  });
  t.match(await tryCalls({ open }), { credentials: null, problem: /no AWS credentials: none/, calls: [] });
  t.same(calls, []);
});
