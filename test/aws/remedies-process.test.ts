import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { classify } from '../../src/diagnose/classify.js';
import { rows } from '../diagnose/rules/all.rows.js';

/** Every `aws` command of every remedy, read by the AWS CLI itself: it knows the options and the form of their values. */

/** Reads commands as the AWS CLI does, and sends nothing. Prints for each of them what is wrong with it, or an empty text. */
const reader = `
import contextlib, io, json, shlex, sys
from awscli.clidriver import create_clidriver
problems = []
for command in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        try:
            status = create_clidriver().main(shlex.split(command)[1:] + ['--generate-cli-skeleton', 'output'])
        except SystemExit as end:
            status = end.code
    problems.append('' if status == 0 else (said.getvalue()[-400:] or 'status %s' % status))
json.dump(problems, sys.stdout)
`;

const has = spawnSync('python3', ['-c', 'import awscli.clidriver'], { stdio: 'ignore' }).status === 0;
const skip = has ? false : 'the AWS CLI for Python is not installed';

test('the AWS CLI takes every command of the remedies', { skip }, async (t) => {
  const remedies = rows.flatMap(({ given }) => [
    ...classify(given).remedies,
    ...(given.gates ?? []).flatMap(({ remedies = [] }) => remedies),
  ]);
  const commands = remedies.flatMap(({ command }) => command ?? []);
  const ofAws = commands.filter((command) => command.startsWith('aws '));
  // One command of each action and its options is enough.
  const form = (command: string): string =>
    [...command.split(' ').slice(0, 3), ...(command.match(/ --[\w-]+/g) ?? [])].join(' ');
  const forms = new Map(ofAws.map((command) => [form(command), command]));
  const chosen = [...forms.values()];
  t.ok(chosen.length > 20, `${chosen.length} of ${ofAws.length} commands`);
  const input = JSON.stringify(chosen.map((command) => command.replace(/ \|.*$/s, '')));
  const { stdout, stderr } = spawnSync('python3', ['-c', reader], {
    input,
    encoding: 'utf8',
    env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1' },
  });
  const problems: string[] = JSON.parse(stdout === '' ? '[]' : stdout);
  t.equal(problems.length, chosen.length, stderr);
  for (const [index, command] of chosen.entries()) t.equal(problems[index], '', command);
});
