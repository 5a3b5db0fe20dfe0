import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { descriptionOf } from '../aws-server/description.js';
import type { AwsFaults } from '../aws-server/faults.js';
import { type AwsServer, startAwsServer } from '../aws-server/server.js';
import { pprobe } from '../cli/pprobe.js';
import { factsOf, healthy } from '../diagnose/configuration/vpc.js';
import { dns, evidence, HOST, tcp } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { reportOf } from '../report/report-of.js';

const silent = reportOf(
  evidence({
    dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
  }),
);
const noIngress = healthy.SecurityGroupRules.filter(({ IsEgress }) => IsEgress);
const vpc = { ...healthy, SecurityGroupRules: noIngress };

async function serve(faults: AwsFaults = {}): Promise<{ server: AwsServer; env: Record<string, string> }> {
  const server = await startAwsServer({ description: descriptionOf(factsOf(vpc)), faults });
  return {
    server,
    env: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    },
  };
}

test('explain --aws, and collect with explain --facts, give the verdict of the same configuration in a file', async (t) => {
  const folder = t.testdir({
    'report.json': JSON.stringify(silent),
    'given.json': JSON.stringify(factsOf(vpc)),
  });
  const [report, facts] = [join(folder, 'report.json'), join(folder, 'facts.json')];
  const { server, env } = await serve();
  const given = await pprobe(['explain', report, '--facts', join(folder, 'given.json'), '--json']);
  const direct = await pprobe(['explain', report, '--aws', '--json'], '', env);
  const collected = await pprobe(
    [
      'collect',
      `https://${HOST}/prod`,
      '--server',
      '127.0.0.1#9',
      '--source',
      '10.0.9.15',
      '-o',
      facts,
      '--timeout',
      '60s',
    ],
    '',
    env,
  );
  t.equal(collected.code, 0, collected.stderr);
  const joined = await pprobe(['explain', report, '--facts', facts, '--json']);
  await server.close();
  const causes = [given, direct, joined].map(({ stdout }) => JSON.parse(stdout).verdict.cause);
  t.same(causes, ['tcp.security-group', 'tcp.security-group', 'tcp.security-group']);
  t.notMatch(direct.stdout + collected.stdout, /AKIA|EXAMPLEKEY|session\b/);
});

test('a denied call leaves its gate unknown, and the others as they are', async (t) => {
  const folder = t.testdir({});
  const report = join(folder, 'report.json');
  writeFileSync(report, JSON.stringify(silent));
  const { server, env } = await serve({ 'ec2:DescribeSecurityGroupRules': { kind: 'denied' } });
  const { stdout, stderr } = await pprobe(['explain', report, '--aws', '--json'], '', env);
  await server.close();
  const { verdict, gates } = JSON.parse(stdout);
  const states = (gate: string) =>
    gates.filter((each: { gate: string }) => each.gate === gate).map((each: { state: string }) => each.state);
  t.ok(states('security-group').every((state: string) => state === 'unknown'));
  t.ok(states('network-acl').every((state: string) => state === 'allow'));
  t.not(verdict.cause, 'tcp.security-group');
  t.match(
    stderr,
    /not read: ec2 DescribeSecurityGroupRules: denied: IAM action ec2:DescribeSecurityGroupRules/,
  );
});

test('a proxy that AWS is not asked through is told where AWS does not answer', async (t) => {
  const report = join(t.testdir({ 'report.json': JSON.stringify(silent) }), 'report.json');
  const { server, env } = await serve();
  await server.close();
  const proxy = { ...env, HTTPS_PROXY: 'http://user:secret@proxy.invalid:3128' };
  const { stderr } = await pprobe(['explain', report, '--aws', '--json'], '', proxy);
  t.match(stderr, /HTTPS_PROXY is set, and AWS is asked directly/);
  t.notMatch(stderr, /secret/);
});

test('--aws with --facts, and its options without it, are mistakes', async (t) => {
  const { code, stderr } = await pprobe(['explain', 'report.json', '--aws', '--facts', 'facts.json']);
  t.not(code, 0);
  t.match(stderr, /--aws|cannot read/);
  const alone = await pprobe(['diagnose', '127.0.0.1:9', '--aws-profile', 'dev']);
  t.equal(alone.code, 2);
  t.match(alone.stderr, /works only with --aws/);
});

test('doctor --aws says whose credentials these are, what is refused, and where the policy is', async (t) => {
  const { server, env } = await serve({ 'ec2:DescribeSubnets': { kind: 'denied' } });
  const { code, stdout } = await pprobe(['doctor', '--aws', '--region', 'us-east-1'], '', env);
  const json = await pprobe(['doctor', '--aws', '--region', 'us-east-1', '--json'], '', env);
  await server.close();
  t.equal(code, 0);
  t.match(
    stdout.replaceAll(/\s+/g, ' '),
    /AWS the environment \(AWS_ACCESS_KEY_ID\), account 123456789012, assumed-role\/reader/,
  );
  t.match(stdout, /ec2:DescribeSubnets/);
  t.match(stdout, /pprobe collect --policy/);
  t.notMatch(stdout, /AKIA|EXAMPLEKEY|\/session/);
  t.same(validateDocument(JSON.parse(json.stdout)), []);
});
