import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import t, { type Test } from 'tap';
import { billOfMaterials } from '../../scripts/archive/bill.js';
import { commands } from '../../src/cli/commands.js';

/** The archive for hosts without Node and without a registry: what it unpacks to, tried on this architecture. */

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a program without Node in the PATH and, as root, as a user without an entry in passwd(5). */
function run(file: string, args: readonly string[], { cwd = '/', env = {} }: RunOptions = {}): Promise<Ran> {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const environment = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...env };
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: environment, ...user }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const skip = process.arch === 'x64' || process.arch === 'arm64' ? false : `no archive for ${process.arch}`;
const version: string = JSON.parse(readFileSync('package.json', 'utf8')).version;

async function makeTree(): Promise<string> {
  const { code, stdout, stderr } = await new Promise<Ran>((resolve) => {
    const args = ['scripts/archive.js', '--tree', process.arch];
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr });
    });
  });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** A directory that every user may enter. */
function openDirectory(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'pprobe-archive-'));
  chmodSync(folder, 0o777);
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

const made = skip ? null : await makeTree();
const readSums = (tree: string): string => readFileSync(join(tree, 'lib/SHA256SUMS'), 'utf8');
const sums = made === null ? '' : readSums(made);

/** A copy of the tree outside the checkout, which other users may read. */
async function unpack(t: Test, made: string): Promise<string> {
  const folder = openDirectory(t);
  await new Promise<void>((resolve, reject) => {
    execFile('cp', ['-R', made, folder], (error) => (error === null ? resolve() : reject(error)));
  });
  return join(folder, `pprobe-${version}`);
}

/** Replaces a file of the tree, and its checksum. */
function replace(tree: string, file: string, content: string): void {
  writeFileSync(join(tree, file), content);
  const sum = createHash('sha256').update(content).digest('hex');
  const list = readFileSync(join(tree, 'lib/SHA256SUMS'), 'utf8');
  const line = new RegExp(`^\\w{64}(  ${file})$`, 'm');
  writeFileSync(join(tree, 'lib/SHA256SUMS'), list.replace(line, `${sum}$1`));
}

/** The same tree, whose Node is a script that starts ours: copying and checking 120 MB for each test takes long. */
const small = made === null ? null : await makeSmall(made);

/** Whether other users may enter all directories above a file, which /root does not allow. */
function isForOthers(file: string): boolean {
  for (let at = dirname(realpathSync(file)); dirname(at) !== at; at = dirname(at))
    if ((statSync(at).mode & 1) === 0) return false;
  return true;
}

async function makeSmall(made: string): Promise<string> {
  if (!isForOthers(process.execPath)) return made;
  const folder = await unpack(t, made);
  replace(folder, 'lib/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  return folder;
}

function unpackSmall(t: Test): Promise<string> {
  if (small === null) throw new Error('no tree');
  return unpack(t, small);
}

t.test(
  'it runs without Node, as any user, through a link, and writes nothing beside itself',
  { skip },
  async (t) => {
    if (made === null) return;
    const tree = await unpack(t, made);
    const before = listing(tree);
    const link = join(openDirectory(t), 'pprobe');
    symlinkSync(join(tree, 'bin/pprobe'), link);
    t.same(await run(link, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
    t.match(await run('./pprobe', ['--help'], { cwd: join(tree, 'bin') }), {
      code: 0,
      stdout: /^Usage: pprobe/,
    });
    t.match(await run(link, ['--version'], { env: { NODE_OPTIONS: '--no-such-option' } }), { code: 0 });

    const doctor = await run(link, ['doctor', '--json']);
    t.equal(doctor.code, 0, doctor.stderr);
    t.match(JSON.parse(doctor.stdout), { kind: 'doctor' });

    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    t.match(await run(link, ['tcp', '127.0.0.1', port, '--timeout', '60s']), { code: 0, stdout: /open/ });
    t.match(await run(link, ['completion', 'bash']), { code: 0, stdout: /complete -o/ });
    t.same(listing(tree), before);
  },
);

t.test('the same commit gives the same files', { skip }, async (t) => {
  if (made === null) return;
  t.equal(readSums(await makeTree()), sums);
  t.match(sums, /^[0-9a-f]{64} {2}bin\/pprobe$/m);
  t.match(
    sums,
    /^[0-9a-f]{64} {2}lib\/pprobe\/dist\/bin\/tcp\.code$/m,
    'compiled code, which V8 has accepted',
  );
});

t.test('the manual page has every command; completions and licences are complete', { skip }, async (t) => {
  if (made === null) return;
  const page = readFileSync(join(made, 'share/man/man1/pprobe.1'), 'utf8');
  for (const { name } of commands) t.ok(page.includes(`.SS pprobe ${name}`), name);
  t.ok(page.includes('\\-\\-timeout'));
  t.match(page, '.SS pprobe completion');
  t.notMatch(page, /[^\0-\x7f]/, 'groff reads Latin-1');
  for (const [program, args] of [
    ['mandoc', ['-T', 'lint', '-W', 'warning']],
    ['groff', ['-man', '-ww', '-z']],
  ] as const) {
    if (spawnSync(program, ['-V'], { input: '' }).error !== undefined) continue;
    const { stdout, stderr } = spawnSync(program, args, { input: page, encoding: 'utf8' });
    t.equal(stdout + stderr, '', program);
  }
  for (const file of ['pprobe.bash', '_pprobe', 'pprobe.fish']) {
    t.match(readFileSync(join(made, 'share/completions', file), 'utf8'), 'pprobe');
  }
  const notice = readFileSync(join(made, 'NOTICE'), 'utf8');
  for (const name of ['Node.js', 'koffi', 'yargs', 'dns-packet', 'ip-address']) t.match(notice, name);
});

t.test('the bill of materials has every package that is installed, and Node', async (t) => {
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
  const [manifest, lock] = [read('package.json'), read('package-lock.json')];
  const sources = { manifest, lock, node: read('scripts/archive/node.json'), seconds: 0 };
  const text = billOfMaterials(sources);
  t.equal(billOfMaterials(sources), text);
  const bill = JSON.parse(text);
  t.match(bill, { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
  const names: string[] = bill.components.map(({ name }: { name: string }) => name);
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of [...direct, 'node', 'yargs-parser', '@leichtgewicht/ip-codec'])
    t.ok(names.includes(name), name);
  for (const name of ['tap', 'esbuild', 'koffi', 'raw-socket', 'typescript'])
    t.notOk(names.includes(name), name);
  const known = new Set([
    `pprobe@${version}`,
    ...bill.components.map((each: { 'bom-ref': string }) => each['bom-ref']),
  ]);
  t.equal(known.size, bill.components.length + 1, 'each reference is of one component');
  for (const { ref, dependsOn } of bill.dependencies)
    for (const each of [ref, ...dependsOn]) t.ok(known.has(each), each);
  const root = bill.dependencies.find(({ ref }: { ref: string }) => ref === `pprobe@${version}`);
  t.equal(root.dependsOn.length, direct.length + 1);
});

t.test('install.sh copies and links; a second run replaces', { skip }, async (t) => {
  const tree = await unpackSmall(t);
  const prefix = join(openDirectory(t), 'opt');
  for (const time of ['first', 'second']) {
    const installed = await run(join(tree, 'install.sh'), ['--prefix', prefix]);
    t.match(installed, { code: 0, stdout: new RegExp(`pprobe ${version} is installed`) }, time);
  }
  t.match(await run(join(prefix, 'bin/pprobe'), ['--version']), { code: 0, stdout: version });
  const links = ['share/man/man1/pprobe.1', 'share/bash-completion/completions/pprobe'];
  for (const link of links) t.not(readFileSync(join(prefix, link), 'utf8'), '', link);
});

t.test('install.sh refuses an archive that was cut short, and a wrong argument', { skip }, async (t) => {
  const tree = await unpackSmall(t);
  const prefix = join(openDirectory(t), 'opt');
  const install = (...args: string[]): Promise<Ran> =>
    run(join(tree, 'install.sh'), ['--prefix', prefix, ...args]);
  t.match(await install('--nowhere'), { code: 1, stderr: /unknown argument --nowhere; usage/ });
  appendFileSync(join(tree, 'lib/pprobe/bin/pprobe.js'), '\n');
  t.match(await install(), { code: 1, stderr: /lib\/pprobe\/bin\/pprobe\.js[\s\S]*damaged or missing/ });
  rmSync(join(tree, 'lib/node'));
  t.match(await install(), { code: 1, stderr: /damaged or missing/ });
  rmSync(join(tree, 'lib/SHA256SUMS'));
  t.match(await install(), { code: 1, stderr: /not a whole archive/ });
  t.throws(() => readdirSync(prefix), 'nothing was installed');
});

t.test('a Node that cannot be started is exit 3 with a message, in dash and in bash', { skip }, async (t) => {
  const tree = t.testdir({ bin: {}, lib: { node: 'no program' } });
  copyFileSync('scripts/archive/pprobe.sh', join(tree, 'bin/pprobe'));
  for (const shell of ['/bin/sh', '/bin/bash']) {
    if (!existsSync(shell)) continue;
    const { status, stderr } = spawnSync(shell, [join(tree, 'bin/pprobe'), '--version'], {
      encoding: 'utf8',
    });
    t.equal(status, 3, shell);
    t.match(stderr, /lib\/node cannot be started: it needs a file system without noexec.*glibc 2\.28/, shell);
  }
});

t.test('a failed installation leaves the installed version as it was', { skip }, async (t) => {
  const tree = await unpackSmall(t);
  const prefix = join(openDirectory(t), 'opt');
  const install = (): Promise<Ran> => run(join(tree, 'install.sh'), ['--prefix', prefix]);
  t.match(await install(), { code: 0 });
  replace(tree, 'lib/node', '#!/bin/sh\nexit 1\n');
  t.match(await install(), { code: 1, stderr: /does not start[\s\S]*installed version is as it was/ });
  t.same(readdirSync(join(prefix, 'lib')), [`pprobe-${version}`]);
  t.match(await run(join(prefix, 'bin/pprobe'), ['--version']), { code: 0, stdout: version });
});

t.test(
  'two versions lie side by side; the link leads to the one that was installed last',
  { skip },
  async (t) => {
    const tree = await unpackSmall(t);
    const prefix = join(openDirectory(t), 'opt');
    t.match(await run(join(tree, 'install.sh'), ['--prefix', prefix]), { code: 0 });
    const other = join(tree, '../pprobe-99.0.0');
    renameSync(tree, other);
    t.match(await run(join(other, 'install.sh'), ['--prefix', prefix]), { code: 0 });
    t.same(readdirSync(join(prefix, 'lib')).sort(), [`pprobe-${version}`, 'pprobe-99.0.0']);
    t.equal(readlinkSync(join(prefix, 'bin/pprobe')), '../lib/pprobe-99.0.0/bin/pprobe');
    t.match(await run(join(prefix, 'lib', `pprobe-${version}`, 'bin/pprobe'), ['--version']), { code: 0 });
  },
);

t.test('a Node that is too old is named in one line, with exit 3', async (t) => {
  const preload = t.testdir({
    'old.cjs': "Object.defineProperty(process.versions, 'node', { value: '18.20.4' });",
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', join(preload, 'old.cjs'), 'bin/pprobe.js', 'doctor', '--json'],
    { encoding: 'utf8' },
  );
  t.same([status, stdout], [3, '']);
  t.equal(stderr, 'pprobe: Node 18.20.4 is too old: pprobe needs Node 20.19 or later\n');
});

t.test('Node 10 and 12 come as far as that line: no newer syntax, and no module with a prefix', async (t) => {
  const code = readFileSync('bin/pprobe.js', 'utf8');
  // Node 10 parses import(), which is of ES2020.
  const compiled = (target: string): string =>
    transformSync(code, { target, supported: { 'dynamic-import': true } }).code;
  t.equal(compiled('es2018'), compiled('esnext'), 'nothing has to be rewritten for Node 10');
  const preload = t.testdir({
    'oldest.cjs': `const Module = require('module');
      Object.defineProperty(process.versions, 'node', { value: '12.22.12' });
      const load = Module._load;
      Module._load = (name, ...others) => {
        if (name.startsWith('node:')) throw new Error('Cannot find module ' + name);
        return load(name, ...others);
      };`,
  });
  const start = (...args: string[]) =>
    spawnSync(process.execPath, ['--require', join(preload, 'oldest.cjs'), 'bin/pprobe.js', ...args], {
      encoding: 'utf8',
    });
  t.match(start('doctor'), { status: 3, stderr: /^pprobe: Node 12\.22\.12 is too old: .*\n$/ });
  t.match(start('--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
});
