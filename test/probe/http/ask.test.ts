import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { type AskInput, type AskOptions, ask } from '../../../src/probe/http/ask.js';
import { handshake } from '../../../src/probe/tls/handshake.js';
import { version } from '../../../src/version.js';
import { validateDocument } from '../../schema/validate.js';
import { listen, openSockets } from '../tcp/listeners.js';
import { authorityPem, identities, serverName } from '../tls/certificates.js';
import { listenBetween, listenTls } from '../tls/servers.js';
import { response, serve } from './servers.js';

const plain: AskInput = { variant: 'plain', url: 'https://api.test/prod', address: '127.0.0.1' };

/** Asks, and checks the document against its schema. */
async function asked(socket: Socket, input: Partial<AskInput> = {}, options: AskOptions = {}) {
  const document = await ask(socket, { ...plain, ...input }, options);
  const problems = validateDocument(document);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return document;
}

const forbidden = response(
  '403 Forbidden',
  {
    server: 'Server',
    'x-amzn-requestid': '0f0f0f0f-0000-4000-8000-000000000000',
    'x-amzn-errortype': 'ForbiddenException:http://internal.example/coral/',
    'x-amz-apigw-id': 'AbCdEfGhIjKlMnO=',
    'content-type': 'application/json',
  },
  '{"message":"Forbidden"}',
);

test('the facts of an answer of API Gateway are read', async (t) => {
  const { socket, requests } = await serve(t, forbidden);
  const document = await asked(socket, { url: 'https://user:pass@api.test:8443/prod/x?token=secret#part' });
  t.match(document, {
    kind: 'http',
    variant: 'plain',
    url: 'https://api.test:8443/prod/x',
    address: '127.0.0.1',
    status: 403,
    errorType: 'ForbiddenException',
    requestId: '0f0f0f0f-0000-4000-8000-000000000000',
    gatewayId: 'AbCdEfGhIjKlMnO=',
    viaCloudFront: false,
    via: null,
    server: 'Server',
    location: null,
    message: 'Forbidden',
    failure: null,
    errorCode: null,
  });
  t.notMatch(JSON.stringify(document), /secret|pass/, 'nothing secret is kept');
  const lines = requests[0]?.split('\r\n') ?? [];
  t.equal(lines[0], 'GET /prod/x?token=secret HTTP/1.1', 'and the query is asked');
  t.same(
    lines
      .slice(1, -2)
      .map((line) => line.toLowerCase())
      .sort(),
    [
      'accept-encoding: identity',
      'accept: */*',
      'connection: keep-alive',
      'host: api.test:8443',
      `user-agent: pprobe/${version}`,
    ],
  );
});

test('the variants go over one connection, each with its headers', async (t) => {
  const { socket, requests, connections } = await serve(
    t,
    forbidden,
    forbidden,
    response('200 OK', {}, 'fine'),
  );
  await asked(socket);
  await asked(socket, { variant: 'host', headers: { Host: 'abc123defg.execute-api.test' } });
  t.equal(socket.destroyed, false);
  t.match(await asked(socket, { variant: 'api-id', headers: { 'x-apigw-api-id': 'abc123defg' } }), {
    variant: 'api-id',
    status: 200,
    message: null,
  });
  t.equal(connections(), 1);
  t.match(requests, [
    /\r\nhost: api\.test\r\n/i,
    /\r\nhost: abc123defg\.execute-api\.test\r\n/i,
    /x-apigw-api-id: abc123defg/,
  ]);
  t.equal(requests[1]?.match(/\r\nhost:/gi)?.length, 1, 'one Host');
});

test('a connection that the server closes is not used again', async (t) => {
  const { socket } = await serve(t, response('200 OK', { connection: 'close' }, 'bye'));
  t.match(await asked(socket), { status: 200, failure: null });
  if (!socket.destroyed) await once(socket, 'close');
  t.match(await asked(socket), { status: null, failure: 'closed', errorCode: null });
});

test('it works over TLS', async (t) => {
  const { port } = await listenTls(t, identities.valid, (socket) =>
    socket.once('data', () => socket.write(forbidden)),
  );
  const { socket } = await handshake({ address: '127.0.0.1', port, serverName }, { ca: authorityPem });
  if (socket === null) throw new Error('no socket');
  t.teardown(() => socket.destroy());
  t.match(await asked(socket), { status: 403, errorType: 'ForbiddenException' });
});

test('TLS that breaks after the handshake is a failure of TLS', async (t) => {
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

test('a redirect is told and not followed', async (t) => {
  const { socket, requests } = await serve(
    t,
    response('302 Found', { location: 'https://me:pw@login.test/in?state=secret#x' }),
    response('307 Temporary Redirect', { location: '/other?state=secret' }),
  );
  t.match(await asked(socket), { status: 302, location: 'https://login.test/in' });
  t.match(await asked(socket), { status: 307, location: '/other' });
  t.equal(requests.length, 2);
});

test('a body of megabytes is read no further than 64 KB', async (t) => {
  const half = Buffer.alloc(1 << 20, 'x');
  let written = 0;
  const { socket } = await serve(t, (peer) => {
    peer.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1 << 30}\r\n\r\n`);
    const pour = () => {
      while (!peer.destroyed && peer.write(half)) written += half.length;
    };
    peer.on('drain', pour);
    pour();
  });
  t.match(await asked(socket), { status: 200, message: null, failure: null });
  t.equal(socket.destroyed, true, 'the rest is not waited for');
  t.ok(written < 1 << 26);
});

test('a body that never ends is ended by the deadline, and what came is kept', async (t) => {
  const { socket } = await serve(t, (peer) => {
    peer.write(
      'HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: AccessDeniedException\r\ncontent-length: 1000\r\n\r\n',
    );
    peer.write('{"Message":"User: anonymous is not authorized"}');
    const timer = setInterval(() => peer.write(' '), 20);
    peer.on('close', () => clearInterval(timer));
  });
  const document = await asked(socket, {}, { timeoutMs: 200 });
  t.match(document, {
    status: 403,
    errorType: 'AccessDeniedException',
    message: 'User: anonymous is not authorized',
    failure: 'timeout',
    errorCode: null,
  });
  t.ok(document.durationMs >= 199 && document.durationMs < 2000);
  t.equal(socket.destroyed, true);
});

test('headers a byte at a time end at the deadline too', async (t) => {
  const { socket } = await serve(t, (peer) => {
    const letters = [...'HTTP/1.1 200 OK\r\nserver: slow'];
    const timer = setInterval(() => peer.write(letters.shift() ?? 'w'), 10);
    peer.on('close', () => clearInterval(timer));
  });
  t.match(await asked(socket, {}, { timeoutMs: 150 }), { status: null, server: null, failure: 'timeout' });
});

test('silence is a timeout', async (t) => {
  const { socket } = await serve(t);
  t.match(await asked(socket, {}, { timeoutMs: 50 }), { status: null, failure: 'timeout', errorCode: null });
});

test('what is not HTTP is malformed', async (t) => {
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

test('a body in bad chunks is malformed, and the facts of its headers stay', async (t) => {
  const { socket } = await serve(
    t,
    'HTTP/1.1 403 Forbidden\r\nx-amzn-requestid: r-1\r\ntransfer-encoding: chunked\r\n\r\nnot a length\r\n',
  );
  t.match(await asked(socket), {
    status: 403,
    requestId: 'r-1',
    failure: 'malformed',
    errorCode: 'HPE_INVALID_CHUNK_SIZE',
  });
});

test('good chunks are put together', async (t) => {
  const { socket } = await serve(
    t,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"message\r\n7\r\n":"hi"}\r\n0\r\n\r\n',
  );
  t.match(await asked(socket), { status: 200, message: 'hi', failure: null });
  t.equal(socket.destroyed, false);
});

test('a compressed body, though not asked for, does no harm', async (t) => {
  const body = gzipSync('{"message":"Forbidden"}');
  const head = `HTTP/1.1 403 Forbidden\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  const { socket } = await serve(t, Buffer.concat([Buffer.from(head), body]));
  t.match(await asked(socket), { status: 403, message: null, failure: null });
});

test('closed and reset are told apart, before and within the response', async (t) => {
  const closing = await serve(t, (peer) => peer.end());
  t.match(await asked(closing.socket), { status: null, failure: 'closed', errorCode: null });
  const resetting = await serve(t, (peer) => peer.resetAndDestroy());
  t.match(await asked(resetting.socket), { status: null, failure: 'reset', errorCode: 'ECONNRESET' });
  const cut = await serve(t, (peer) =>
    peer.end('HTTP/1.1 200 OK\r\nserver: s\r\ncontent-length: 10\r\n\r\nhalf'),
  );
  t.match(await asked(cut.socket), { status: 200, server: 's', failure: 'closed' });
});

test('a change of protocol that nobody asked for ends the exchange', async (t) => {
  const { socket } = await serve(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  );
  t.match(await asked(socket), { status: 101, failure: null });
  t.equal(socket.destroyed, true);
});

test('a hint that comes before the response is not the response', async (t) => {
  const { socket } = await serve(
    t,
    `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${response('200 OK', {})}`,
  );
  t.match(await asked(socket), { status: 200 });
});

test('a second response to one request is not taken for the answer to the next', async (t) => {
  const { socket } = await serve(
    t,
    `${response('200 OK', {})}${response('403 Forbidden', {})}`,
    response('204 No', {}),
  );
  t.match(await asked(socket), { status: 200 });
  t.not((await asked(socket)).status, 403);
});

test('stop keeps what came, abort rejects with its reason, and neither leaves a socket', async (t) => {
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
  t.equal(unused.socket.destroyed, false, 'nothing was asked of it');
});

test('an abort before the request went out leaves no socket either', async (t) => {
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

test('what cannot be asked is refused in one line that names the argument', async (t) => {
  const { socket, requests } = await serve(t, forbidden);
  const refusals: [argument: string, input: Partial<AskInput>, options?: AskOptions][] = [
    ['url', { url: 'api.test/prod' }],
    ['url', { url: 'ftp://api.test/' }],
    ['headers', { headers: { host: 'a\r\nb: c' } }],
    ['headers', { headers: { 'bad name': 'x' } }],
    ['timeout', {}, { timeoutMs: 0 }],
  ];
  for (const [argument, input, options] of refusals) {
    const error: unknown = await asked(socket, input, options).catch((reason: unknown) => reason);
    t.match(error, { code: 'invalid-input', argument, message: /^[^\n]+$/ }, argument);
  }
  t.match(await asked(socket), { status: 403 }, 'and the connection is as good as before');
  t.equal(requests.length, 1);
});
