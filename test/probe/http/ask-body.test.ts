import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { asked } from './asked.js';
import { serve } from './servers.js';

test('a body of megabytes is read up to 64 KB', async (t) => {
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
  t.equal(socket.destroyed, true, 'the rest is not awaited');
  t.ok(written < 1 << 26);
});

test('a body without an end is ended by the deadline, and what arrived is kept', async (t) => {
  const { socket } = await serve(t, (peer) => {
    peer.write(
      'HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: AccessDeniedException\r\ncontent-length: 1000\r\n\r\n',
    );
    peer.write('{"Message":"User: anonymous is not authorized"}');
    const timer = setInterval(() => peer.write(' '), 20);
    peer.on('close', () => clearInterval(timer));
  });
  const document = await asked(socket, {}, { timeoutMs: 2000 });
  t.match(document, {
    status: 403,
    errorType: 'AccessDeniedException',
    message: 'User: anonymous is not authorized',
    failure: 'timeout',
    errorCode: null,
  });
  t.ok(document.durationMs >= 1999);
  t.equal(socket.destroyed, true);
});

test('a body in invalid chunks is malformed, and the headers are kept', async (t) => {
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

test('valid chunks are joined', async (t) => {
  const { socket } = await serve(
    t,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"message\r\n7\r\n":"hi"}\r\n0\r\n\r\n',
  );
  t.match(await asked(socket), { status: 200, message: 'hi', failure: null });
  t.equal(socket.destroyed, false);
});

test('a compressed body that was not requested is ignored', async (t) => {
  const body = gzipSync('{"message":"Forbidden"}');
  const head = `HTTP/1.1 403 Forbidden\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  const { socket } = await serve(t, Buffer.concat([Buffer.from(head), body]));
  t.match(await asked(socket), { status: 403, message: null, failure: null });
});
