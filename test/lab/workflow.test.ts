import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { FactsDocument } from '../../src/documents/facts.js';
import type { ReportDocument } from '../../src/documents/report.js';
import { awsEnvironment } from './cli/commands.js';
import { asInstance } from './configuration/described.js';
import { outcomeOf } from './configuration/scenario.js';
import { ids } from './configuration/vpc.js';
import { addresses, url, vpceId } from './facts.js';
import { type ExecResult, type Lab, labUnavailable, startLab } from './lab.js';
import { packageRoot } from './paths.js';

/** README's way from packets to the rule that drops them: measured on one host, read on another, joined on a third. */

const skip = (await labUnavailable()) ?? false;
const program = join(packageRoot, 'bin', 'pprobe.js');
const endpointGroup = {
  cause: 'tcp.security-group',
  confidence: 'certain',
  resource: ids.endpoint.group,
};

/** Faults of the lab, and what the configuration says of each. */
const withRules: readonly [fault: string, expected: object][] = [
  ['security-group', { ...endpointGroup, text: /authorize-security-group-ingress/ }],
  [
    'network-acl',
    { cause: 'tcp.network-acl', confidence: 'certain', resource: ids.endpoint.acls[1], rule: '90' },
  ],
  ['private-dns-off', { cause: 'dns.private-dns-off', confidence: 'certain', resource: vpceId }],
  [
    'endpoint-policy-implicit',
    { cause: 'policy.endpoint-implicit', confidence: 'certain', resource: vpceId },
  ],
];

t.test('packets and configuration, together and apart', { skip }, async (t) => {
  const lab = await startLab();
  t.teardown(() => lab.stop());
  await lab.serveConfiguration();
  const ca = ['--ca-file', lab.facts.caFile];
  const env = awsEnvironment(lab.facts);
  const files = t.testdir({});
  const report = join(files, 'report.json');
  const facts = join(files, 'facts.json');

  /** Packets on the client, as on an instance, without credentials. Then facts from the router, which is another host. */
  async function measureAndCollect(t: Test): Promise<void> {
    const argv = [process.execPath, program, 'diagnose', url, ...ca, '--no-trace', '--save', report];
    const measured = await lab.exec('client', asInstance(argv));
    t.ok(measured.stdout.length > 0, 'a verdict on the packets', measured);
    const collecting = ['collect', url, '--source', addresses.client.ipv4, '-o', facts, '--timeout', '60s'];
    const collected = await pprobe(lab, 'vpc', collecting, env);
    t.equal(collected.exitCode, 0, collected.stderr);
  }

  await t.test('a fault of packets and configuration: the verdict names the group', async (t) => {
    await lab.break('security-group');
    await measureAndCollect(t);
    const saved = JSON.parse(readFileSync(report, 'utf8')) as ReportDocument;
    t.match(saved.vantage.ec2, { interfaceId: ids.client.eni, groups: [ids.client.group] });
    t.match(saved.verdict, { cause: 'tcp.timeout-all' });
    const read = JSON.parse(readFileSync(facts, 'utf8')) as FactsDocument;
    t.same(
      read.calls.filter(({ status }) => status !== 'ok'),
      [],
    );
    const joined = await explained(lab, report, facts);
    t.match(outcomeOf(joined), endpointGroup);
    const commands = joined.verdict.remedies.map(({ command }) => command ?? '').join('\n');
    t.match(commands, ids.endpoint.group);
    t.match(commands, ids.client.group);
  });

  await t.test('the packets alone: the configuration contradicts them', async (t) => {
    await lab.break('security-group', 'packets');
    await measureAndCollect(t);
    const joined = outcomeOf(await explained(lab, report, facts));
    t.match(joined, { cause: 'tcp.timeout-all', confidence: 'medium', text: /contradicts the packets/ });
  });

  await t.test('the configuration alone: the packets are believed', async (t) => {
    await lab.break('security-group', 'facts');
    await measureAndCollect(t);
    const joined = outcomeOf(await explained(lab, report, facts));
    t.match(joined, { cause: 'reachable', text: new RegExp(ids.endpoint.group) });
  });

  /** Packets and configuration by one command, with the credentials that the metadata service of the client hands out. */
  async function withAws(fault: string, part?: 'packets' | 'facts'): Promise<ReportDocument> {
    await lab.break(fault, part);
    const argv = [
      process.execPath,
      program,
      'diagnose',
      url,
      ...ca,
      '--no-trace',
      '--aws',
      '--max-time',
      '120s',
      '--json',
    ];
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...withoutKeys } = env;
    const { stdout, stderr } = await lab.exec('client', asInstance(argv), { env: withoutKeys });
    if (/not read/.test(stderr)) t.comment(stderr);
    t.notMatch(stdout + stderr, /AKIALAB/);
    return JSON.parse(stdout) as ReportDocument;
  }

  await t.test('--aws on the client: the verdict names resource and rule', async (t) => {
    for (const [fault, expected] of withRules) {
      const outcome = outcomeOf(await withAws(fault));
      t.match(outcome, expected, fault);
    }
  });

  await t.test('--aws where packets and configuration differ: the packets are believed', async (t) => {
    t.match(outcomeOf(await withAws('network-acl', 'packets')), {
      cause: 'tcp.timeout-some',
      confidence: 'medium',
      text: /contradicts the packets/,
    });
    t.match(outcomeOf(await withAws('network-acl', 'facts')), {
      cause: 'reachable',
      text: ids.endpoint.acls[1],
    });
  });
});

function pprobe(
  lab: Lab,
  namespace: 'client' | 'vpc',
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ExecResult> {
  return lab.exec(namespace, [process.execPath, program, ...argv], { env });
}

/** The report joined with the facts, by a process without a network to AWS. */
async function explained(lab: Lab, report: string, facts: string): Promise<ReportDocument> {
  const { stdout } = await pprobe(lab, 'client', ['explain', report, '--facts', facts, '--json'], {});
  return JSON.parse(stdout) as ReportDocument;
}
