import { spawn, spawnSync } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { test } from 'tap';
import { account } from './account.js';
import { startAwsServer } from './server.js';

/** The fixture server, as the AWS CLI understands it: its output is the description that the server answers from. */

const skip = spawnSync('aws', ['--version']).status === 0 ? false : 'the AWS CLI is not installed';

test('the AWS CLI prints the description again', { skip }, async (t) => {
  const { url, close } = await startAwsServer({ description: account, pageSize: 1 });
  t.teardown(close);
  const aws = async (...words: string[]): Promise<unknown> => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: url,
      AWS_DEFAULT_REGION: account.region,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    const child = spawn('aws', [...words, '--output', 'json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return json(child.stdout);
  };
  const [endpoints, groups, caller, api] = await Promise.all([
    aws('ec2', 'describe-vpc-endpoints'),
    aws('ec2', 'describe-security-groups'),
    aws('sts', 'get-caller-identity'),
    aws('apigateway', 'get-rest-api', '--rest-api-id', 'abc123defg'),
  ]);
  t.same(endpoints, { VpcEndpoints: account.ec2.VpcEndpoints });
  t.same(groups, { SecurityGroups: account.ec2.SecurityGroups });
  t.match(caller, { Account: account.account, Arn: account.callerArn });
  t.match(api, { id: 'abc123defg', policy: account.restApis.abc123defg?.restApi.policy });
});
