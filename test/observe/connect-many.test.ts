import { readdirSync } from 'node:fs';
import { test } from 'tap';
import { type ConnectTarget, connect, connectMany } from '../../src/observe/connect.js';
import { openSockets } from '../../src/probe/tcp/sockets.js';
import { listen, listenSilently, socketCount } from '../probe/tcp/listeners.js';

const closed = '127.0.0.3';

// Opens what a process opens once, so that it is not counted for the targets.
await openSockets();
await connect(closed, 1);

/** Targets, and how many of them were read. */
function counted(targets: Iterable<ConnectTarget>) {
  const seen = { asked: 0, isClosed: false };
  function* source(): Generator<ConnectTarget> {
    try {
      for (const target of targets) {
        seen.asked++;
        yield target;
      }
    } finally {
      seen.isClosed = true;
    }
  }
  return { seen, source: source() };
}

function* many(port: number): Generator<ConnectTarget> {
  for (let index = 0; ; index++) yield { host: `127.3.${(index >> 8) & 255}.${index & 255}`, port };
}

test('documents are in the order of the targets, not of the answers; the default port is 443', async (t) => {
  const open = await listen(t, () => {});
  const silent = await listenSilently(t);
  const targets = [
    { host: '127.0.0.1', port: silent.port },
    { host: '127.0.0.1', port: open.port },
    { host: closed, port: open.port },
    { host: closed },
  ];
  const found: string[] = [];
  for await (const { host, port, status } of connectMany(targets, { timeoutMs: 1000 }))
    found.push(`${host} ${port} ${status}`);
  t.same(found, [
    `127.0.0.1 ${silent.port} timeout`,
    `127.0.0.1 ${open.port} open`,
    `${closed} ${open.port} refused`,
    `${closed} 443 refused`,
  ]);
});

test('a slow reader slows the work down, also where every answer is immediate', async (t) => {
  const { port } = await listen(t, () => {});
  const { seen, source } = counted(many(port));
  const documents = connectMany(source, { concurrency: 2 });
  t.equal(seen.asked, 0, 'nothing begins before the first next()');
  await documents.next();
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  const most = seen.asked;
  t.ok(most > 1, 'it works ahead');
  t.ok(most <= 2 + 64 * 2 + 1, `${most} asked for`);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  t.equal(seen.asked, most, 'and then waits');
  await documents.return();
  t.ok(seen.isClosed);
});

test('abort rejects with its reason, stop ends; neither leaves a socket', async (t) => {
  const { port } = await listenSilently(t, '0.0.0.0');
  const before = await socketCount();
  for (const kind of ['signal', 'stop'] as const) {
    const controller = new AbortController();
    const reason = new Error('enough');
    const documents = connectMany(many(port), { [kind]: controller.signal, concurrency: 20 });
    const first = documents.next();
    while ((await socketCount()) < before + 20) await new Promise(setImmediate);
    t.equal(await socketCount(), before + 20, 'so many at a time');
    controller.abort(reason);
    if (kind === 'signal') await t.rejects(first, reason);
    else t.match(await first, { done: true });
    t.equal(await socketCount(), before);
  }
});

test('thousands of answers leave no descriptor open', async (t) => {
  const { port } = await listen(t, (socket) => socket.end());
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = await socketCount().then(descriptors);
  const counts = new Map<string, number>();
  const targets = Array.from({ length: 2000 }, (_, index) => ({
    host: index % 4 ? closed : '127.0.0.1',
    port,
  }));
  for await (const { status } of connectMany(targets)) counts.set(status, (counts.get(status) ?? 0) + 1);
  t.same(Object.fromEntries(counts), { open: 500, refused: 1500 });
  // The listener's own ends of the connections are this process's as well.
  for (let turn = 0; turn < 2000 && descriptors() > before; turn++) await new Promise(setImmediate);
  t.equal(descriptors(), before);
});

test('an invalid target throws at its position', async (t) => {
  const targets = [{ host: closed }, { host: 'a..b' }, { host: closed }];
  const found: string[] = [];
  await t.rejects(
    async () => {
      for await (const { host } of connectMany(targets)) found.push(host);
    },
    { code: 'invalid-input' },
  );
  t.same(found, [closed]);
  await t.rejects(connectMany([{ host: closed }], { timeoutMs: 0 }).next(), { message: /timeout/ });
});
