import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';

/** The Dockerfile: its instructions, and its last stage as a directory of which chroot(8) makes the root: no shell, no /proc, no /etc. */

interface Instruction {
  word: string;
  args: string;
}

/** The instructions of a Dockerfile. Comments are left out, and lines that end with a backslash are joined. */
function parse(text: string): Instruction[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, word = '', args = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { word, args };
    });
}

const instructions = parse(readFileSync('Dockerfile', 'utf8'));
const version: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
/** In the Dockerfile. */
const placeholder = ['$', '{VERSION}'].join('');
const argsOf = (word: string): string[] =>
  instructions.filter((each) => each.word === word).map(({ args }) => args.replaceAll(placeholder, version));
const entrypoint: string[] = JSON.parse(argsOf('ENTRYPOINT').at(-1) ?? '[]');

t.test('the stages are those of both platforms, and every variable is declared in its stage', async (t) => {
  const known = /^(?:ARG|FROM|ADD|COPY|ENTRYPOINT|CMD)$/;
  for (const { word } of instructions) t.match(word, known);
  const stages = argsOf('FROM');
  for (const platform of ['amd64', 'arm64'])
    t.ok(stages.includes(`scratch AS archive-${platform}`), platform);
  t.ok(
    stages.includes(
      placeholder.replace('VERSION', 'TARGETARCH').replace(/^/, 'archive-').concat(' AS archive'),
    ),
    'BuildKit sets TARGETARCH',
  );
  t.match(stages.at(-1), /distroless\/cc-debian\d+:nonroot$/);
  let isDeclared = false;
  for (const { word, args } of instructions) {
    if (word === 'FROM') isDeclared = false;
    else if (word === 'ARG') isDeclared = args === 'VERSION';
    else if (args.includes(placeholder)) t.ok(isDeclared, `${word} ${args}`);
  }
});

t.test('it adds the archives that npm run archive makes, and copies what they contain', async (t) => {
  const names = ['x64', 'arm64'].map((arch) => `build/archive/pprobe-${version}-linux-${arch}.tar.xz /`);
  t.same(argsOf('ADD'), names);
  const ignored = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  t.same(ignored, ['*', '!build/archive/*.tar.xz']);
  for (const copy of argsOf('COPY'))
    t.match(copy, /^--from=archive (?:\/pprobe-[\d.]+\/(?:lib|LICENSE|NOTICE) )+\/opt\/pprobe/);
  t.same(entrypoint, ['/opt/pprobe/lib/node', '/opt/pprobe/lib/pprobe/bin/pprobe.js']);
  t.same(JSON.parse(argsOf('CMD').at(-1) ?? '[]'), ['--help']);
});

/** The root directory of the container: the program, Node of this machine, and the libraries that Node needs. */
function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'pprobe-image-'));
  chmodSync(root, 0o755);
  const program = join(root, 'opt/pprobe/lib/pprobe');
  for (const folder of ['bin', 'dist/bin']) cpSync(folder, join(program, folder), { recursive: true });
  cpSync('package.json', join(program, 'package.json'));
  const native = `node_modules/@koromix/koffi-linux-${process.arch}`;
  mkdirSync(dirname(join(program, native)), { recursive: true });
  cpSync(native, join(program, native), { recursive: true });
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const file of libraries) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file), { dereference: true });
  }
  // The usual places of the loader, where they are links.
  for (const link of ['lib', 'lib64']) {
    if (libraries.some((file) => file.startsWith(`/${link}/`))) continue;
    symlinkSync(`usr/${link}`, join(root, link));
  }
  cpSync(process.execPath, join(root, 'opt/pprobe/lib/node'), { dereference: true });
  execFileSync('chmod', ['-R', 'a+rX', root]);
  return root;
}

const isRoot = process.geteuid?.() === 0;

t.test(
  'a container without shell, /proc and /etc, as another user',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const root = makeRoot();
    t.teardown(() => rmSync(root, { recursive: true, force: true }));
    const server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const run = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
      // tap names files in NODE_OPTIONS that are not in this root.
      const unset = 'unset NODE_OPTIONS NODE_EXTRA_CA_CERTS SSL_CERT_FILE';
      const script = `${unset}; PATH=/usr/sbin:/usr/bin:/sbin:/bin; exec chroot "$@"`;
      const argv = ['-c', script, 'sh', '--userspec=65532:65532', root, ...entrypoint, ...args];
      const child = spawn('/bin/sh', argv);
      const output = { code: -1, stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => {
        output.stdout += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        output.stderr += chunk.toString();
      });
      [output.code] = await once(child, 'close');
      return output;
    };
    t.same(await run('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
    t.match(await run('tcp', '127.0.0.1', port, '--timeout', '60s'), { code: 0, stdout: /open/, stderr: '' });
    const diagnosis = await run('diagnose', `127.0.0.1:${port}`, '--json');
    t.match(JSON.parse(diagnosis.stdout), { kind: 'report', verdict: { class: 'reachable' } });
    const doctor = await run('doctor', '--json');
    t.equal(doctor.code, 3, 'no nameserver');
    const { problems } = JSON.parse(doctor.stdout);
    const texts = problems.map(({ text }: { text: string }) => text).join('\n');
    t.match(texts, 'no nameserver');
    t.match(texts, 'no list of authorities');
    t.match(texts, '/proc/self/status cannot be read');
  },
);
