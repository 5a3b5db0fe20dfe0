import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { test } from 'tap';
import { InvalidInputError } from '../../../src/core/errors.js';
import type { TcpAttempt } from '../../../src/documents/tcp.js';
import { connectAddresses } from '../../../src/probe/tcp/connect-addresses.js';
import { connectThroughNode } from '../../../src/probe/tcp/connect-node.js';
import { openSockets } from '../../../src/probe/tcp/sockets.js';
import { validateDocument } from '../../documents/validate.js';
import { listen, listenAndReset, listenSilently, socketCount } from './listeners.js';

/** A loopback address on which nothing listens. */
const closedAddress = '127.0.0.3';

// Sockets that are opened once per process are opened before the tests count sockets.
await openSockets();

function input(port: number, ...addresses: string[]) {
  return { host: 'api.test', port, addresses, resolution: null };
}

test('every address is tried, and the attempts are in the given order', async (t) => {
  const { port } = await listen(t, () => {});
  const document = await connectAddresses(input(port, closedAddress, '127.0.0.1', closedAddress));
  t.same(validateDocument(document), []);
  t.match(document, { kind: 'tcp', host: 'api.test', port, status: 'open', resolution: null });
  t.match(document.attempts, [
    {
      address: closedAddress,
      port,
      status: 'refused',
      errno: 'ECONNREFUSED',
      local: false,
      localAddress: '127.0.0.1',
    },
    { address: '127.0.0.1', port, status: 'open', errno: null, local: false, localAddress: '127.0.0.1' },
  ]);
  t.equal(document.attempts.length, 2, 'an address given twice is tried once');
  t.ok(
    document.attempts.every(
      ({ durationMs, localPort }) => durationMs > 0 && localPort !== null && localPort > 0,
    ),
  );
});

test('IPv6 and IPv4 are tried together', async (t) => {
  const { port } = await listen(t, () => {}, { host: '::1' });
  const document = await connectAddresses(input(port, '::1', closedAddress));
  t.same(
    document.attempts.map(({ status, localAddress }) => [status, localAddress]),
    [
      ['open', '::1'],
      ['refused', '127.0.0.1'],
    ],
  );
});

test('the server sees a connection that is closed at once, without an error', async (t) => {
  const accepted: Promise<unknown>[] = [];
  const { port } = await listen(t, (socket) => accepted.push(once(socket.resume(), 'end')));
  await connectAddresses(input(port, '127.0.0.1'));
  while (accepted.length === 0) await new Promise(setImmediate);
  await Promise.all(accepted);
  t.equal(accepted.length, 1, 'it ended in an orderly way');
});

test('silence ends at the timeout, and the attempt has the local port for flow logs', async (t) => {
  const { port } = await listenSilently(t);
  const before = await socketCount();
  const document = await connectAddresses(input(port, '127.0.0.1'), { timeoutMs: 150 });
  t.same(validateDocument(document), []);
  const [attempt] = document.attempts;
  t.match(attempt, { status: 'timeout', errno: null, local: false, localAddress: '127.0.0.1' });
  t.ok((attempt?.localPort ?? 0) > 0);
  t.ok((attempt?.durationMs ?? 0) >= 149, 'not before');
  t.equal(await socketCount(), before);
});

test('a connection that opened and was reset is neither open nor refused', async (t) => {
  const { port, resets } = await listenAndReset(t);
  const running = connectThroughNode('127.0.0.1', port, { timeoutMs: 60_000 });
  // The other thread resets the connection after connect(2) and before this event loop reads the socket.
  process.nextTick(() => Atomics.wait(resets, 0, 0, 60_000));
  const expected = { status: 'reset', errno: 'ECONNRESET', local: false, cause: 'rst-after-syn-ack' };
  t.match(await running, expected);
});

test('what onOpen throws is thrown to the caller, whichever sockets are used', async (t) => {
  const { port } = await listen(t, () => {});
  const onOpen = () => {
    throw new Error('not wanted');
  };
  for (const sockets of ['libc', 'node'] as const)
    await t.rejects(connectAddresses(input(port, '127.0.0.1'), { sockets, onOpen }), {
      message: 'not wanted',
    });
});

test('a busy process does not mistake its own delay for silence', async (t) => {
  const { port } = await listen(t, () => {});
  const running = connectThroughNode('127.0.0.1', port, { timeoutMs: 20 });
  process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100));
  t.equal((await running).status, 'open');
});

test('attempts are reported when they end', async (t) => {
  const silent = await listenSilently(t);
  const told: TcpAttempt[] = [];
  const stop = new AbortController();
  const document = await connectAddresses(input(silent.port, '127.0.0.1', closedAddress), {
    stop: stop.signal,
    onAttempt: (attempt) => {
      told.push(attempt);
      stop.abort();
    },
  });
  t.same(
    told.map(({ address, status }) => [address, status]),
    [
      [closedAddress, 'refused'],
      ['127.0.0.1', 'error'],
    ],
    'the first to answer',
  );
  t.match(
    document.attempts,
    [{ errno: 'ECANCELED' }, { errno: 'ECONNREFUSED' }],
    'the document keeps the order',
  );
});

test('stop returns what is known, and unfinished attempts have ECANCELED', async (t) => {
  const { port } = await listenSilently(t);
  const before = await socketCount();
  const stop = new AbortController();
  const running = connectAddresses(input(port, '127.0.0.1'), { stop: stop.signal });
  setImmediate(() => stop.abort());
  const document = await running;
  t.same(validateDocument(document), []);
  t.match(document, { status: 'error', attempts: [{ status: 'error', errno: 'ECANCELED' }] });
  t.equal(await socketCount(), before);

  const late = await connectAddresses(input(port, '127.0.0.1'), { stop: AbortSignal.abort() });
  t.match(late.attempts, [{ status: 'error', errno: 'ECANCELED', localPort: null }], 'nothing was even sent');
});

test('abort rejects with its reason and leaves no socket', async (t) => {
  const { port } = await listenSilently(t);
  const before = await socketCount();
  const reason = new Error('enough');
  const controller = new AbortController();
  const told: TcpAttempt[] = [];
  const running = connectAddresses(input(port, '127.0.0.1'), {
    signal: controller.signal,
    onAttempt: (attempt) => told.push(attempt),
  });
  setImmediate(() => controller.abort(reason));
  await t.rejects(running, reason);
  t.equal(await socketCount(), before);
  t.same(told, []);
  await t.rejects(connectAddresses(input(port, '127.0.0.1'), { signal: AbortSignal.abort(reason) }), reason);
});

test('an error of the callback is thrown, and the other attempts are closed', async (t) => {
  const { port } = await listenSilently(t);
  const before = await socketCount();
  const bug = new Error('in the callback');
  const running = connectAddresses(input(port, '127.0.0.1', closedAddress), {
    onAttempt: () => {
      throw bug;
    },
  });
  await t.rejects(running, bug);
  t.equal(await socketCount(), before);
});

test('the source address is used, and must be valid', async (t) => {
  const seen: (string | undefined)[] = [];
  const { port } = await listen(t, (socket) => seen.push(socket.remoteAddress));
  const document = await connectAddresses(input(port, '127.0.0.1', '::1'), { source: '127.0.0.9' });
  t.match(document.attempts, [
    { status: 'open', localAddress: '127.0.0.9' },
    { status: 'error', errno: 'EAFNOSUPPORT', localAddress: null, localPort: null },
  ]);
  while (seen.length === 0) await new Promise(setImmediate);
  t.same(seen, ['127.0.0.9']);

  const refusals: [source: string, address: string, message: RegExp][] = [
    ['eth0', '127.0.0.1', /"eth0" is not an IP address/],
    ['[::1]', '::1', /"\[::1\]" is not an IP address/],
    ['fe80::9', '::1', /is link-local and means another host on each link; add the interface/],
    ['::1', '127.0.0.1', /::1 is IPv6 and cannot reach 127\.0\.0\.1; give an IPv4 source/],
    ['192.0.2.1', '127.0.0.1', /192\.0\.2\.1 is not an address of this host/],
  ];
  for (const [source, address, message] of refusals) {
    const running = connectAddresses(input(port, address), { source });
    await t.rejects(running, { code: 'invalid-input', argument: 'source', message }, source);
  }
});

test('invalid input is refused with a message of one line that names the argument', async (t) => {
  const refused = (port: number, timeoutMs?: number, address = '127.0.0.1') =>
    connectAddresses(input(port, address), { timeoutMs }).catch((reason: unknown) => reason);
  for (const port of [0, -1, 65_536, 443.5, Number.NaN]) {
    t.match(await refused(port), { argument: 'port', message: /whole number from 1 to 65535/ });
  }
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 600_001]) {
    t.match(await refused(443, timeoutMs), { argument: 'timeout', message: /from 1 to 600000/ });
  }
  const error = await refused(443, undefined, 'api.test');
  t.ok(error instanceof InvalidInputError);
  t.match(error, { argument: 'address', message: /^[^\n]*"api\.test" is not an IP address[^\n]*$/ });
});

test('a name without addresses is an error without attempts', async (t) => {
  const document = await connectAddresses(input(443));
  t.same(validateDocument(document), []);
  t.match(document, { status: 'error', attempts: [] });
});

test('a hostile answer with hundreds of addresses does not open hundreds of sockets at once', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const { port } = await listenSilently(t, '0.0.0.0');
  const addresses = Array.from({ length: 400 }, (_, index) => `127.9.${index >> 8}.${index & 255}`);
  let running = 0;
  let most = 0;
  const onBegin = () => {
    running += 1;
    most = Math.max(most, running);
  };
  const onEnd = () => {
    running -= 1;
  };
  subscribe('pprobe:tcp:attempt', onBegin);
  subscribe('pprobe:tcp:result', onEnd);
  const document = await connectAddresses(input(port, ...addresses), { timeoutMs: 100 });
  unsubscribe('pprobe:tcp:attempt', onBegin);
  unsubscribe('pprobe:tcp:result', onEnd);
  t.same(
    document.attempts.map(({ address, status }) => [address, status]),
    addresses.map((address) => [address, 'timeout']),
  );
  t.equal(most, 128, 'at the same time');
  t.same(warnings, []);
  process.off('warning', onWarning);
});
