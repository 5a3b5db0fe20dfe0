import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { ssmDocument } from '../../scripts/archive/ssm/document.js';

/** The document of AWS Systems Manager: its form, and its script run as the agent runs it, with an aws(1) that reads a directory. */

interface Parameter {
  type: string;
  description: string;
  interpolationType: string;
  default?: string;
  allowedPattern?: string;
  allowedValues?: string[];
}

interface SsmDocument {
  schemaVersion: string;
  parameters: Record<string, Parameter>;
  mainSteps: [{ inputs: { timeoutSeconds: string; runCommand: string[] } }];
}

const version = '1.2.3';
const document: SsmDocument = JSON.parse(ssmDocument(version));
const script = document.mainSteps[0].inputs.runCommand.join('\n');
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const archiveName = `pprobe-${version}-linux-${arch}.tar.xz`;
const target = 'https://abc123defg.execute-api.us-east-1.amazonaws.com/prod?a=1&b=$(id)';

/** What Systems Manager accepts of a command document of schema 2.2, as far as this one uses it. */
const schema = {
  type: 'object',
  required: ['schemaVersion', 'description', 'parameters', 'mainSteps'],
  additionalProperties: false,
  properties: {
    schemaVersion: { const: '2.2' },
    description: { type: 'string', minLength: 1 },
    parameters: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9]*$' },
      additionalProperties: {
        type: 'object',
        required: ['type', 'description'],
        additionalProperties: false,
        properties: {
          type: { const: 'String' },
          description: { type: 'string', minLength: 1 },
          interpolationType: { const: 'ENV_VAR' },
          default: { type: 'string' },
          allowedPattern: { type: 'string', pattern: '^\\^.*\\$$' },
          allowedValues: { type: 'array', items: { type: 'string' }, minItems: 1 },
        },
      },
    },
    mainSteps: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['action', 'name', 'inputs'],
        additionalProperties: false,
        properties: {
          action: { const: 'aws:runShellScript' },
          name: { type: 'string', pattern: '^[a-zA-Z0-9_]+$' },
          precondition: { const: { StringEquals: ['platformType', 'Linux'] } },
          inputs: {
            type: 'object',
            required: ['runCommand'],
            additionalProperties: false,
            properties: {
              timeoutSeconds: { type: 'string', pattern: '^[0-9]+$' },
              runCommand: { type: 'array', items: { type: 'string' }, minItems: 1 },
            },
          },
        },
      },
    },
  },
};

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** An instance: a directory as bucket, an aws(1) that reads it, and where pprobe is installed to. */
interface Instance {
  bucket: string;
  environment: Record<string, string>;
  run(values: Record<string, string>, how?: 'text' | 'environment'): Promise<Ran>;
}

/** The archive of the release, with a program that prints its arguments and ends with PPROBE_EXIT. */
function putArchive(bucket: string, work: string): Promise<void> {
  const tree = join(work, `pprobe-${version}`);
  for (const folder of ['bin', 'lib']) mkdirSync(join(tree, folder), { recursive: true });
  const program = `#!/bin/sh\n[ "$1" = --version ] && { echo ${version}; exit 0; }\nprintf '%s\\n' "$@"\nexit "\${PPROBE_EXIT:-0}"\n`;
  writeFileSync(join(tree, 'bin/pprobe'), program, { mode: 0o755 });
  cpSync('scripts/archive/install.sh', join(tree, 'install.sh'));
  chmodSync(join(tree, 'install.sh'), 0o755);
  const sum = createHash('sha256').update(program).digest('hex');
  writeFileSync(join(tree, 'lib/SHA256SUMS'), `${sum}  bin/pprobe\n`);
  const file = join(bucket, archiveName);
  return new Promise((resolve, reject) => {
    execFile('tar', ['-C', work, '-cJf', file, `pprobe-${version}`], (error) => {
      if (error !== null) return reject(error);
      const archive = createHash('sha256').update(readFileSync(file)).digest('hex');
      writeFileSync(join(bucket, 'SHA256SUMS'), `${archive}  ${archiveName}\n`);
      resolve();
    });
  });
}

async function instance(t: Test): Promise<Instance> {
  const root = t.testdir({ bucket: { pprobe: {} }, bin: {}, work: {}, prefix: {} });
  const bucket = join(root, 'bucket/pprobe');
  await putArchive(bucket, join(root, 'work'));
  const aws = `#!/bin/sh\nset -eu\n[ "$1 $2 $3" = 's3 cp --only-show-errors' ]\nfile=$ROOT/\${4#s3://}\n[ -f "$file" ] || { echo 'fatal error: An error occurred (403)' >&2; exit 1; }\ncp "$file" "$5"\n`;
  writeFileSync(join(root, 'bin/aws'), aws, { mode: 0o755 });
  const environment: Record<string, string> = { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, ROOT: root };
  const defaults = Object.fromEntries(
    Object.entries(document.parameters).map(([name, { default: value = '' }]) => [name, value]),
  );
  const run: Instance['run'] = (values, how = 'text') => {
    const given = { ...defaults, ...values };
    const env = { ...environment };
    let text = script.replace('prefix=/usr/local', `prefix=${join(root, 'prefix')}`);
    for (const [name, value] of Object.entries(given)) {
      if (how === 'environment') env[`SSM_${name}`] = value;
      else text = text.replaceAll(`{{ ${name} }}`, () => value);
    }
    return new Promise((resolve) => {
      execFile('/bin/sh', ['-c', text], { env, cwd: '/' }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  };
  return { bucket, environment, run };
}

const allows = (name: string, value: string): boolean => {
  const { allowedPattern, allowedValues } = document.parameters[name] ?? {};
  if (allowedPattern !== undefined) return new RegExp(allowedPattern).test(value);
  return allowedValues?.includes(value) === true;
};

t.test('the document has the form of schema 2.2, and its defaults pass its own patterns', async (t) => {
  const validate = new Ajv({ strict: true }).compile(schema);
  t.ok(validate(document), JSON.stringify(validate.errors));
  for (const [name, parameter] of Object.entries(document.parameters)) {
    if (parameter.default !== undefined) t.ok(allows(name, parameter.default), name);
    t.ok(script.includes(`'{{ ${name} }}'`), `${name} is used`);
    t.equal(script.split(`{{ ${name} }}`).length, 2, `${name} is written into the script once`);
  }
});

t.test('no pattern lets a value end the quotes around it, or become an option', async (t) => {
  const anyText = fc.string({ unit: fc.constantFrom(...'\'"`$\\;|&\n\r\t{}<> -ab1:/.') });
  for (const name of Object.keys(document.parameters)) {
    fc.assert(
      fc.property(anyText, (value) => !allows(name, value) || !/['"`\\\s{}]|^-/.test(value)),
      { numRuns: 200 },
    );
  }
  for (const value of [target.split('$')[0] ?? '', 'db.internal:5432', '[fd00::1]:443', '10.0.1.23'])
    t.ok(allows('Target', value), value);
  for (const value of ["x'; id; '", '$(id)', '--html=/etc/passwd', 'a b', ''])
    t.notOk(allows('Target', value), value);
});

t.test('one instance that fails does not stop the others: the commands of the pages say so', async (t) => {
  for (const page of ['README.md', 'docs/RELEASING.md']) {
    const text = readFileSync(page, 'utf8').replaceAll('\\\n', ' ');
    const commands = text.match(/aws ssm send-command .*/g) ?? [];
    t.ok(commands.length > 0, page);
    for (const command of commands) {
      t.match(command, ' --max-errors 100% ');
      const [, given = ''] = /--parameters (\S+)/.exec(command) ?? [];
      for (const [, name = '', value = ''] of given.matchAll(/(\w+)=([^,]+)/g))
        t.ok(allows(name, value), name);
    }
  }
});

t.test('pprobe is installed once; the target arrives as it was given', async (t) => {
  const { run, bucket } = await instance(t);
  const values = { Target: target, Bucket: 'bucket', Prefix: 'pprobe/', VpcEndpoint: 'vpce-0123' };
  const expected = ['diagnose', '--format', 'text', '--max-time', '60s', '--vpce', 'vpce-0123', '--', target];
  const first = await run(values);
  t.same(first.stdout.split('\n').slice(-expected.length - 1), [...expected, ''], first.stderr);
  t.equal(first.code, 0);
  t.match(first.stderr, `pprobe ${version} is installed`);
  writeFileSync(join(bucket, archiveName), 'no archive');
  const second = await run(values, 'environment');
  t.same(second, { code: 0, stdout: `${expected.join('\n')}\n`, stderr: '' });
});

t.test('every verdict is exit 0; what was no diagnosis is not', async (t) => {
  const { run, environment } = await instance(t);
  const values = { Target: target, Bucket: 'bucket', Prefix: 'pprobe' };
  for (const code of [0, 10, 11, 12, 13, 14, 15, 16, 20]) {
    environment.PPROBE_EXIT = String(code);
    t.equal((await run(values)).code, 0, String(code));
  }
  for (const code of [1, 2, 3, 130]) {
    environment.PPROBE_EXIT = String(code);
    t.match(await run(values), { code: 3, stderr: `ended with exit code ${code}` });
  }
});

t.test('an archive that is missing, cut short or changed is told, and nothing is installed', async (t) => {
  const { run, bucket } = await instance(t);
  const values = { Target: target, Bucket: 'bucket', Prefix: 'pprobe' };
  t.match(await run({ ...values, Bucket: '' }), {
    code: 3,
    stderr: /not installed here: give the parameter Bucket/,
  });
  t.match(await run({ ...values, Prefix: 'other' }), { code: 3, stderr: /403[\s\S]*cannot be fetched/ });
  t.match(await run({ ...values, Version: '9.9.9' }), { code: 3, stderr: /cannot be fetched/ });
  t.match(await run({ ...values, Sha256: '0'.repeat(64) }), { code: 3, stderr: /checksum .* is wrong/ });
  const whole = readFileSync(join(bucket, archiveName));
  writeFileSync(join(bucket, archiveName), whole.subarray(0, whole.length / 2));
  t.match(await run(values), { code: 3, stderr: /checksum .* is wrong: the upload was cut short/ });
});
