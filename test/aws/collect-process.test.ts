import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { pprobe, start } from '../cli/pprobe.js';
import { validateDocument } from '../documents/validate.js';
import { type Answering, faults, startEndpoint, xml } from './faulty-endpoint.js';

const url = 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod';
const secrets = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
};
const bare = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};
/** No address is looked up at this host's resolver: this server refuses. */
const here = ['--server', '127.0.0.1#9', '--source', '10.0.9.15'];

async function collect(answering: Answering, args: readonly string[] = []) {
  const endpoint = await startEndpoint(answering);
  const startMs = performance.now();
  const finished = await pprobe(['collect', url, ...here, ...args], '', {
    ...secrets,
    ...bare,
    AWS_ENDPOINT_URL: endpoint.url,
  });
  await endpoint.close();
  return { ...finished, ms: performance.now() - startMs };
}

/** Answers the calls that every reading begins with, and no other. */
const begins: Answering = (body, response, request) => {
  const { url: path = '' } = request;
  const json = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  if (body.includes('GetCallerIdentity'))
    return xml(
      response,
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:aws:sts::123456789012:assumed-role/r/jane.doe</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  if (path === '/restapis/a1b2c3d4e5')
    return json({ id: 'a1b2c3d4e5', endpointConfiguration: { types: ['PRIVATE'] } });
  if (path.includes('/stages'))
    return json({ item: [{ stageName: 'prod', deploymentId: 'd1', variables: { password: 'hunter2' } }] });
  return faults.denying(body, response);
};

test('facts are kept in a file for this user alone, and refusals are told with their IAM action', async (t) => {
  const folder = t.testdir({ 'facts.json': 'old' });
  const file = join(folder, 'facts.json');
  const { code, stdout, stderr } = await collect(begins, ['-o', file, '--timeout', '60s']);
  t.equal(code, 0);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readdirSync(folder), ['facts.json']);
  const written = readFileSync(file, 'utf8');
  const facts = JSON.parse(written);
  t.same(validateDocument(facts), []);
  t.match(facts, { account: '123456789012', apigateway: { stages: [{ stageName: 'prod' }] } });
  t.match(
    stdout.replaceAll(/\s+/g, ' '),
    /ec2 DescribeNetworkInterfaces: denied: IAM action ec2:DescribeNetworkInterfaces, which shows/,
  );
  for (const text of [written, stdout, stderr]) t.notMatch(text, /AKIA|EXAMPLEKEY|jane|hunter2|NodeVersion/);
});

test('without credentials it says so, and exits with 3', async (t) => {
  const { code, stdout, stderr } = await pprobe(['collect', url, ...here, '--json'], '', bare);
  t.equal(code, 3);
  t.match(JSON.parse(stdout), {
    kind: 'error',
    error: { code: 'capability', message: /no AWS credentials/ },
  });
  t.match(stderr, /--aws-profile/);
});

test('an endpoint that is silent, slow or endless ends by the limit', async (t) => {
  const names = ['silent', 'slow', 'endless'] as const;
  for (const name of names) {
    const { code, stdout, ms } = await collect(faults[name], ['--json', '--timeout', '2s']);
    const document = JSON.parse(stdout);
    t.same(validateDocument(document), []);
    t.equal(code, 3, name);
    // The SDK alone would wait for minutes.
    t.ok(ms < 60_000, `${name}: ${document.durationMs} of ${Math.round(ms)} ms`);
    t.ok((document.calls ?? []).every(({ status }: { status: string }) => /silent|error/.test(status)));
  }
});

test('an answer that came while this process stood still is no silence of AWS', async (t) => {
  const held: (() => void)[] = [];
  let onCall = (): void => {};
  const called = new Promise<void>((resolve) => {
    onCall = resolve;
  });
  let isHeld = true;
  const endpoint = await startEndpoint((body, response, request) => {
    const answer = (): void => begins(body, response, request);
    if (!isHeld) return answer();
    held.push(answer);
    onCall();
  });
  t.teardown(() => endpoint.close());
  const { child, finished } = start(['collect', url, ...here, '--json', '--timeout', '4s'], {
    ...secrets,
    ...bare,
    AWS_ENDPOINT_URL: endpoint.url,
  });
  await called;
  child.kill('SIGSTOP');
  isHeld = false;
  for (const answer of held) answer();
  // Longer than a call may take, and than is left for all of them.
  await sleep(4500);
  child.kill('SIGCONT');
  const { code, stdout } = await finished;
  t.equal(code, 0);
  const { calls } = JSON.parse(stdout);
  t.ok(calls.length > 5);
  t.same(
    calls.filter(({ text }: { text: string | null }) => /no answer within|did not answer/.test(text ?? '')),
    [],
  );
  t.ok(calls.some(({ status }: { status: string }) => status === 'ok'));
});

test('an SDK that does not end loading ends by the limit', async (t) => {
  const hook = join(t.testdir({ 'hook.cjs': '' }), 'hook.cjs');
  writeFileSync(
    hook,
    `const threads = require('node:worker_threads');
     threads.Worker = class extends threads.Worker {
       constructor(_file, options) { super('for (;;);', { ...options, eval: true }); }
     };`,
  );
  const { code, stderr } = await pprobe(['collect', url, ...here, '--timeout', '1s'], '', {
    ...bare,
    NODE_OPTIONS: `--require ${hook}`,
  });
  t.equal(code, 3);
  t.match(stderr, /the time for reading was over before credentials were found/);
});

test('a thread that this host does not give or keep is told as its limit, not as one of AWS', async (t) => {
  const cases: [body: string, says: RegExp][] = [
    [
      "throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' })",
      /allows none \(EAGAIN\).*ulimit -u/,
    ],
    [
      'super(\'throw new Error("EMFILE: too many open files")\', { ...options, eval: true })',
      /the AWS SDK does not run on this host: EMFILE/,
    ],
    ["super('process.exit()', { ...options, eval: true })", /does not run on this host: the thread .* ended/],
  ];
  for (const [body, says] of cases) {
    const hook = join(t.testdir({ 'hook.cjs': '' }), 'hook.cjs');
    writeFileSync(
      hook,
      `const threads = require('node:worker_threads');
       threads.Worker = class extends threads.Worker { constructor(_file, options) { ${body}; } };`,
    );
    const env = { ...secrets, ...bare, NODE_OPTIONS: `--require ${hook}` };
    const { code, stdout, stderr } = await pprobe(['collect', url, ...here, '--json'], '', env);
    t.equal(code, 3, body);
    t.match(JSON.parse(stdout), { kind: 'error', error: { code: 'capability' } });
    t.match(stderr, says);
    t.notMatch(stderr, /try again|bug/);

    // What the packets show, and what else this host can do, is told nevertheless.
    const aws = ['--aws', '--region', 'us-east-1', '--no-imds', '--json'];
    const report = await pprobe(['diagnose', '127.0.0.1:1', '--no-trace', ...aws], '', env);
    t.match(JSON.parse(report.stdout), { verdict: { cause: 'tcp.refused' } });
    t.match(report.stderr, says);
    const doctor = await pprobe(['doctor', '--aws', '--region', 'us-east-1', '--json'], '', env);
    const { aws: tried, problems } = JSON.parse(doctor.stdout);
    t.match(tried, { credentials: null, problem: /this host|EMFILE|ended/ });
    t.notOk(problems.some(({ remedy }: { remedy: string | null }) => remedy === 'aws configure'));
  }
});

test('no other command loads the SDK', async (t) => {
  const folder = t.testdir({});
  const log = join(folder, 'threads');
  writeFileSync(log, '');
  const hook = join(folder, 'hook.cjs');
  writeFileSync(
    hook,
    `const threads = require('node:worker_threads');
     const { appendFileSync } = require('node:fs');
     threads.Worker = class extends threads.Worker {
       constructor(file, ...rest) { appendFileSync(${JSON.stringify(log)}, String(file) + '\\n'); super(file, ...rest); }
     };`,
  );
  const env = { ...bare, NODE_OPTIONS: `--require ${hook}` };
  const others = [
    ['doctor'],
    ['tcp', '127.0.0.1', '9'],
    ['collect', '--commands', url],
    ['collect', '--policy'],
    ['explain', hook],
    ['diagnose', '127.0.0.1:9', '--no-trace', '--no-imds'],
  ];
  for (const args of others) await pprobe(args, '', env);
  t.equal(readFileSync(log, 'utf8'), '');
  await pprobe(['collect', url, ...here], '', env);
  t.match(readFileSync(log, 'utf8'), /^\S+dist\/aws-sdk\.cjs\n$/);
  for (const name of readdirSync('dist/bin').filter((each) => each.endsWith('.js')))
    t.notMatch(readFileSync(join('dist/bin', name), 'utf8'), /aws-sdk-js|NodeVersionSupportWarning/, name);
});
