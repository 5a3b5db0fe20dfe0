import { test } from 'tap';
import { connect } from '../../../src/observe/connect.js';
import { isFirstSynLost } from '../../../src/probe/tcp/answered-syn.js';
import { connectAddresses } from '../../../src/probe/tcp/connect-addresses.js';
import { validateDocument } from '../../documents/validate.js';
import { listen } from './listeners.js';

const times = 10;

for (const sockets of ['auto', 'node'] as const) {
  const options = { sockets, watchMs: 60_000, timeoutMs: 60_000 };

  test(`${sockets}: accepted and reset is the same each time`, async (t) => {
    const { port } = await listen(t, (socket) => socket.resetAndDestroy());
    for (let count = 0; count < times; count += 1) {
      const document = await connect('127.0.0.1', port, options);
      t.same(validateDocument(document), []);
      t.match(document.attempts, [
        { status: 'reset', errno: 'ECONNRESET', cause: 'rst-after-syn-ack', afterOpen: { end: 'reset' } },
      ]);
    }
  });

  test(`${sockets}: accepted and closed is the same each time`, async (t) => {
    const { port } = await listen(t, (socket) => socket.end());
    for (let count = 0; count < times; count += 1) {
      const document = await connect('127.0.0.1', port, options);
      t.match(document.attempts, [{ status: 'open', errno: null, afterOpen: { end: 'closed' } }]);
    }
  });

  test(`${sockets}: --banner tells both, and a banner before a close`, async (t) => {
    const resetting = await listen(t, (socket) => socket.resetAndDestroy());
    const closing = await listen(t, (socket) => socket.end());
    const talking = await listen(t, (socket) => socket.end('220 ready\r\n'));
    const attemptAt = async (port: number) =>
      (await connect('127.0.0.1', port, { ...options, banner: true })).attempts;
    t.match(await attemptAt(resetting.port), [
      { status: 'reset', banner: null, afterOpen: { end: 'reset' } },
    ]);
    t.match(await attemptAt(closing.port), [{ status: 'open', banner: null, afterOpen: { end: 'closed' } }]);
    t.match(await attemptAt(talking.port), [
      { status: 'open', banner: '220 ready', afterOpen: { end: 'open' } },
    ]);
  });

  test(`${sockets}: a service that waits is open, and the watch ends`, async (t) => {
    const { port } = await listen(t, () => {});
    const document = await connect('127.0.0.1', port, { ...options, watchMs: 20 });
    t.match(document.attempts, [{ status: 'open', afterOpen: { end: 'open' } }]);
  });

  test(`${sockets}: who takes over the connection notices the reset; the status is open each time`, async (t) => {
    const { port } = await listen(t, (socket) => socket.resetAndDestroy());
    for (let count = 0; count < times; count += 1) {
      let code: string | undefined;
      let over = (): void => {};
      const closed = new Promise<void>((resolve) => {
        over = resolve;
      });
      const { attempts } = await connectAddresses(
        { host: '127.0.0.1', port, addresses: ['127.0.0.1'], resolution: null },
        {
          sockets,
          timeoutMs: 60_000,
          onOpen(_attempt, socket) {
            socket.on('error', (error: NodeJS.ErrnoException) => {
              code = error.code;
            });
            socket.on('close', () => over());
            socket.resume();
          },
        },
      );
      await closed;
      t.match(attempts, [{ status: 'open', errno: null }]);
      t.equal(code, 'ECONNRESET');
    }
  });
}

test('without a watch, as in a sweep, the status is open each time', async (t) => {
  const { port } = await listen(t, (socket) => socket.resetAndDestroy());
  const input = { host: '127.0.0.1', port, addresses: ['127.0.0.1'], resolution: null };
  for (let count = 0; count < times; count += 1)
    t.equal((await connectAddresses(input, { timeoutMs: 60_000 })).status, 'open');
});

test('the time stamp shows which SYN was answered', async (t) => {
  t.equal(isFirstSynLost({ retransmits: 0, timestamps: false, rttMs: 0 }, 12), false);
  t.equal(isFirstSynLost({ retransmits: 1, timestamps: true, rttMs: 1309 }, 1310), false, 'the first, late');
  t.equal(isFirstSynLost({ retransmits: 1, timestamps: true, rttMs: 290 }, 1310), true, 'the second');
  t.equal(isFirstSynLost({ retransmits: 2, timestamps: true, rttMs: 3400 }, 3402), false);
  t.equal(isFirstSynLost({ retransmits: 1, timestamps: false, rttMs: 0 }, 1310), null, 'not known');
});
