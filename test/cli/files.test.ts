import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  readFileSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkWritable, readInput, replaceFile } from '../../src/cli/files.js';

/** Of a command that nobody interrupts. */
const running = new AbortController().signal;

t.test('a pipe: checkWritable does not open it, replaceFile writes to it', async (t) => {
  const path = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let read = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => {
    read += text;
  });
  const ended = once(reader, 'close');
  await checkWritable(path);
  await replaceFile(path, 'all of it', running);
  await ended;
  t.equal(read, 'all of it');
});

t.test('a pipe without a reader is awaited until the command is interrupted', async (t) => {
  const path = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const interrupted = new AbortController();
  const written = replaceFile(path, 'all of it', interrupted.signal);
  interrupted.abort();
  await t.rejects(written, { message: /no program reads the pipe/ });
});

t.test('checkWritable creates no file, and its error says why a path cannot be written', async (t) => {
  const dir = t.testdir();
  await checkWritable(join(dir, 'new'));
  t.notOk(existsSync(join(dir, 'new')));
  await t.rejects(checkWritable(join(dir, 'no', 'new')), { message: /there is no such directory/ });
  await t.rejects(checkWritable(dir), { message: /it is a directory/ });
});

t.test('only the owner can read a file of mode 600 at any moment of its replacement', async (t) => {
  const dir = t.testdir();
  const path = join(dir, 'report.json');
  writeFileSync(path, 'old');
  chmodSync(path, 0o600);
  const modes = new Set<number>();
  const watcher = watch(dir, (_, name) => {
    const changed = join(dir, String(name));
    if (existsSync(changed)) modes.add(statSync(changed).mode & 0o777);
  });
  t.teardown(() => watcher.close());
  await replaceFile(path, 'x'.repeat(4_000_000), running);
  t.same(
    [...modes].filter((mode) => mode !== 0o600),
    [],
  );
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(readFileSync(path, 'utf8').length, 4_000_000);
});

t.test('a new file is for its owner only, whatever the umask', async (t) => {
  const path = join(t.testdir(), 'report.json');
  const before = process.umask(0);
  await replaceFile(path, 'new', running).finally(() => process.umask(before));
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test(
  'a file of another user in a shared directory is not replaced',
  { skip: process.getuid?.() !== 0 && 'only root can give a file to another user' },
  async (t) => {
    const dir = t.testdir({ victim: 'old' });
    chmodSync(dir, 0o1777);
    const foreign = { link: join(dir, 'link'), file: join(dir, 'file'), own: join(dir, 'own') };
    symlinkSync(join(dir, 'victim'), foreign.link);
    lchownSync(foreign.link, 65_534, 65_534);
    writeFileSync(foreign.file, 'theirs');
    chownSync(foreign.file, 65_534, 65_534);
    symlinkSync('victim', foreign.own);
    for (const path of [foreign.link, foreign.file]) {
      await t.rejects(checkWritable(path), { message: /it belongs to another user/ });
      await t.rejects(replaceFile(path, 'new', running), { message: /it belongs to another user/ });
    }
    t.equal(readFileSync(join(dir, 'victim'), 'utf8'), 'old');
    await replaceFile(foreign.own, 'new', running);
    t.equal(readFileSync(join(dir, 'victim'), 'utf8'), 'new', 'a link of the same user is followed');
  },
);

t.test('a file of more than 16 MB is not read', async (t) => {
  const path = join(t.testdir(), 'report.json');
  const { signal } = new AbortController();
  const most = 16 * 1024 * 1024;
  writeFileSync(path, Buffer.alloc(most, ' '));
  t.equal((await readInput(path, signal)).length, most);
  writeFileSync(path, Buffer.alloc(most + 1, ' '));
  await t.rejects(readInput(path, signal), {
    name: 'InvalidInputError',
    message: /report\.json" is longer than 16 MB/,
  });
  await t.rejects(readInput(`${path}.gone`, signal), { message: /there is no such file/ });
  const aborted = AbortSignal.abort(new Error('stopped'));
  await t.rejects(readInput(path, aborted), { message: 'stopped' });
});

t.test('a file of /proc has the size 0 and can be of any length', async (t) => {
  await t.rejects(readInput('/proc/self/pagemap', running), { message: /is longer than 16 MB/ });
  t.match(await readInput('/proc/self/status', running), /^Name:/);
});
