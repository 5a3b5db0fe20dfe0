import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { validateDocument } from '../documents/validate.js';
import { pprobe, start } from './pprobe.js';
import { dnsServer, patient } from './servers.js';

test('--file --json: one document per line of the file, in order; errors have the number of the line', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const input = '# names\none.example\n\na..b\nmissing.example\r\n10.0.1.23\nother.example\n[fd00::1]\n';
  const file = join(t.testdir({ 'names.txt': input }), 'names.txt');
  const asked = ['dns', '--server', server, ...patient, '--json', '--file'];
  const fromFile = await pprobe([...asked, file]);
  const documents = fromFile.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const document of documents) t.same(validateDocument(document), []);
  t.match(documents, [
    { kind: 'dns', line: 2, question: { name: 'one.example', type: 'A,AAAA' }, status: 'answered' },
    { kind: 'error', line: 4, error: { code: 'invalid-input' } },
    { kind: 'dns', line: 5, status: 'nxdomain' },
    { kind: 'dns', line: 6, question: { name: '23.1.0.10.in-addr.arpa', type: 'PTR' } },
    { kind: 'dns', line: 7, addresses: [{ address: '10.9.9.9' }] },
    { kind: 'dns', line: 8, question: { name: /^1\.0\..*\.d\.f\.ip6\.arpa$/, type: 'PTR' } },
  ]);
  t.match(fromFile.stderr, /^pprobe: .*names\.txt line 4: name: "a\.\.b" has an empty label.*\n$/);
  t.equal(fromFile.code, 2);
  const fromStdin = await pprobe([...asked, '-'], input);
  const lines = (text: string) =>
    text.split('\n').map((line) => line.replace(/"(?:durationMs|sentMs)":[\d.]+|T[\d:.]+Z/g, ''));
  t.same(lines(fromStdin.stdout), lines(fromFile.stdout), 'standard input gives the same documents');
  t.match(fromStdin.stderr, /^pprobe: standard input line 4: /);
});

test('--file: text, --short, a missing file, and options that --file excludes', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const file = join(t.testdir(), 'names.txt');
  await writeFile(file, 'one.example\nmissing.example\n');
  const asked = ['dns', '--server', server, ...patient, '-t', 'A', '--file', file];
  t.match(await pprobe(asked), {
    code: 10,
    stderr: '',
    stdout: '✓ one.example  10.0.1.23\n✗ missing.example  there is no such name (NXDOMAIN)\n',
  });
  t.match(await pprobe([...asked, '--short', '--concurrency', '1']), { code: 10, stdout: '10.0.1.23\n\n' });
  t.match(await pprobe(['dns', '--file', `${file}x`]), {
    code: 3,
    stderr: /cannot read ".*": there is no such file/,
  });
  const missing = await pprobe(['dns', '--file', `${file}x`, '--json']);
  t.match(JSON.parse(missing.stdout), { kind: 'error', error: { code: 'capability' } });
  t.equal(missing.stdout.trim().split('\n').length, 1, 'the error is one line, too');
  t.match(await pprobe([...asked, 'a.example']), { code: 2, stderr: /--file: leave it out; "a\.example"/ });
  t.match(await pprobe([...asked, '--compare', 'b.example']), { code: 2, stderr: /--compare: leave it out/ });
  t.match(await pprobe(['dns', '--file', file, '--server', 'ns.example']), {
    code: 2,
    stderr: /^pprobe: server: "ns/,
  });
});

test('an interrupted bulk prints the finished lines, and says how to continue', async (t) => {
  const { server, asked, close } = await dnsServer();
  t.teardown(close);
  const args = ['dns', '--server', server, ...patient, '-t', 'A', '--json', '--file', '-'];
  const { child, finished } = start(args);
  child.stdin?.write('one.example\nsilent.example\n');
  await asked;
  child.stdout?.once('data', () => child.kill('SIGINT'));
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130);
  t.match(JSON.parse(stdout), { line: 1, status: 'answered' });
  t.equal(
    stderr,
    'pprobe: interrupted; lines 1 to 1 are done. To continue, give the lines from 2 on to --file -\n',
  );
});

test('a silent line does not hide the finished lines behind it when the time is over', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const file = join(t.testdir({ names: 'silent.example\n\none.example\na..b\nother.example\n' }), 'names');
  const asked = ['dns', '--server', server, ...patient, '-t', 'A', '--max-time', '6s', '--file', file];
  const asText = await pprobe(asked);
  t.equal(asText.stdout, '✓ one.example  10.0.1.23\n✓ other.example  10.9.9.9\n');
  t.match(asText, {
    code: 2,
    stderr: /line 4: .*\npprobe: the time of --max-time is over; 3 lines behind line 1 are done/,
  });
  t.match(asText.stderr, /To continue, give the output of `tail -n \+1 \S+` to --file -\n$/);
  const asJson = await pprobe([...asked, '--json']);
  const documents = asJson.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const document of documents) t.same(validateDocument(document), []);
  t.match(documents, [{ line: 3, status: 'answered' }, { kind: 'error', line: 4 }, { line: 5 }]);
});

test('lines that --max-time leaves out are not taken for answered ones', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const asked = ['dns', '--server', server, ...patient, '-t', 'A', '--max-time', '6s', '--file', '-'];
  const some = await pprobe(asked, 'one.example\nsilent.example\n');
  t.match(some, { code: 20, stdout: /^✓ one\.example {2}10\.0\.1\.23\n$/ });
  t.match(some.stderr, /^pprobe: the time of --max-time is over; lines 1 to 1 are done\./);
  const over = 'the time of --max-time is over before the first line was done';
  const none = await pprobe([...asked, '--json'], 'silent.example\n');
  t.match(none, { code: 20, stderr: `pprobe: ${over}\n` });
  t.match(JSON.parse(none.stdout), { kind: 'error', error: { code: 'interrupted', message: over } });
  t.match(await pprobe(asked, 'one.example\n'), { code: 0, stderr: '' }, 'nothing is left');
});

test('a bulk ends when the reader of its output has gone', async (t) => {
  const { server, close } = await dnsServer();
  t.teardown(close);
  const { child, finished } = start([
    ...['dns', '--server', server, ...patient],
    ...['-t', 'A', '--json', '--file', '-'],
  ]);
  child.stdout?.once('data', () => child.stdout?.destroy());
  child.stdin?.write('one.example\n'.repeat(50_000));
  t.match(await finished, { code: 0, stderr: '' });
});
