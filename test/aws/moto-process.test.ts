import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { readFacts } from '../../src/aws/read-facts.js';
import { pprobe } from '../cli/pprobe.js';
import { freePort } from '../free-port.js';

/**
 * A second opinion: what `collect` reads of moto_server, which is not ours, compared with what the AWS CLI reads of it by the
 * printed commands. Both are seldom installed.
 */
const run = promisify(execFile);
const isThere = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const missing = ['moto_server', 'aws'].find((program) => !isThere('sh', '-c', `command -v ${program}`));

async function startMoto(t: Test): Promise<Record<string, string>> {
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  t.teardown(() => moto.kill());
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
    await sleep(100);
  }
  return {
    PATH: process.env.PATH ?? '',
    HOME: t.testdir({}),
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Sends moto a request of a service. It looks at the scope of the signature alone. */
async function send(
  env: Record<string, string>,
  service: string,
  path: string,
  body: string,
): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const type = service === 'ec2' ? 'application/x-www-form-urlencoded' : 'application/json';
  const headers = { authorization, 'content-type': type };
  return (await fetch(`${env.AWS_ENDPOINT_URL}${path}`, { method: 'POST', headers, body })).text();
}

/** Makes a thing of EC2, and returns the id in the answer. */
async function create(
  env: Record<string, string>,
  query: Record<string, string>,
  id: string,
): Promise<string> {
  const body = new URLSearchParams({ Version: '2016-11-15', ...query }).toString();
  return new RegExp(`<${id}>([^<]+)<`).exec(await send(env, 'ec2', '/', body))?.[1] ?? '';
}

const skip = missing === undefined ? false : `${missing} is not installed`;

test('collect reads of moto what the printed commands read of it with the AWS CLI', { skip }, async (t) => {
  const env = await startMoto(t);
  const vpc = await create(env, { Action: 'CreateVpc', CidrBlock: '10.0.0.0/16' }, 'vpcId');
  const inVpc = { Action: 'CreateSubnet', VpcId: vpc, CidrBlock: '10.0.1.0/24' };
  const subnet = await create(env, inVpc, 'subnetId');
  const inSubnet = { Action: 'CreateNetworkInterface', SubnetId: subnet, PrivateIpAddress: '10.0.1.10' };
  await create(env, inSubnet, 'networkInterfaceId');
  const made = await send(
    env,
    'apigateway',
    '/restapis',
    '{"name":"orders","endpointConfiguration":{"types":["PRIVATE"]}}',
  );
  const api: string = JSON.parse(made).id;
  const url = `https://${api}.execute-api.us-east-1.amazonaws.com/prod`;
  const collected = await pprobe(
    [
      'collect',
      url,
      '--server',
      '127.0.0.1#9',
      '--source',
      '10.0.1.10',
      '--no-imds',
      '--timeout',
      '120s',
      '--json',
    ],
    '',
    env,
  );
  const facts = JSON.parse(collected.stdout);
  t.match(facts.client, { vpcId: vpc, subnetId: subnet });
  t.match(facts.apigateway.restApi, { id: api, endpointConfiguration: { types: ['PRIVATE'] } });
  t.equal(facts.account, '123456789012');

  const printed = await pprobe(['collect', '--commands', url, '--vpc', vpc], '', env);
  const wanted = /describe-(?:subnets|route-tables)|get-rest-api /;
  const lines = printed.stdout.split('\n').filter((line) => wanted.test(line));
  const folder = t.testdir({});
  await Promise.all(lines.map((line) => run('sh', ['-c', line], { env, cwd: folder })));
  const files = ['subnets', 'route-tables', 'rest-api'].map((name) => join(folder, `${name}.json`));
  const byCli = readFacts(files.map((name) => ({ name, text: readFileSync(name, 'utf8') }))).facts;
  for (const key of ['Subnets', 'RouteTables'] as const)
    t.same(facts.ec2[key], JSON.parse(JSON.stringify(byCli.ec2[key])), key);
  t.equal(facts.apigateway.restApi.id, byCli.apigateway.restApi?.id);
});
