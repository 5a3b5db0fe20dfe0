import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { configurationRows } from '../diagnose/rules/configuration.rows.js';
import { configuredFirewallRows } from '../diagnose/rules/configured-firewall.rows.js';
import { configuredLimitRows } from '../diagnose/rules/configured-limits.rows.js';
import { configuredNameRows } from '../diagnose/rules/configured-name.rows.js';
import { configuredRequestRows } from '../diagnose/rules/configured-request.rows.js';
import { configuredRouteRows } from '../diagnose/rules/configured-routes.rows.js';
import { configuredScenarioRows } from '../diagnose/rules/configured-scenarios.rows.js';

/** Every `aws` command that configuration gives, read by the AWS CLI itself: it knows the options and the form of their values. */

/** Reads commands as the AWS CLI does, and sends nothing. Prints for each of them what is wrong with it, or an empty text. */
const reader = `
import contextlib, functools, io, json, shlex, sys
from awscli.clidriver import create_clidriver
from botocore.loaders import JSONFileLoader
# The model of a service is large, and is the same for each command.
load_file = functools.cache(JSONFileLoader().load_file)
JSONFileLoader.load_file = lambda self, path: load_file(path)
problems = []
for command in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            status = create_clidriver().main(shlex.split(command)[1:] + ['--generate-cli-skeleton', 'output'])
        except SystemExit as end:
            status = end.code
    problems.append('' if status == 0 else (said.getvalue()[-2000:] or 'status %s' % status))
json.dump(problems, sys.stdout)
`;

const has = spawnSync('python3', ['-c', 'import awscli.clidriver'], { stdio: 'ignore' }).status === 0;
const skip = has ? false : 'the AWS CLI for Python is not installed';

test('the AWS CLI takes every command of the remedies', { skip }, async (t) => {
  const rows = [
    ...configurationRows,
    ...configuredFirewallRows,
    ...configuredLimitRows,
    ...configuredNameRows,
    ...configuredRequestRows,
    ...configuredRouteRows,
    ...configuredScenarioRows,
  ];
  const remedies = rows.flatMap(({ given }) => [
    ...classify(given).remedies,
    ...(given.gates ?? []).flatMap(({ remedies = [] }) => remedies),
  ]);
  const commands = remedies.flatMap(({ command }) => command ?? []);
  // Only the second version of the CLI has this one.
  const ofAws = commands.filter((each) => each.startsWith('aws ') && !each.startsWith('aws logs tail '));
  // One command of each action and its options is enough.
  const form = (command: string): string =>
    [...command.split(' ').slice(0, 3), ...(command.match(/ --[\w-]+/g) ?? [])].join(' ');
  const forms = new Map(ofAws.map((command) => [form(command), command]));
  const chosen = [...forms.values()];
  t.ok(chosen.length > 20, `${chosen.length} of ${ofAws.length} commands`);
  const input = JSON.stringify(
    chosen.map((command) =>
      command
        .replace(/ \| pprobe .*$/s, '')
        // What the reader puts in: a file that it writes, a number that it chooses.
        .replace('file://policy.json', '{}')
        .replace('PRIORITY', '1'),
    ),
  );
  const { stdout, stderr } = spawnSync('python3', ['-c', reader], {
    input,
    encoding: 'utf8',
    env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1' },
  });
  const problems: string[] = JSON.parse(stdout === '' ? '[]' : stdout);
  t.equal(problems.length, chosen.length, stderr);
  // The CLI also checks the answer that it makes up, whose texts are too short.
  const isOwn = (problem: string | undefined): boolean =>
    problem === '' ||
    problem?.replaceAll(/Invalid length for parameter .*|Parameter validation failed:|\s+/g, '') === '';
  for (const [index, command] of chosen.entries())
    t.ok(isOwn(problems[index]), command, { said: problems[index] });
});
