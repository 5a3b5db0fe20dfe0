import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
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
async function unpack(t: Test): Promise<string> {
  const folder = openDirectory(t);
  if (made === null) throw new Error('no tree');
  await new Promise<void>((resolve, reject) => {
    execFile('cp', ['-R', made, folder], (error) => (error === null ? resolve() : reject(error)));
  });
  return join(folder, `pprobe-${version}`);
}

t.test(
  'it runs without Node, as any user, through a link, and writes nothing beside itself',
  { skip },
  async (t) => {
    const tree = await unpack(t);
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

t.test('install.sh copies and links; a second run replaces', { skip }, async (t) => {
  const tree = await unpack(t);
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
  const tree = await unpack(t);
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
