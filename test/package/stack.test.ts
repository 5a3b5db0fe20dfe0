import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import t from 'tap';

t.test('a place in a bundle is a place in the source', async (t) => {
  const child = spawn(process.execPath, ['scripts/stack.js'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end('pprobe: this is a bug\n    at x (/usr/lib/node_modules/pprobe/dist/bin/tcp.js:2:20000)\n');
  t.match(
    await text(child.stdout),
    /^pprobe: this is a bug\n {4}at x \((src|node_modules)\/[\w/.-]+\.[jt]s:\d+:\d+\)\n$/,
  );
});
