import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

/** test/setup.sh with a PATH of its own, in which package managers and npm are scripts that write down how they were called. */

interface Host {
  /** Programs of this name exist, with this shell script. */
  programs: Record<string, string>;
  userId: number;
}

interface Ran {
  code: number;
  stderr: string;
  calls: string[];
}

const setup = fileURLToPath(new URL('./setup.sh', import.meta.url));

async function run(t: Test, { programs, userId }: Host): Promise<Ran> {
  const root = t.testdir({ test: {}, bin: {}, 'package-lock.json': '{}', calls: '' });
  copyFileSync(setup, join(root, 'test/setup.sh'));
  const install = (name: string, script: string): void => {
    const file = join(root, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  for (const name of ['dirname', 'readlink', 'touch', 'rm', 'chmod']) {
    symlinkSync(join('/usr/bin', name), join(root, 'bin', name));
  }
  const record = `echo "\${0##*/} $*" >> ${join(root, 'calls')}`;
  install('id', `echo ${userId}`);
  install('node', 'echo 20.19.0');
  install('npm', `${record}; mkdir -p ${join(root, 'node_modules')}`);
  symlinkSync('/usr/bin/mkdir', join(root, 'bin/mkdir'));
  mkdirSync(join(root, 'node_modules'));
  for (const [name, script] of Object.entries(programs)) install(name, `${record}\n${script}`);
  return new Promise((resolve) => {
    const env = { PATH: join(root, 'bin'), POLICY_RC_D: join(root, 'policy-rc.d') };
    const program = ['/bin/sh', join(root, 'test/setup.sh')] as const;
    execFile(program[0], [program[1]], { env, cwd: dirname(root) }, (error, _stdout, stderr) => {
      const calls = readFileSync(join(root, 'calls'), 'utf8').trimEnd().split('\n');
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr, calls });
    });
  });
}

/** Fails to install anything that includes this package. */
const lacksPackage = (name: string): string => `case " $* " in *" ${name} "*) exit 100 ;; esac`;

t.test('a package that the repositories lack is named, and everything else is installed', async (t) => {
  const host = { userId: 0, programs: { 'apt-get': lacksPackage('knot-dnsutils') } };
  const { code, stderr, calls } = await run(t, host);
  t.equal(code, 0, stderr);
  t.match(stderr, 'knot-dnsutils could not be installed');
  const installed = calls
    .filter((call) => call.startsWith('apt-get install'))
    .map((call) => call.split(' ').at(-1));
  for (const name of ['telnet', 'nmap', 'bind9-dnsutils', 'python3']) t.ok(installed.includes(name), name);
  t.ok(calls.some((call) => call.startsWith('npm ci')));
});

t.test('Amazon Linux has its own names, and each package is named once', async (t) => {
  const { code, stderr, calls } = await run(t, { userId: 0, programs: { dnf: '' } });
  t.equal(code, 0, stderr);
  const names = (calls.find((call) => call.startsWith('dnf install')) ?? '').split(' ').slice(4);
  t.ok(names.includes('bind-utils'));
  t.ok(names.includes('gcc-c++'));
  t.equal(new Set(names).size, names.length, names.join(' '));
});

t.test(
  'an ordinary user reads the command for this system, or none where its packages are unknown',
  async (t) => {
    const debian = await run(t, { userId: 1000, programs: { 'apt-get': '' } });
    t.match(debian.stderr, /missing:.* telnet.*sudo apt-get install/);
    const amazon = await run(t, { userId: 1000, programs: { dnf: '' } });
    t.match(amazon.stderr, /sudo dnf install/);
    for (const userId of [0, 1000]) {
      const other = await run(t, { userId, programs: { apk: '' } });
      t.equal(other.code, 0);
      t.match(other.stderr, /missing:.* telnet/);
      t.notMatch(other.stderr, /sudo|apt-get|dnf/);
      t.notOk(other.calls.some((call) => call.startsWith('apk')));
    }
  },
);

t.test('a failed update of the package lists does not end the set-up', async (t) => {
  const script = 'case $1 in update) exit 100 ;; esac';
  const { code, stderr, calls } = await run(t, { userId: 0, programs: { 'apt-get': script } });
  t.equal(code, 0, stderr);
  t.match(stderr, 'apt-get update failed');
  t.ok(calls.some((call) => call.startsWith('apt-get install')));
});

t.test('without raw-socket: no measurement is said to be missing', async (t) => {
  const { stderr } = await run(t, { userId: 1000, programs: {} });
  t.match(stderr, /pprobe does not need it/);
  t.notMatch(stderr, /trace --method syn" and/);
});
