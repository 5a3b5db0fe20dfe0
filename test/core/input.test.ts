import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { openInput } from '../../src/core/input.js';

test('a file has its size and its text', async (t) => {
  const folder = t.testdir({ file: 'all of it' });
  const { stream, size } = await openInput(join(folder, 'file'));
  t.equal(size, 9);
  t.equal(await text(stream), 'all of it');
});

test('a FIFO is read when its writer comes, to the end of the writer', async (t) => {
  const path = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const { stream, size } = await openInput(path);
  t.equal(size, null);
  const read = text(stream);
  createWriteStream(path).end('all of it');
  t.equal(await read, 'all of it');
});

test('a FIFO without a writer is opened at once, and its stream can be destroyed', async (t) => {
  const path = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const { stream } = await openInput(path);
  const closed = once(stream, 'close');
  stream.resume().destroy();
  await closed;
  t.ok(stream.destroyed);
});

test('what cannot be opened or read rejects with the error of the system', async (t) => {
  const folder = t.testdir();
  await t.rejects(openInput(join(folder, 'missing')), { code: 'ENOENT' });
  const { stream } = await openInput(folder);
  await t.rejects(text(stream), { code: 'EISDIR' });
});
