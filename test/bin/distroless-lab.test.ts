import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { labUnavailable } from '../lab/lab.js';

/**
 * A root with Node, its shared libraries and pprobe, and nothing else: no shell, no /etc, no /proc and no certificates, as in a
 * distroless image. As in AWS Lambda, nothing can be written, there is no home, and the user has no name and no privilege.
 */

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const unavailable = await labUnavailable();
const node = realpathSync(process.execPath);
const root = t.testdir({ empty: {} });

/** The shared libraries of Node and the loader, as ldd(1) lists them. */
function copyLibraries(): void {
  const { stdout } = spawnSync('ldd', [node], { encoding: 'utf8' });
  for (const [, file = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    const target = join(root, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

/** Runs pprobe in the root, in namespaces of its own. */
function pprobe(...args: string[]): Promise<Ran> {
  const script = [
    'ip link set lo up',
    'mount --bind "$root" "$root"',
    'mount --bind "$node" "$root/node"',
    'for part in bin dist node_modules; do mount --bind "$PWD/$part" "$root/pprobe/$part"; done',
    'mount -o remount,bind,ro "$root"',
    'exec chroot --userspec=65534:65534 "$root" /node /pprobe/bin/pprobe.js "$@"',
  ].join(' && ');
  const env = { PATH: process.env.PATH, root, node, LANG: 'C.UTF-8', AWS_LAMBDA_FUNCTION_NAME: 'f' };
  return new Promise((resolve) => {
    execFile('unshare', ['-mn', 'sh', '-c', script, 'sh', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const skip = unavailable ?? (process.getuid?.() === 0 ? false : 'needs root for chroot and mount');

t.test(
  'every command works in a root with Node alone, and doctor says what is missing',
  { skip },
  async (t) => {
    copyLibraries();
    for (const part of ['bin', 'dist', 'node_modules'])
      mkdirSync(join(root, 'pprobe', part), { recursive: true });
    copyFileSync('package.json', join(root, 'pprobe/package.json'));
    writeFileSync(join(root, 'node'), '');

    const doctor = await pprobe('doctor', '--json');
    t.match(doctor, { code: 3, stderr: '' });
    const { privileges, limits, problems, engines } = JSON.parse(doctor.stdout);
    t.match(privileges, { uid: 65534, capNetRaw: null });
    t.same(limits, { descriptors: null, ports: null });
    t.match(engines, [
      { method: 'syn', available: false },
      { method: 'connect', available: true },
    ]);
    const told = problems.map(({ text }: { text: string }) => text).join('\n');
    for (const what of ['/etc/resolv.conf', 'CAP_NET_RAW', 'ca-certificates', '/proc/self/status'])
      t.match(told, what);

    t.match(await pprobe('tcp', '127.0.0.1', '1'), { code: 13, stdout: /refused/, stderr: '' });
    const dns = await pprobe('dns', 'a.example', '--server', '127.0.0.1#1', '--tries', '1');
    t.match(dns, { code: 10, stdout: /no server could be reached/, stderr: '' });
    t.match(await pprobe('trace', '127.0.0.1', '1', '--method', 'connect'), {
      code: 13,
      stdout: /Closed/i,
      stderr: '',
    });
    const report = await pprobe('diagnose', '127.0.0.1:1', '--json');
    t.match(report, { code: 13, stderr: '' });
    writeFileSync(join(root, 'report.json'), report.stdout);
    t.match(await pprobe('explain', '/report.json'), { code: 13, stdout: /^REFUSED/, stderr: '' });
  },
);
