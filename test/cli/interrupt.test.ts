import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} ends a command as Ctrl-C does`, async (t) => {
    const dns = await dnsServer();
    t.teardown(dns.close);
    const { child, finished } = start(['dns', 'silent.example', dns.server, '--timeout', '60000', '--json']);
    await dns.asked;
    child.kill(signal);
    const { code, stdout } = await finished;
    t.equal(code, 130);
    t.equal(JSON.parse(stdout).kind, 'dns');
  });
}

for (const args of [
  ['explain', 'PIPE'],
  ['explain', '--log', 'PIPE'],
  ['dns', '--file', 'PIPE', '--server', '127.0.0.1'],
  ['tcp', '--file', 'PIPE'],
  ['diagnose', 'https://127.0.0.1/', '--ca-file', 'PIPE'],
  ['diagnose', 'https://127.0.0.1/', '--facts', 'PIPE'],
]) {
  test(`Ctrl-C while "${args.join(' ')}" waits for the writer of a pipe`, async (t) => {
    const pipe = join(t.testdir(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { child, finished } = start(args.map((word) => (word === 'PIPE' ? pipe : word)));
    await isOpenIn(child.pid, pipe);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    t.equal(code, 130, stderr);
  });
}

test('Ctrl-C while "collect" waits for credentials: one document, exit 130', async (t) => {
  const credentials = createServer((socket) => socket.on('error', () => {}));
  t.teardown(() => credentials.close());
  await once(credentials.listen(0, '127.0.0.1'), 'listening');
  const { port } = credentials.address() as AddressInfo;
  const words = [
    'collect',
    '127.0.0.1:1',
    '--region',
    'us-east-1',
    '--no-imds',
    '--timeout',
    '60s',
    '--json',
  ];
  const { child, finished } = start(words, {
    HOME: t.testdir(),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`,
  });
  await once(credentials, 'connection');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  t.equal(code, 130, stderr);
  t.match(JSON.parse(stdout), { kind: 'error', error: { code: 'interrupted' } });
});

/** A broker that says nothing more once a client has sent `last`, and that moment. Without `last`, it says nothing at all. */
async function quietBroker(last: RegExp | null) {
  let wasAsked = (): void => {};
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (last === null) return wasAsked();
    socket.write(
      'INFO {"server_id":"A","version":"2.12.7","proto":1,"headers":true,"max_payload":1048576}\r\n',
    );
    socket.on('data', (data) => {
      if (last.test(String(data))) wasAsked();
      else if (/^PING/m.test(String(data))) socket.write('PONG\r\n');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `nats://127.0.0.1:${port}`, asked, close: () => server.close() };
}

for (const verb of ['init', 'agents', 'diagnose'])
  for (const last of [null, /PUB \$(?:JS|KV)/]) {
    const what = last === null ? 'a connection' : 'an answer';
    test(`Ctrl-C while "fleet ${verb}" waits for ${what} of the broker: one document, exit 130`, async (t) => {
      const broker = await quietBroker(last);
      t.teardown(broker.close);
      const words = ['fleet', verb, '--server', broker.url, '--fleet', 'f', '--json'];
      if (verb === 'diagnose') {
        const { privateKey } = generateKeyPairSync('ed25519');
        const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
        const directory = t.testdir({ 'key.pem': key });
        words.push('127.0.0.1:1', '--via', 'nats', '--key', join(directory, 'key.pem'));
      }
      const { child, finished } = start(words);
      await broker.asked;
      child.kill('SIGINT');
      const { code, stdout } = await finished;
      t.equal(code, 130);
      t.match(JSON.parse(stdout), { kind: 'error', error: { code: 'interrupted' } });
    });
  }

/** Resolves when a process has the file open (proc_pid_fd(5)). */
async function isOpenIn(pid: number | undefined, file: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const isOpen = (fd: string) => {
    try {
      return readlinkSync(join(folder, fd)) === file;
    } catch {
      return false;
    }
  };
  while (!readdirSync(folder).some(isOpen)) await sleep(10);
}

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
