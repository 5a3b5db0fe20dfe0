import { once } from 'node:events';
import { test } from 'tap';
import { handshake } from '../../../src/probe/tls/handshake.js';
import { authorityPem, identities, serverName } from '../tls/certificates.js';
import { listenBetween, listenTls } from '../tls/servers.js';
import { asked } from './asked.js';
import { serve } from './servers.js';

test('silence is a timeout', async (t) => {
  const { socket } = await serve(t);
  t.match(await asked(socket, {}, { timeoutMs: 50 }), { status: null, failure: 'timeout', errorCode: null });
});

test('headers in single bytes end at the deadline too', async (t) => {
  const { socket } = await serve(t, (peer) => {
    const letters = [...'HTTP/1.1 200 OK\r\nserver: slow'];
    const timer = setInterval(() => peer.write(letters.shift() ?? 'w'), 10);
    peer.on('close', () => clearInterval(timer));
  });
  t.match(await asked(socket, {}, { timeoutMs: 150 }), { status: null, server: null, failure: 'timeout' });
});

test('an answer that is not HTTP is malformed', async (t) => {
  const answers = [
    'SSH-2.0-OpenSSH_9.6\r\n',
    '\u0000\u0001\u0002\u0003',
    'HTTP/1.1 abc\r\n\r\n',
    '<html></html>',
  ];
  for (const answer of answers) {
    const { socket } = await serve(t, answer);
    t.match(
      await asked(socket),
      { status: null, failure: 'malformed', errorCode: /^HPE_/ },
      JSON.stringify(answer),
    );
    t.equal(socket.destroyed, true);
  }
});

test('frames of HTTP/2 are told from other octets', async (t) => {
  const settings = Buffer.from('000006040000000000000300000064', 'hex');
  for (const [octets, errorCode] of [
    [settings, 'HTTP2'],
    [Buffer.from('000000040000000000', 'hex'), 'HTTP2'],
    [Buffer.from('000006040000000001000300000064', 'hex'), /^HPE_/],
    [Buffer.from('00000704000000000000', 'hex'), /^HPE_/],
    [settings.subarray(0, 8), /^HPE_/],
  ] as const) {
    const { socket } = await serve(t, (peer) => peer.write(octets));
    t.match(await asked(socket), { status: null, failure: 'malformed', errorCode }, octets.toString('hex'));
  }
});

test('headers without end are malformed', async (t) => {
  const { socket } = await serve(t, (peer) => {
    peer.write('HTTP/1.1 200 OK\r\n');
    const pour = () => {
      while (!peer.destroyed && peer.write(`x-more: ${'y'.repeat(1000)}\r\n`));
    };
    peer.on('drain', pour);
    pour();
  });
  t.match(await asked(socket), { status: null, failure: 'malformed', errorCode: 'HPE_HEADER_OVERFLOW' });
});

test('closed and reset are distinguished, before and within the response', async (t) => {
  const closing = await serve(t, (peer) => peer.end());
  t.match(await asked(closing.socket), { status: null, failure: 'closed', errorCode: null });
  const resetting = await serve(t, (peer) => peer.resetAndDestroy());
  t.match(await asked(resetting.socket), { status: null, failure: 'reset', errorCode: 'ECONNRESET' });
  const cut = await serve(t, (peer) =>
    peer.end('HTTP/1.1 200 OK\r\nserver: s\r\ncontent-length: 10\r\n\r\nhalf'),
  );
  t.match(await asked(cut.socket), { status: 200, server: 's', failure: 'closed' });
});

test('an error of TLS after the handshake is a failure of TLS', async (t) => {
  const server = await listenTls(t, identities.valid, (socket) => socket.resume().write('hello'));
  const { port, clients } = await listenBetween(t, server.port);
  const { socket } = await handshake({ address: '127.0.0.1', port, serverName }, { ca: authorityPem });
  if (socket === null) throw new Error('no socket');
  await once(socket, 'data');
  socket.removeAllListeners('data').pause();
  const running = asked(socket);
  clients[0]?.write('this is no TLS record');
  t.match(await running, { status: null, failure: 'tls', errorCode: /^ERR_SSL_/ });
});
