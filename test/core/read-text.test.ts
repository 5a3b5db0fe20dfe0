import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readText } from '../../src/core/read-text.js';

t.test('a small file is read as a whole, also one whose size is not known', async (t) => {
  const path = join(t.testdir(), 'hosts');
  writeFileSync(path, 'ä\n'.repeat(30_000));
  t.equal(await readText(path), 'ä\n'.repeat(30_000));
  t.match(await readText('/proc/self/limits'), /Max open files/);
  await t.rejects(readText(join(path, 'none')), { code: 'ENOTDIR' });
  await t.rejects(readText('/'), { code: 'EISDIR' });
});

t.test('a device without an end is given up, and a pipe is not awaited', async (t) => {
  await t.rejects(readText('/dev/zero'), { code: 'EFBIG' });
  t.equal(await readText('/dev/null'), '');
  const pipe = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  t.equal(await readText(pipe), '');
});
