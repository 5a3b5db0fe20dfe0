import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

/** The packages of Debian and Fedora, made from a small directory in place of the archive's: Node is a script that starts ours. */

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', ...env };
  return new Promise((resolve) => {
    execFile(file, args, { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const version: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
const lacks = (tool: string): boolean => spawnSync(tool, ['--version']).error !== undefined;
const nodeFolder = join(process.execPath, '..');

const root = t.testdir({ tree: {}, one: {}, other: {} });
const tree = join(root, 'tree');

function layOut(): void {
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), content, { mode });
  };
  put('lib/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, 0o755);
  put('lib/pprobe/package.json', readFileSync('package.json', 'utf8'));
  for (const folder of ['bin', 'dist/bin'])
    cpSync(folder, join(tree, 'lib/pprobe', folder), { recursive: true });
  put('bin/pprobe', readFileSync('scripts/archive/pprobe.sh', 'utf8'), 0o755);
  for (const file of [
    'man/man1/pprobe.1',
    'completions/pprobe.bash',
    'completions/_pprobe',
    'completions/pprobe.fish',
  ])
    put(`share/${file}`, `${file}\n`);
  put('share/ssm/pprobe-diagnose.json', '{}\n');
  put('share/systemd/pprobe-diagnose@.service', '[Unit]\n');
  put('share/monitoring/alerts.yml', 'groups: []\n');
  for (const file of ['LICENSE', 'NOTICE']) put(file, `${file}\n`);
}

async function make(to: string, umask: string, architectures: string): Promise<string[]> {
  const script = `umask ${umask}; exec "$0" scripts/packages.js --fast --tree "$1" --to "$2" ${architectures}`;
  const path = { PATH: `${nodeFolder}:/usr/sbin:/usr/bin:/sbin:/bin` };
  const made = await run('/bin/sh', ['-c', script, process.execPath, tree, to], path);
  if (lacks('rpmbuild')) t.match(made.stderr, 'rpmbuild is not installed, so no .rpm is made');
  else t.equal(made.code, 0, made.stderr);
  return readdirSync(to).sort();
}

const skipDeb = lacks('dpkg-deb') && 'dpkg-deb is not installed';
const skipRpm = lacks('rpmbuild') && 'rpmbuild is not installed';
if (!skipDeb) layOut();
const files = skipDeb ? [] : await make(join(root, 'one'), '022', 'x64 arm64');
const fileOf = (name: string): string => join(root, 'one', name);

t.test(
  'both formats for both architectures; the same octets for another umask',
  { skip: skipDeb },
  async (t) => {
    const expected = [`pprobe_${version}_amd64.deb`, `pprobe_${version}_arm64.deb`];
    const rpms = [`pprobe-${version}-1.aarch64.rpm`, `pprobe-${version}-1.x86_64.rpm`];
    t.same(files, ['SHA256SUMS', ...(skipRpm ? [] : rpms), ...expected].sort());
    await make(join(root, 'other'), '077', 'arm64');
    const sums = (folder: string): string[] =>
      readFileSync(join(root, folder, 'SHA256SUMS'), 'utf8')
        .trimEnd()
        .split('\n');
    t.same(
      sums('other'),
      sums('one').filter((line) => /arm64|aarch64/.test(line)),
    );
    for (const line of sums('one')) {
      const [sum, name = ''] = line.split('  ');
      t.equal(
        createHash('sha256')
          .update(readFileSync(fileOf(name)))
          .digest('hex'),
        sum,
        name,
      );
    }
  },
);

t.test('the .deb, installed into a directory by dpkg, runs from there', { skip: skipDeb }, async (t) => {
  const target = t.testdir({ 'var/lib/dpkg': { status: '', updates: {}, info: {} }, var: { log: {} } });
  chmodSync(target, 0o755);
  const deb = fileOf(`pprobe_${version}_${process.arch === 'arm64' ? 'arm64' : 'amd64'}.deb`);
  const folder = join(target, 'lib/dpkg');
  for (const each of ['updates', 'info']) mkdirSync(join(folder, each), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const options = [
    '--root',
    target,
    '--admindir',
    folder,
    '--log',
    '/dev/null',
    '--force-not-root',
    '--force-depends',
  ];
  const installed = await run('dpkg', [...options, '-i', deb]);
  t.equal(installed.code, 0, installed.stderr);
  t.same(await run(join(target, 'usr/bin/pprobe'), ['--version']), {
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  const places = [
    'usr/share/man/man1/pprobe.1.gz',
    'usr/share/bash-completion/completions/pprobe',
    'usr/share/zsh/vendor-completions/_pprobe',
    'usr/share/fish/vendor_completions.d/pprobe.fish',
    'usr/lib/systemd/system/pprobe-diagnose@.service',
    'usr/share/pprobe/monitoring/alerts.yml',
    'usr/share/doc/pprobe/copyright',
  ];
  for (const place of places) t.not(readFileSync(join(target, place)).length, 0, place);
  const verified = await run('dpkg', [...options, '--verify', 'pprobe']);
  t.equal(verified.stdout, '', 'every file has the checksum that the package names');
  t.equal((await run('dpkg', [...options, '-r', 'pprobe'])).code, 0);
  t.throws(() => readFileSync(join(target, 'usr/bin/pprobe')), { code: 'ENOENT' }, 'it goes as it came');
});

t.test('the .rpm has the same files, owned by root, and runs', { skip: skipRpm }, async (t) => {
  const rpm = fileOf(`pprobe-${version}-1.${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.rpm`);
  const owners = await run('rpm', ['-qp', '--qf', '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]', rpm]);
  t.same([...new Set(owners.stdout.trim().split('\n'))], ['root:root'], owners.stderr);
  const requires = await run('rpm', ['-qp', '--requires', rpm]);
  t.match(requires.stdout, 'glibc >= 2.28');
  const target = t.testdir({ bin: {} });
  const script = 'cp "$2" "$1/a.rpm" && cd "$1" && rpm2archive a.rpm && tar -xzf a.rpm.tgz';
  const unpacked = await run('/bin/sh', ['-c', script, 'sh', target, rpm]);
  t.equal(unpacked.code, 0, unpacked.stderr);
  t.match(await run(join(target, 'usr/bin/pprobe'), ['--version']), { code: 0, stdout: version });
});

t.test('without dpkg-deb and rpmbuild, what is missing is named', async (t) => {
  const bin = join(t.testdir({ bin: {} }), 'bin');
  symlinkSync(process.execPath, join(bin, 'node'));
  const to = t.testdir({});
  const args = ['scripts/packages.js', '--tree', tree, '--to', join(to, 'out'), 'x64'];
  const made = await run(process.execPath, args, { PATH: bin, SOURCE_DATE_EPOCH: '0' });
  t.equal(made.code, 3);
  t.match(made.stderr, /dpkg-deb is not installed, so no \.deb is made[\s\S]*rpmbuild is not installed/);
});
