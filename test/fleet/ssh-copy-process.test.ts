import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { FleetDocument } from '../../src/documents/fleet.js';
import { findArchives } from '../../src/fleet/ssh/archives.js';
import { copyScript } from '../../src/fleet/ssh/copy.js';
import { pprobe, start } from '../cli/pprobe.js';
import { report } from '../compare/reports.js';
import { dns, HOST, http, tcp, tls } from '../diagnose/evidence.js';
import { type SshLab, sshLab, usualPath } from './sshd.js';

const isRoot = process.getuid?.() === 0;
const works = report('ip-10-0-1-10', '10.0.1.10', {
  dns: [dns(HOST, ['10.0.1.5'])],
  tcp: [tcp(HOST, { '10.0.1.5': 'open' })],
  tls: [tls('ok')],
  http: [http(200)],
});
// tap removes the directory before it calls what is registered after it.
t.teardown(() => lab.close());
const dir = t.testdir({ 'no-home': '', tools: {}, scarce: {}, other: {}, homes: {}, 'old-xz': {} });
const archives = join(dir, 'archives');
const isX64 = process.arch === 'x64';
const here = join(archives, `pprobe-9.9.9-linux-${process.arch}.tar.xz`);
let lab: SshLab;

/** An archive with the layout of a real one, whose program prints a report. It waits while the file `wait` is there. */
function makeArchive(file: string, program: string): void {
  const tree = join(dir, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'pprobe-9.9.9/bin'), { recursive: true });
  mkdirSync(join(tree, 'pprobe-9.9.9/lib'));
  writeFileSync(
    join(tree, 'pprobe-9.9.9/lib/padding'),
    createHash('sha512').update(file).digest('hex').repeat(4000),
  );
  writeFileSync(join(tree, 'pprobe-9.9.9/lib/report'), JSON.stringify({ ...works, reportId: randomUUID() }));
  writeFileSync(join(tree, 'pprobe-9.9.9/bin/pprobe'), program);
  chmodSync(join(tree, 'pprobe-9.9.9/bin/pprobe'), 0o755);
  execFileSync('tar', ['-C', tree, '-cJf', file, 'pprobe-9.9.9']);
}

const program = `#!/bin/sh
[ "$1" = --version ] && { echo 9.9.9; exit; }
cat "$(dirname "$0")/../lib/report"
`;

/** A host with a home directory of its own. */
async function host(
  name: string,
  { path = usualPath, home = join(dir, 'homes', name), mounts = '', env = {} as Record<string, string> } = {},
): Promise<void> {
  if (home.startsWith(join(dir, 'homes'))) mkdirSync(home, { recursive: true });
  lab.alias(name, await lab.sshd(path, { HOME: home, ...env }, mounts));
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function cacheOf(name: string): string {
  return join(dir, 'homes', name, '.cache/pprobe', `fleet-${process.getuid?.()}`);
}

async function fleet(hosts: string, more: readonly string[] = [], from = archives): Promise<FleetDocument> {
  const asked = ['fleet', 'diagnose', `https://${HOST}/prod`, '--via', 'ssh', '--hosts', hosts, '--json'];
  const { stdout, stderr } = await pprobe([
    ...asked,
    '--ssh-config',
    lab.configFile,
    '--copy',
    from,
    ...more,
  ]);
  t.equal(stderr, '');
  return JSON.parse(stdout);
}

function found({ results }: FleetDocument): Record<string, string> {
  return Object.fromEntries(
    results.map(({ agent, outcome, reason }) => [agent, reason === null ? outcome : `${outcome}: ${reason}`]),
  );
}

/** A directory of PATH with every tool of this host that the script uses, except some. */
function toolsWithout(folder: string, ...missing: string[]): string {
  const used = [
    'sh',
    'cat',
    'cut',
    'df',
    'dirname',
    'find',
    'head',
    'id',
    'ls',
    'mkdir',
    'mv',
    'rm',
    'sha256sum',
  ];
  for (const tool of [...used, 'sleep', 'tail', 'tar', 'touch', 'tr', 'uname', 'wc', 'xz'].filter(
    (each) => !missing.includes(each),
  ))
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(folder, tool),
    );
  return folder;
}

function script(folder: string, name: string, line: string): string {
  writeFileSync(join(dir, folder, name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(dir, folder, name), 0o755);
  return `${join(dir, folder)}:${usualPath}`;
}

t.before(async () => {
  lab = await sshLab(dir);
  mkdirSync(archives);
  makeArchive(here, program);
});

t.test('the program is copied once, for its user alone, and used', async (t) => {
  await host('web-1');
  await host('web-2');
  const first = await fleet('web-1,web-2');
  t.same(found(first), { 'web-1': 'answered', 'web-2': 'answered' });
  const base = cacheOf('web-1');
  const digest = digestOf(here);
  t.same(readdirSync(base), [digest], 'nothing else is left');
  for (const path of [base, join(base, digest)]) t.equal(statSync(path).mode & 0o777, 0o700, path);
  const { ino } = statSync(join(base, digest, 'pprobe-9.9.9/bin/pprobe'));
  t.same(found(await fleet('web-1')), { 'web-1': 'answered' });
  t.equal(statSync(join(base, digest, 'pprobe-9.9.9/bin/pprobe')).ino, ino, 'a second run copies nothing');
  rmSync(join(base, digest, 'pprobe-9.9.9/lib/padding'));
  t.same(found(await fleet('web-1')), { 'web-1': 'answered' });
  t.ok(existsSync(join(base, digest, 'pprobe-9.9.9/lib/padding')), 'a copy that lacks a file is made again');
  t.same(readdirSync(base), [digest]);
  const place = join(dir, 'elsewhere');
  t.same(found(await fleet('web-1', ['--copy-to', place])), { 'web-1': 'answered' });
  t.same(readdirSync(place), [`fleet-${process.getuid?.()}`]);
});

t.test('runs at once leave one whole copy', async (t) => {
  await host('shared');
  for (const each of await Promise.all([fleet('shared'), fleet('shared'), fleet('shared')]))
    t.same(found(each), { shared: 'answered' });
  const [digest = '', ...others] = readdirSync(cacheOf('shared'));
  t.same(others, []);
  t.same(readdirSync(join(cacheOf('shared'), digest)).sort(), ['.files', 'pprobe-9.9.9']);
});

t.test('many scripts at once, in an empty place and in one whose copy lacks a file', async (t) => {
  const place = join(dir, 'crowded');
  const words = `${process.arch}:${statSync(here).size}:${digestOf(here)}`;
  const run = async (): Promise<string> => {
    const child = spawn('sh', ['-c', `${copyScript}; exec "$@"`, 'sh', place, words, '--version']);
    child.stdin.on('error', () => {});
    child.stdin.end(readFileSync(here));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return `${stdout.slice(stdout.indexOf('pprobe-copy: ready'))}${stderr}`;
  };
  for (let round = 0; round < 6; round += 1) {
    const said = await Promise.all(Array.from({ length: 8 }, run));
    t.same(new Set(said), new Set(['pprobe-copy: ready\n9.9.9\n']), `round ${round}`);
    const base = join(place, `fleet-${process.getuid?.()}`);
    t.same(readdirSync(base), [digestOf(here)], 'nothing else is left');
    t.same(readdirSync(join(base, digestOf(here))).sort(), ['.files', 'pprobe-9.9.9']);
    if (round % 2 === 0) rmSync(join(base, digestOf(here), 'pprobe-9.9.9/lib/padding'));
    else rmSync(base, { recursive: true });
  }
});

t.test('what is wrong on a host is one line with what to do', async (t) => {
  await host('mips', {
    path: script('other', 'uname', '[ "$1" = -m ] && echo mips64 || exec /usr/bin/uname "$@"'),
  });
  mkdirSync(join(dir, 'bsd'));
  await host('bsd', { path: script('bsd', 'uname', 'echo FreeBSD') });
  mkdirSync(join(dir, 'arm'));
  const another = isX64 ? 'aarch64' : 'x86_64';
  await host('arm', {
    path: script('arm', 'uname', `[ "$1" = -m ] && echo ${another} || exec /usr/bin/uname "$@"`),
  });
  await host('no-xz', { path: toolsWithout(join(dir, 'tools'), 'xz') });
  await host('full', { path: script('scarce', 'df', 'echo Filesystem; echo "/dev/x 100 99 1 99% /home"') });
  await host('homeless', { home: join(dir, 'no-home') });
  mkdirSync(join(dir, 'homes/open/.cache/pprobe'), { recursive: true });
  await host('open');
  mkdirSync(cacheOf('open'));
  chmodSync(cacheOf('open'), 0o777);
  const told = found(await fleet('mips,bsd,arm,no-xz,full,homeless,open'));
  t.match(
    told.mips,
    /^failed: pprobe is not copied: there is no archive for the processor mips64; install pprobe there/,
  );
  t.match(told.bsd, /^failed: .*the host runs FreeBSD/);
  t.match(told.arm, new RegExp(`^failed: .*no archive for ${another} lies beside`));
  t.match(told['no-xz'], /^failed: .*there is no xz on the host; install xz-utils/);
  t.match(told.full, /^failed: .*it needs 1 MB at .*fleet-\d+, and 1 MB are free; make room/);
  t.match(
    told.homeless,
    /^failed: .*cannot be made there: mkdir: .*; name a directory elsewhere .* --copy-to DIR/,
  );
  t.match(told.open, /^failed: .*other users may write in .*; remove it/);
});

t.test(
  'a home that is noexec, read-only or full',
  { skip: isRoot ? false : 'mounts need root' },
  async (t) => {
    const at = (name: string): string => join(dir, 'homes', name);
    const tmpfs = (name: string, options: string): string =>
      `mount --make-rprivate / && mount -t tmpfs -o ${options} none ${at(name)} || exit 1`;
    await host('noexec', { mounts: tmpfs('noexec', 'noexec,size=9m') });
    await host('read-only', { mounts: tmpfs('read-only', 'ro,size=9m') });
    // df(1) says that there is room, as it does where a quota is the limit.
    mkdirSync(join(dir, 'quota'));
    const path = script('quota', 'df', 'echo Filesystem; echo "/dev/x 9999999 1 9999998 1% /home"');
    await host('quota', { path, mounts: tmpfs('quota', 'size=64k') });
    const told = found(await fleet('noexec,read-only,quota'));
    t.match(
      told.noexec,
      /^failed: .*cannot be executed, as on a file system that is mounted noexec; .*--copy-to DIR/,
    );
    t.match(told['read-only'], /^failed: .*Read-only file system; name a directory elsewhere/);
    t.match(
      told.quota,
      /^failed: .*the archive cannot be (?:written|unpacked) .*(?:No space left on device|Wrote only .*); make room/,
    );
  },
);

t.test('what is left of a copy that failed or was interrupted is removed', async (t) => {
  const wrong = join(dir, 'wrong');
  mkdirSync(wrong);
  makeArchive(
    join(wrong, `pprobe-9.9.8-linux-${process.arch}.tar.xz`),
    '#!/bin/sh\necho broken >&2; exit 9\n',
  );
  await host('broken');
  t.match(found(await fleet('broken', [], wrong)).broken, /^failed: .*does not start there: broken$/);
  t.same(readdirSync(cacheOf('broken')), []);
  // The host never reads the archive to its end, so the copy is under way until Ctrl-C.
  mkdirSync(join(dir, 'slow'));
  await host('slow', { path: script('slow', 'head', `touch ${join(dir, 'reading')}; cat >/dev/null`) });
  const asked = [
    'fleet',
    'diagnose',
    HOST,
    '--via',
    'ssh',
    '--hosts',
    'slow',
    '--json',
    '--ssh-config',
    lab.configFile,
  ];
  const { child, finished } = start([...asked, '--copy', archives]);
  while (!existsSync(join(dir, 'reading'))) await sleep(50);
  child.kill('SIGINT');
  const { code, stdout } = await finished;
  t.equal(code, 130);
  t.match(JSON.parse(stdout).results[0], { outcome: /failed|no-answer/ });
  while (readdirSync(cacheOf('slow')).length > 0) await sleep(50);
});

t.test('an archive that is no archive is a mistake in the command line', async (t) => {
  const text = join(dir, 'text');
  const named = join(text, 'pprobe-1.0.0-linux-x64.tar.xz');
  mkdirSync(text);
  await t.rejects(
    findArchives(text, '1.0.0'),
    /has no archive of pprobe; give pprobe-VERSION-linux-x64\.tar\.xz/,
  );
  writeFileSync(named, 'hello');
  await t.rejects(findArchives(named, '1.0.0'), /is not compressed with xz/);
  writeFileSync(join(text, 'SHA256SUMS'), `${'0'.repeat(64)}  pprobe-1.0.0-linux-x64.tar.xz\n`);
  writeFileSync(named, readFileSync(here));
  await t.rejects(findArchives(text, '1.0.0'), /is not the file of the SHA256SUMS beside it/);
  writeFileSync(join(text, 'SHA256SUMS'), `${digestOf(here)}  pprobe-1.0.0-linux-x64.tar.xz\n`);
  t.match(await findArchives(named, '2.0.0'), [{ arch: 'x64', file: named, digest: digestOf(here) }]);
  for (const version of ['1.0.1', '1.0.2'])
    writeFileSync(join(text, `pprobe-${version}-linux-arm64.tar.xz`), readFileSync(here));
  t.match(await findArchives(text, '1.0.2'), [{ arch: 'arm64' }]);
  await t.rejects(findArchives(text, '2.0.0'), /has archives of 3 versions; name the file of one/);
  await t.rejects(findArchives(join(dir, 'nothing'), '1.0.0'), /there is no file/);
  const asked = ['fleet', 'diagnose', HOST, '--via', 'ssh', '--hosts', 'web-1', '--copy', archives];
  const { code, stderr } = await pprobe([...asked, '--remote', '/opt/pprobe']);
  t.equal(code, 2);
  t.match(stderr, /cannot go with --remote/);
});
