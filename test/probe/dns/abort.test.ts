import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import t from 'tap';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { address, reply, serve } from './server.js';

const patient = { timeoutMs: 60_000 };

/** The number of open sockets and timers of this process. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => /UDP|TCPSocket|TCPConnect|Timeout/.test(kind))
    .length;
}

t.test('an abort rejects with its reason and closes all sockets', async (t) => {
  let abort = new AbortController();
  const silent = await serve(t, () => {
    abort.abort(new Error('enough'));
    return [];
  });
  for (const tcp of [false, true]) {
    const before = openSockets();
    abort = new AbortController();
    const asking = resolve('a.test.', { servers: [silent.text], tcp, ...patient, signal: abort.signal });
    await t.rejects(asking, { message: 'enough' });
    // Handles are closed within a turn or two of the event loop, the server's end of a connection soon after.
    for (let turn = 0; turn < 1000 && openSockets() > before; turn++) await new Promise(setImmediate);
    t.equal(openSockets(), before, tcp ? 'over TCP' : 'over UDP');
  }
  const aborted = AbortSignal.abort(new Error('before'));
  const asked = silent.asked.length;
  await t.rejects(resolve('a.test.', { servers: [silent.text], signal: aborted }), { message: 'before' });
  t.equal(silent.asked.length, asked, 'nothing was sent');
});

t.test('after a stop the document has what is known', async (t) => {
  const server = await serve(t, (asked) =>
    asked.type === 'A' ? [reply(asked, { answers: [address('a.test', '10.0.0.5')] })] : [],
  );
  const stop = new AbortController();
  const heard = () => stop.abort();
  subscribe('pprobe:dns:reply', heard);
  t.teardown(() => unsubscribe('pprobe:dns:reply', heard));
  const document = await resolve('a.test.', { servers: [server.text], ...patient, stop: stop.signal });
  t.match(document, {
    status: 'answered',
    addresses: [{ address: '10.0.0.5' }],
    attempts: [
      { type: 'A', outcome: 'answered' },
      { type: 'AAAA', outcome: 'error', errno: 'ECANCELED' },
    ],
  });
  t.equal(document.attempts.length, 2, 'nothing is sent after the stop');
});

t.test('after a stop before any reply the status is error', async (t) => {
  const server = await serve(t, () => []);
  const options = { servers: [server.text], types: ['A'], ...patient, stop: AbortSignal.abort() };
  t.match(await resolve('a.test.', options), {
    status: 'error',
    rcode: null,
    attempts: [{ errno: 'ECANCELED' }],
  });
  t.equal(server.asked.length, 0);
});

t.test('many lookups with one signal cause no warning about leaks', async (t) => {
  const server = await serve(t, (asked) => [reply(asked)]);
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  t.teardown(() => process.off('warning', listen));
  const types = ['A', 'AAAA', 'MX', 'NS', 'TXT', 'SOA', 'SRV', 'CAA', 'HTTPS', 'SVCB', 'PTR', 'DS', 'URI'];
  const { signal } = new AbortController();
  await resolve('a.test.', { servers: [server.text], types, ...patient, signal, stop: signal });
  await new Promise(setImmediate);
  t.same(warnings, []);
});
