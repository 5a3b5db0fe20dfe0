import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { factsOf, healthy } from '../diagnose/configuration/vpc.js';
import { dns, evidence, HOST, tcp } from '../diagnose/evidence.js';
import { validateDocument } from '../documents/validate.js';
import { reportOf } from '../report/report-of.js';
import { pprobe } from './pprobe.js';

const silent = reportOf(
  evidence({
    dns: [dns(HOST, ['10.0.1.5', '10.0.2.5'])],
    tcp: [tcp(HOST, { '10.0.1.5': 'timeout', '10.0.2.5': 'timeout' })],
  }),
);
const noIngress = healthy.SecurityGroupRules.filter(({ IsEgress }) => IsEgress);

test('explain --facts joins a saved report with facts, in one file, several words or a directory', async (t) => {
  const folder = t.testdir({
    'report.json': JSON.stringify(silent),
    'facts.json': JSON.stringify(factsOf({ SecurityGroupRules: noIngress })),
    'wrong.json': '{"Buckets":[]}',
  });
  const report = join(folder, 'report.json');
  const one = await pprobe(['explain', report, '--facts', join(folder, 'facts.json'), '--json']);
  const document = JSON.parse(one.stdout);
  t.same(validateDocument(document), []);
  t.match(document.verdict, { class: 'timeout', cause: 'tcp.security-group', confidence: 'certain' });
  t.equal(one.code, 11);

  const lists = join(folder, 'lists');
  mkdirSync(lists);
  writeFileSync(join(lists, 'rules.json'), JSON.stringify({ SecurityGroupRules: noIngress }));
  writeFileSync(
    join(lists, 'interfaces.json'),
    JSON.stringify({ NetworkInterfaces: healthy.NetworkInterfaces }),
  );
  writeFileSync(join(lists, 'empty.json'), '');
  const words = [join(lists, 'rules.json'), join(lists, 'interfaces.json')];
  const several = await pprobe(['explain', report, '--facts', ...words, '--verbose']);
  t.match(several.stdout, /sg-0e.*confidence high/s, 'the age of plain output is not known');
  t.match(several.stdout, /The way through the configuration/);
  const whole = await pprobe(['explain', report, '--facts', lists, '--json']);
  t.equal(JSON.parse(whole.stdout).verdict.cause, 'tcp.security-group');
  t.match(whole.stderr, /empty\.json" is empty/);

  const wrong = await pprobe(['explain', report, '--facts', join(folder, 'wrong.json'), '--json']);
  t.equal(wrong.code, 2);
  t.match(JSON.parse(wrong.stdout).error.message, /"Buckets"; known are .*SecurityGroupRules/);
});

test('a masked report keeps its verdict, and none of its ids', async (t) => {
  const id = (kind: string) => `${kind}-0123456789abcdef0`;
  const text = JSON.stringify(factsOf({ SecurityGroupRules: noIngress }))
    .replaceAll('sg-0e', id('sg'))
    .replaceAll('"sgr-0e2"', `"${id('sgr')}"`)
    .replaceAll('vpc-0a', id('vpc'));
  const folder = t.testdir({ 'report.json': JSON.stringify(silent), 'facts.json': text });
  const masked = await pprobe([
    'explain',
    join(folder, 'report.json'),
    '--facts',
    join(folder, 'facts.json'),
    '--redact',
    '--json',
  ]);
  t.notMatch(masked.stdout, /0123456789abcdef0|123456789012|10\.0\.[129]\./);
  writeFileSync(join(folder, 'masked.json'), masked.stdout);
  const again = await pprobe(['explain', join(folder, 'masked.json'), '--json']);
  const [before, after] = [masked, again].map(({ stdout }) => JSON.parse(stdout).verdict);
  t.same([after.cause, after.confidence, after.summary], [before.cause, before.confidence, before.summary]);
});

test('collect --commands prints commands, each with the file that it writes', async (t) => {
  const given = ['collect', '--commands', `https://${HOST}/prod`, '--vpc', 'vpc-0123456789abcdef0'];
  const { stdout, stderr, code } = await pprobe(given);
  t.equal(code, 0);
  t.equal(stderr, '');
  for (const line of stdout.trim().split('\n'))
    t.match(line, /^aws [a-z0-9-]+ (?:get|describe|list)-[a-z-]+ .*--output json > [\w-]+\.json$/);
  t.match(stdout, /describe-security-group-rules --region us-east-1/);
  t.match(stdout, /get-stages .* > stages-a1b2c3d4e5\.json/);
  const json = await pprobe([...given, '--json']);
  t.same(validateDocument(JSON.parse(json.stdout)), []);
  t.equal((await pprobe(['collect'])).code, 2);
});
