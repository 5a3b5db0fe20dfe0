import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { resolve } from '../../../../src/probe/dns/resolve.js';
import { noLibc as skip } from '../../../net/libc/libc-here.js';

const replyAfterMs = 100;
const busyMs = 1500;

/** Answers every query with NXDOMAIN after a while, in a thread of its own. */
const server = `
  const { parentPort } = require('node:worker_threads');
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const reply = Buffer.from(query);
    reply.writeUInt16BE(0x8183, 2);
    setTimeout(() => socket.send(reply, port, address), ${replyAfterMs});
  });
  socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
`;

t.test(
  'a reply that comes while this process is busy is no timeout, and has the time at which it came',
  { skip },
  async (t) => {
    const worker = new Worker(server, { eval: true });
    t.teardown(() => worker.terminate());
    const [port] = await once(worker, 'message');
    // Shorter than the time this process is busy: the reply comes first, and the timer is heard of first.
    const options = { servers: [`127.0.0.1#${port}`], types: ['A'], timeoutMs: 500, tries: 1 };
    const asking = resolve('a.test.', options);
    // Long enough for the query to leave, and not for the reply to come.
    await sleep(replyAfterMs / 2);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyMs);
    const { status, attempts, durationMs } = await asking;
    t.equal(status, 'nxdomain');
    t.ok(durationMs >= busyMs, `${durationMs} ms went by`);
    const [{ durationMs: tookMs } = { durationMs: Number.NaN }] = attempts;
    t.ok(tookMs >= replyAfterMs - 5 && tookMs < busyMs / 2, `${tookMs} ms until the reply`);
  },
);
