import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { validateDocument } from '../documents/validate.js';
import { listenSilently } from '../probe/tcp/listeners.js';
import { bin, pprobe, start } from './pprobe.js';

/** An address on which nothing listens: all listeners are on 127.0.0.1. */
const closed = '127.0.0.3';

/** A service on loopback that sends `greeting` on every connection and closes it. */
async function service(t: Test, greeting = ''): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(greeting);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function documents(stdout: string) {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('--file --json: one document per line of the file, in order; errors have the number of the line', async (t) => {
  const port = await service(t);
  const input = [
    '# targets',
    `127.0.0.1:${port}`,
    '',
    `${closed} ${port}  # closed`,
    '127.0.0.1:70000',
    'one two three',
    closed,
    `[::ffff:127.0.0.1]:${port}\r`,
    'a..b',
  ].join('\n');
  const file = join(t.testdir({ 'targets.txt': input }), 'targets.txt');
  const fromFile = await pprobe(['tcp', '--json', '--file', file, String(port)]);
  const found = documents(fromFile.stdout);
  for (const document of found) t.same(validateDocument(document), []);
  t.match(found, [
    { kind: 'tcp', line: 2, host: '127.0.0.1', port, status: 'open' },
    { kind: 'tcp', line: 4, host: closed, port, status: 'refused' },
    { kind: 'error', line: 5, error: { code: 'invalid-input' } },
    { kind: 'error', line: 6, error: { code: 'invalid-input' } },
    { kind: 'tcp', line: 7, host: closed, port, status: 'refused' },
    { kind: 'tcp', line: 8, attempts: [{ address: '127.0.0.1', status: 'open' }] },
    { kind: 'error', line: 9, error: { code: 'invalid-input' } },
  ]);
  t.equal(found.length, 7);
  const messages = fromFile.stderr.trim().split('\n');
  t.match(
    messages,
    [5, 6, 9].map((line) => new RegExp(`^pprobe: .*targets\\.txt line ${line}: `)),
  );
  t.equal(messages.length, 3, 'no progress without a terminal');
  t.equal(fromFile.code, 2);
  const fromStdin = await pprobe(['tcp', '--json', '--file', '-', String(port)], input);
  t.same(
    documents(fromStdin.stdout).map(({ line, status }) => [line, status]),
    found.map(({ line, status }) => [line, status]),
    'standard input gives the same documents',
  );
  t.match(fromStdin.stderr, /^pprobe: standard input line 5: /);
});

test('--file: one line of text per target, and one exit code', async (t) => {
  const port = await service(t);
  const open = await pprobe(['tcp', '--file', '-', String(port)], '127.0.0.1\n127.0.0.1\n');
  t.match(open, {
    code: 0,
    stderr: '',
    stdout: new RegExp(`^(✓ 127\\.0\\.0\\.1 ${port}  open  [\\d.]+ ms\\n){2}$`),
  });
  const refused = await pprobe(['tcp', '--file', '-', String(port)], `127.0.0.1\n${closed}\n`);
  t.equal(refused.code, 13);
  t.match(
    refused.stdout,
    /\n✗ 127\.0\.0\.3 \d+ {2}refused {2}[\d.]+ ms {2}a reset came back: nothing listens/,
  );
});

test('the results of thousands of targets come in the order of the file', async (t) => {
  const port = await service(t);
  const targets = Array.from({ length: 3000 }, (_, index) => `127.1.${index >> 8}.${index & 255}:${port}`);
  const { stdout, code } = await pprobe(['tcp', '--json', '--file', '-'], targets.join('\n'));
  t.equal(code, 13);
  t.same(
    documents(stdout).map(({ host, line }) => `${host}:${port} ${line}`),
    targets.map((target, index) => `${target} ${index + 1}`),
  );
});

test('an interrupted sweep prints the finished lines and says how to continue', async (t) => {
  const port = await service(t);
  const { child, finished } = start(['tcp', '--json', '--file', '-']);
  child.stdin?.write(`127.0.0.1:${port}\n${closed}:${port}\n`);
  child.stdout?.once('data', () => child.kill('SIGINT'));
  const { code, stderr } = await finished;
  t.equal(code, 130);
  t.match(
    stderr,
    /^pprobe: interrupted; lines 1 to [12] are done\. To continue, give the lines from [23] on to --file -\n$/,
  );
});

test('a sweep ends when the reader of its output has gone', async (t) => {
  const port = await service(t);
  const { child, finished } = start(['tcp', '--json', '--file', '-']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  child.stdin?.write(`${closed}:${port}\n`.repeat(50_000));
  t.match(await finished, { stderr: '' });
});

test('--banner: the first line of a service that speaks first, without control characters in text', async (t) => {
  const port = await service(t, 'SSH-2.0-\u001b[31mtest\r\nmore\r\n');
  const shown = await pprobe(['tcp', '127.0.0.1', String(port), '--banner']);
  t.equal(shown.code, 0);
  t.match(shown.stdout, 'sends "SSH-2.0-');
  t.notMatch(shown.stdout, '\u001b');
  t.notMatch(shown.stdout, 'more');
  const { stdout } = await pprobe(['tcp', '127.0.0.1', String(port), '--banner', '--json']);
  const document = JSON.parse(stdout);
  t.same(validateDocument(document), []);
  t.equal(document.attempts[0].banner, 'SSH-2.0-\u001b[31mtest', 'unchanged in JSON');
  const silent = await service(t);
  t.match((await pprobe(['tcp', '127.0.0.1', String(silent), '--banner'])).stdout, 'sends no banner');
});

test('--count and --interval: every attempt, then loss and times in the format of ping', async (t) => {
  const port = await service(t);
  const asked = ['tcp', '127.0.0.1', String(port), '--count', '3', '--interval', '5ms'];
  const shown = await pprobe(asked);
  t.equal(shown.code, 0);
  t.match(
    shown.stdout,
    /--- 127\.0\.0\.1 ---\n3 sent, 3 answered, 3 open, 0% loss\nrtt min\/avg\/max\/mdev = [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms\n$/,
  );
  const document = JSON.parse((await pprobe([...asked, '--json'])).stdout);
  t.same(validateDocument(document), []);
  t.match(document, { attempts: { length: 3 }, statistics: [{ sent: 3, open: 3, lossPercent: 0 }] });
});

test('--source that is not an address of this host, or of the other family, is refused with one message', async (t) => {
  const cases: [args: string[], words: RegExp][] = [
    [
      ['127.0.0.1', '1', '--source', '192.0.2.1'],
      /^pprobe: source: 192\.0\.2\.1 is not an address of this host/,
    ],
    [['127.0.0.1', '1', '--source', '::1'], /^pprobe: source: ::1 is IPv6 and cannot reach 127\.0\.0\.1/],
    [['127.0.0.1', '1', '--source', 'eth0'], /^pprobe: .*source: "eth0" is not an IP address/],
    [
      ['--file', '-', '--source', '192.0.2.1'],
      /^pprobe: source: 192\.0\.2\.1 is not an address of this host/,
    ],
  ];
  for (const [args, words] of cases) {
    const { code, stderr, stdout } = await pprobe(['tcp', ...args], '127.0.0.1:1\n127.0.0.1:2\n');
    t.equal(code, 2, args.join(' '));
    t.match(stderr, words);
    t.equal(stderr.trim().split('\n').length, 1);
    t.equal(stdout, '');
  }
});

test('a sweep shows a progress bar on a terminal, and removes it', async (t) => {
  const { port } = await listenSilently(t);
  const file = join(t.testdir({ 'targets.txt': `127.0.0.1:${port}\n`.repeat(8) }), 'targets.txt');
  const sweep = `${process.execPath} ${bin} tcp --file ${file} --json --concurrency 1 --timeout 100 >${file}.out`;
  const { stdout } = await promisify(execFile)('script', ['-qec', sweep, '/dev/null']).catch(
    (error) => error,
  );
  t.match(stdout, /\[#+-+\] {1,2}\d+% {2}\d targets {2}\d failed/);
  t.equal(documents(await readFile(`${file}.out`, 'utf8')).length, 8, 'standard output has all lines');
});
