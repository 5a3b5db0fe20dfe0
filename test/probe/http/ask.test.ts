import { once } from 'node:events';
import { test } from 'tap';
import { version } from '../../../src/core/version.js';
import type { AskInput, AskOptions } from '../../../src/probe/http/ask.js';
import { handshake } from '../../../src/probe/tls/handshake.js';
import { authorityPem, identities, serverName } from '../tls/certificates.js';
import { listenTls } from '../tls/servers.js';
import { asked, forbidden } from './asked.js';
import { response, serve } from './servers.js';

test('the headers and body of API Gateway are read', async (t) => {
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
  t.equal(lines[0], 'GET /prod/x?token=secret HTTP/1.1', 'and the query string is sent');
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

test('the variants use one connection, each with its headers', async (t) => {
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

test('a redirect is reported and not followed', async (t) => {
  const { socket, requests } = await serve(
    t,
    response('302 Found', { location: 'https://me:pw@login.test/in?state=secret#x' }),
    response('307 Temporary Redirect', { location: '/other?state=secret' }),
  );
  t.match(await asked(socket), { status: 302, location: 'https://login.test/in' });
  t.match(await asked(socket), { status: 307, location: '/other' });
  t.equal(requests.length, 2);
});

test('a switch of protocols that was not requested ends the exchange', async (t) => {
  const { socket } = await serve(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  );
  t.match(await asked(socket), { status: 101, failure: null });
  t.equal(socket.destroyed, true);
});

test('an informational response is not the response', async (t) => {
  const { socket } = await serve(
    t,
    `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${response('200 OK', {})}`,
  );
  t.match(await asked(socket), { status: 200 });
});

test('interim responses and empty lines without end are read up to 64 KB, and what came is told', async (t) => {
  const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
  for (const again of [hint, 'HTTP/1.1 100 Continue\r\n\r\n', '\r\n']) {
    const { socket } = await serve(t, again.repeat(Math.ceil(200_000 / again.length)));
    const { status, failure, errorCode, received } = await asked(socket, {}, { timeoutMs: 60_000 });
    t.same({ status, failure, errorCode }, { status: null, failure: 'malformed', errorCode: 'ENDLESS' });
    const { octets = 0, interim = 0, lastInterim = null } = received ?? {};
    t.ok(octets > 65_536 && octets < 150_000, `${octets} octets of 200,000`);
    t.equal(lastInterim, again === '\r\n' ? null : Number(again.slice(9, 12)));
    t.equal(interim > 1000, again !== '\r\n', `${interim} interim responses`);
    t.equal(socket.destroyed, true);
  }
});

test('an interim response that no final one follows is told', async (t) => {
  const { socket } = await serve(t, 'HTTP/1.1 102 Processing\r\n\r\n');
  t.match(await asked(socket, {}, { timeoutMs: 2000 }), {
    status: null,
    failure: 'timeout',
    received: { octets: 27, interim: 1, lastInterim: 102 },
  });
});

test('a second response to one request is not used for the next one', async (t) => {
  const { socket } = await serve(
    t,
    `${response('200 OK', {})}${response('403 Forbidden', {})}`,
    response('204 No', {}),
  );
  t.match(await asked(socket), { status: 200 });
  t.not((await asked(socket)).status, 403);
});

test('invalid input is refused with a message of one line that names the argument', async (t) => {
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
  t.match(await asked(socket), { status: 403 }, 'and the connection is still usable');
  t.equal(requests.length, 1);
});
