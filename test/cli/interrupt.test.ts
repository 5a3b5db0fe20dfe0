import { test } from 'tap';
import { onInterrupt } from '../../src/cli/run.js';
import { validateDocument } from '../documents/validate.js';
import { start } from './pprobe.js';
import { dnsServer } from './servers.js';

test('Ctrl-C: the measurements so far are printed, exit 130', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const { child, finished } = start([
    'dns',
    'silent.example',
    dns.server,
    '--timeout',
    '60000',
    '--tries',
    '1',
  ]);
  await dns.asked;
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130);
  t.match(stdout, /^✗ silent\.example {2}A, AAAA\n {2}interrupted before an answer came\n/);
  t.equal(stderr, 'pprobe: interrupted; this is what was measured until then\n');
});

test('Ctrl-C with --json: one valid document, in which the pending query is marked as cancelled', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const args = ['dns', 'silent.example', dns.server, '--timeout', '60000', '--json', '--quiet'];
  const { child, finished } = start(args);
  await dns.asked;
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130);
  t.equal(stderr, '');
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.match(document.attempts[0], { name: 'silent.example', outcome: 'error', errno: 'ECANCELED' });
});

test('SIGTERM ends a command as Ctrl-C does', async (t) => {
  const dns = await dnsServer();
  t.teardown(dns.close);
  const { child, finished } = start(['dns', 'silent.example', dns.server, '--timeout', '60000', '--json']);
  await dns.asked;
  child.kill('SIGTERM');
  const { code, stdout } = await finished;
  t.equal(code, 130);
  t.equal(JSON.parse(stdout).kind, 'dns');
});

test('Ctrl-C while a report is read: an error document, because nothing was measured', async (t) => {
  const { child, finished } = start(['explain', '-', '--json']);
  // The input is larger than a pipe's buffer: once all of it is written, the program is reading.
  await new Promise<void>((resolve) => child.stdin?.write(' '.repeat(4_000_000), () => resolve()));
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130);
  t.equal(stderr, 'pprobe: interrupted before anything was measured\n');
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.equal(document.error.code, 'interrupted');
});

test('onInterrupt calls the first function once, and the second for every later signal', async (t) => {
  const before = new Set(process.listeners('SIGINT'));
  const calls: string[] = [];
  const release = onInterrupt(
    () => calls.push('first'),
    () => calls.push('again'),
  );
  const added = process.listeners('SIGINT').filter((listener) => !before.has(listener));
  t.equal(added.length, 1);
  for (const listener of [...added, ...added, ...added]) listener('SIGINT');
  t.same(calls, ['first', 'again', 'again']);
  release();
  t.same(new Set(process.listeners('SIGINT')), before);
});
