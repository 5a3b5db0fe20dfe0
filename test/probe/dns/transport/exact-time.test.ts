import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { poller } from '../../../../src/net/libc/poller.js';
import { resolve } from '../../../../src/probe/dns/resolve.js';
import { runExchange } from '../../../../src/probe/dns/transport/exchange.js';
import { libc as here, noLibc as skip } from '../../../net/libc/libc-here.js';
import { address, reply, serve } from '../server.js';

// A constant of this file, so that the compiler narrows its type after a check.
const libc = here;

const replyAfterMs = 100;
/** Much longer than the reply takes, and shorter than the time for which this thread is busy. */
const timeoutMs = 3000;
const busyMs = 4000;

/**
 * Answers every query with NXDOMAIN, in a thread of its own: it announces the query, waits until the other thread is
 * about to be busy, and replies `replyAfterMs` later.
 */
const server = `
  const { parentPort, workerData } = require('node:worker_threads');
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const reply = Buffer.from(query);
    reply.writeUInt16BE(0x8183, 2);
    parentPort.postMessage('asked');
    Atomics.wait(workerData, 0, 0);
    setTimeout(() => socket.send(reply, port, address), ${replyAfterMs});
  });
  socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
`;

t.test(
  'a reply that arrives while the event loop is busy is not a timeout, and has its time of arrival',
  { skip },
  async (t) => {
    const isBusy = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(server, { eval: true, workerData: isBusy });
    t.teardown(() => worker.terminate());
    const [port] = await once(worker, 'message');
    const asking = resolve('a.test.', { servers: [`127.0.0.1#${port}`], types: ['A'], timeoutMs, tries: 1 });
    await once(worker, 'message');
    Atomics.store(isBusy, 0, 1);
    Atomics.notify(isBusy, 0);
    Atomics.wait(isBusy, 0, 1, busyMs);
    const { status, attempts, durationMs } = await asking;
    t.equal(status, 'nxdomain');
    t.ok(durationMs >= busyMs, `the document took ${durationMs} ms`);
    const [{ durationMs: tookMs } = { durationMs: Number.NaN }] = attempts;
    t.ok(tookMs >= replyAfterMs - 5 && tookMs < timeoutMs, `the reply took ${tookMs} ms`);
  },
);

t.test('what has arrived when the time is over is read before a timeout is told', { skip }, async (t) => {
  if (libc === null) return;
  const shortMs = 50;
  const socket = libc.eventfd(0, 0x800);
  // As after a stop of this process: the limit is reached, and no thread has told yet what came. Immediates run in their order.
  setTimeout(() => setImmediate(() => libc.write(socket, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 8)), shortMs);
  const limits = {
    timeoutMs: shortMs,
    source: undefined,
    signal: undefined,
    stop: undefined,
    onDiscard: () => {},
  };
  const { exchange } = await runExchange(limits, ({ settle }) => {
    const stopWatching = poller(libc).add(socket, 'input', () => settle({ outcome: 'truncated' }));
    return () => {
      stopWatching();
      libc.close(socket);
    };
  });
  t.same(exchange, { outcome: 'truncated' });
});

t.test(
  'a query that this process sends late, because it stood still, has its time all the same',
  async (t) => {
    const wholeMs = 2000;
    let holdMs = wholeMs + 200;
    const server = await serve(t, (asked) => {
      if (!asked.edns) return [reply(asked, { answers: [address('a.test', '10.0.0.5')] })];
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, holdMs);
      holdMs = 0;
      return [];
    });
    const asking = { servers: [server.text], types: ['A'], timeoutMs: wholeMs, tries: 1 };
    t.match(await resolve('a.test.', asking), {
      status: 'answered',
      attempts: [{ outcome: 'timeout', edns: true }, { outcome: 'answered' }],
    });
  },
);
