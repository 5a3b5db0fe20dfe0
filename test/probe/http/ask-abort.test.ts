import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'tap';
import { listen, openSockets } from '../tcp/listeners.js';
import { asked } from './asked.js';
import { serve } from './servers.js';

test('stop keeps what arrived, abort rejects with its reason, and neither leaves a socket', async (t) => {
  const stop = new AbortController();
  const half = await serve(t, (peer) => peer.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 10\r\n\r\n'));
  const stopped = asked(half.socket, {}, { stop: stop.signal });
  half.socket.once('data', () => setImmediate(() => stop.abort()));
  t.match(await stopped, { status: 403, failure: 'canceled', errorCode: 'ECANCELED' });
  t.equal(half.socket.destroyed, true);

  const reason = new Error('enough');
  const abort = new AbortController();
  const silent = await serve(t);
  const aborted = asked(silent.socket, {}, { signal: abort.signal });
  abort.abort(reason);
  await t.rejects(aborted, reason);
  t.equal(silent.socket.destroyed, true);

  const unused = await serve(t);
  await t.rejects(asked(unused.socket, {}, { signal: AbortSignal.abort(reason) }), reason);
  const late = await asked(unused.socket, {}, { stop: AbortSignal.abort() });
  t.match(late, { status: null, failure: 'canceled' });
  t.equal(unused.socket.destroyed, false, 'no request was sent over it');
});

test('an abort before the request was sent leaves no socket either', async (t) => {
  const { port } = await listen(t, (socket) => socket.resume());
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  const abort = new AbortController();
  const running = asked(socket, {}, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await t.rejects(running, /enough/);
  t.equal(socket.destroyed, true);
  t.equal((await openSockets()).length < 2, true);
});
