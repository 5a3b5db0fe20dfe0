import { once } from 'node:events';
import { test } from 'tap';
import { nowMs } from '../../../src/core/clock.js';
import type { TlsStatus } from '../../../src/documents/tls.js';
import { type HandshakeOptions, handshake } from '../../../src/probe/tls/handshake.js';
import { validateDocument } from '../../documents/validate.js';
import { listen, listenAndReset, listenSilently, openSockets } from '../tcp/listeners.js';
import { authorityPem, identities, serverName } from './certificates.js';
import { listenBetween, listenTls } from './servers.js';

const address = '127.0.0.1';

const unreadable = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

/** Makes a handshake, checks the document against its schema, and closes the socket. */
async function shake(port: number, options: HandshakeOptions & { serverName?: string } = {}) {
  const { serverName: name = serverName, ...rest } = options;
  const limits = { timeoutMs: 60_000, ...rest };
  const { document, socket } = await handshake({ address, port, serverName: name }, limits);
  const problems = validateDocument(document);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const kept = socket !== null;
  socket?.destroy();
  return { ...document, kept };
}

test('a small ClientHello is not larger, and its handshake has the same result', async (t) => {
  const { port } = await listenTls(t, identities.valid);
  const input = { address: '127.0.0.1', port, serverName };
  const sentBy = async (smallHello: boolean) => {
    const { document, socket } = await handshake(input, { ca: authorityPem, timeoutMs: 60_000, smallHello });
    socket?.destroy();
    t.equal(document.status, 'ok');
    return document.progress?.sentBytes ?? 0;
  };
  t.ok((await sentBy(true)) <= (await sentBy(false)));
});

test('time in which this process is held up is told apart from the time of the server', async (t) => {
  const holdMs = 1500;
  const { port } = await listenTls(t, identities.valid, undefined, {
    SNICallback: (_name, done) => {
      const startMs = nowMs();
      while (nowMs() - startMs < holdMs);
      done(null);
    },
  });
  const { status, durationMs, pausedMs = 0 } = await shake(port, { ca: authorityPem });
  t.equal(status, 'ok');
  t.ok(pausedMs > holdMs / 2 && pausedMs < durationMs, `${pausedMs} of ${durationMs} ms`);
});

test('a server that is slow does not hold this process up', async (t) => {
  const { port } = await listenTls(t, identities.valid, undefined, {
    SNICallback: (_name, done) => setTimeout(() => done(null), 1500),
  });
  const { durationMs, pausedMs = 0 } = await shake(port, { ca: authorityPem });
  t.ok(durationMs - pausedMs > 500, `${pausedMs} of ${durationMs} ms`);
});

test('a server with a certificate of an added authority is ok, and the caller gets the socket', async (t) => {
  const { port, names } = await listenTls(t, identities.valid, (socket) => socket.end('hello'));
  const { document, socket } = await handshake({ address, port, serverName }, { ca: authorityPem });
  t.same(validateDocument(document), []);
  t.match(document, {
    kind: 'tls',
    address,
    port,
    serverName,
    status: 'ok',
    errorCode: null,
    protocol: 'TLSv1.3',
    cipher: /^TLS_/,
    problems: [],
    certificate: { subject: serverName, issuer: 'pprobe test authority', names: [serverName] },
  });
  const { validFrom, validTo } = document.certificate ?? {};
  t.ok(Date.parse(validFrom ?? '') < Date.now() && Date.parse(validTo ?? '') > Date.now());
  t.ok((document.connectMs ?? 0) > 0 && (document.connectMs ?? 0) < document.durationMs);
  t.same(names, [serverName], 'the name was in SNI');
  if (socket === null) throw new Error('no socket');
  const [greeting] = await once(socket, 'data');
  t.equal(String(greeting), 'hello', 'the connection is whole');
  socket.destroy();
});

test('ALPN offers http/1.1 and reports what the server chose', async (t) => {
  const speaking = await listenTls(t, identities.valid, undefined, { ALPNProtocols: ['h2', 'http/1.1'] });
  t.equal((await shake(speaking.port, { ca: authorityPem })).alpn, 'http/1.1');
  const silent = await listenTls(t, identities.valid);
  t.equal((await shake(silent.port, { ca: authorityPem })).alpn, null);
});

test('every kind of bad certificate is reported, and its connection is closed', async (t) => {
  const rows: [name: keyof typeof identities, trusted: boolean, status: TlsStatus, errorCode: string][] = [
    ['valid', false, 'untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['expired', true, 'expired', 'CERT_HAS_EXPIRED'],
    ['notYetValid', true, 'expired', 'CERT_NOT_YET_VALID'],
    ['otherName', true, 'name-mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['commaName', true, 'name-mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['selfSigned', true, 'untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ];
  for (const [name, trusted, status, errorCode] of rows) {
    const { port } = await listenTls(t, identities[name]);
    const document = await shake(port, { ca: trusted ? authorityPem : undefined });
    t.match(document, { status, errorCode, kept: false, problems: [{ status, code: errorCode }] }, name);
    t.equal(document.problems.length, 1, name);
    t.ok(document.certificate !== null && document.protocol !== null, name);
  }
});

test('of several problems the one that names the cause is first, and all are listed', async (t) => {
  const untrusted = await listenTls(t, identities.selfSignedOtherName);
  t.match(await shake(untrusted.port), {
    status: 'untrusted',
    problems: [{ status: 'untrusted' }, { status: 'name-mismatch' }],
  });
  const old = await listenTls(t, identities.selfSignedExpired);
  t.match(await shake(old.port), {
    status: 'untrusted',
    problems: [{ status: 'untrusted' }, { status: 'expired' }],
  });
  t.match(await shake(old.port, { ca: identities.selfSignedExpired.certificate }), {
    status: 'expired',
    problems: [{ status: 'expired' }],
  });
  const expired = await listenTls(t, identities.expiredOtherName);
  t.match(await shake(expired.port, { ca: authorityPem }), {
    status: 'expired',
    problems: [{ status: 'expired' }, { status: 'name-mismatch' }],
  });
});

test('a self-signed certificate that is given as trusted is ok', async (t) => {
  const { port } = await listenTls(t, identities.selfSigned);
  t.match(await shake(port, { ca: `${authorityPem}${identities.selfSigned.certificate}` }), {
    status: 'ok',
    kept: true,
  });
});

test('a wildcard covers one label', async (t) => {
  const { port } = await listenTls(t, identities.otherName);
  const options = { ca: authorityPem, serverName: 'abc123defg.execute-api.us-east-1.amazonaws.com' };
  t.equal((await shake(port, options)).status, 'ok');
  const vpce = await shake(port, {
    ...options,
    serverName: 'vpce-1.execute-api.us-east-1.vpce.amazonaws.com',
  });
  t.match(vpce, {
    status: 'name-mismatch',
    certificate: { names: ['*.execute-api.us-east-1.amazonaws.com'] },
  });
});

test('an address is not sent as SNI, and a name without its final dot', async (t) => {
  const { port, names } = await listenTls(t, identities.valid);
  t.equal((await shake(port, { ca: authorityPem, serverName: address })).status, 'name-mismatch');
  t.equal((await shake(port, { ca: authorityPem, serverName: `${serverName}.` })).status, 'ok');
  t.same(names, [serverName]);
});

test('an old TLS version and another protocol have status protocol', async (t) => {
  const old = await listenTls(t, identities.valid, undefined, {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  t.match(await shake(old.port), {
    status: 'protocol',
    errorCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    certificate: null,
    protocol: null,
  });
  const alpn = await listenTls(t, identities.valid, undefined, { ALPNProtocols: ['h2'] });
  t.match(await shake(alpn.port), { status: 'protocol', errorCode: /ALERT_NO_APPLICATION_PROTOCOL/ });
  const plain = await listen(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  t.match(await shake(plain.port), { status: 'protocol', errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER' });
  const banner = await listen(t, (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
  t.match(await shake(banner.port), { status: 'protocol' });
});

test('closed, reset and silent are distinguished', async (t) => {
  const closing = await listen(t, (socket) => socket.once('data', () => socket.end()));
  t.match(await shake(closing.port), { status: 'closed', errorCode: null, connectMs: Number });
  const early = await listen(t, (socket) => socket.resume().end());
  t.match(await shake(early.port), { status: 'closed', errorCode: null });
  const resetting = await listen(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  t.match(await shake(resetting.port), { status: 'reset', errorCode: 'ECONNRESET', connectMs: Number });
  const silent = await listen(t, (socket) => socket.resume());
  const document = await shake(silent.port, { timeoutMs: 2000 });
  t.match(document, { status: 'timeout', errorCode: null, connectMs: Number });
  t.ok(document.durationMs >= 1999);
});

test('a reset before the handshake is a reset too', async (t) => {
  const { port, resets } = await listenAndReset(t);
  const running = shake(port);
  process.nextTick(() => Atomics.wait(resets, 0, 0, 60_000));
  t.match(await running, { status: 'reset', errorCode: 'ECONNRESET', connectMs: null });
});

test('failures of TCP are not reported as failures of TLS', async (t) => {
  const { port } = await listenSilently(t);
  t.match(
    await shake(port, { timeoutMs: 100 }),
    { status: 'timeout', connectMs: null },
    'it never connected',
  );
  const other = await listen(t, () => {});
  const { document } = await handshake({ address: '127.0.0.3', port: other.port, serverName });
  t.match(document, { status: 'error', errorCode: 'ECONNREFUSED', connectMs: null });
});

test('a server that acknowledged the ClientHello is awaited for longer where that is useful', async (t) => {
  const { port } = await listenTls(t, identities.valid, undefined, {
    SNICallback: (_name, done) => setTimeout(() => done(null), 500),
  });
  const timeoutMs = 50;
  const waiting = { ca: authorityPem, timeoutMs };
  const patient = await shake(port, { ...waiting, patience: { timeoutMs: 60_000, isUseful: () => true } });
  t.equal(patient.status, 'ok');
  t.ok(patient.durationMs >= 400, `${patient.durationMs} ms`);
  const useless = await shake(port, { ...waiting, patience: { timeoutMs: 60_000, isUseful: () => false } });
  t.equal(useless.status, 'timeout', 'another handshake was answered');
  const over = await shake(port, { ...waiting, patience: { timeoutMs: 60, isUseful: () => true } });
  t.match(over, { status: 'timeout', progress: { acknowledged: true } });
  t.ok(over.durationMs >= 59, `${over.durationMs} ms`);
});

test('a handshake of single bytes still ends at the deadline', async (t) => {
  // The header of a TLS record of 16 KB, and then single bytes of it: never silent, never complete.
  const { port } = await listen(t, (socket) => {
    socket.write(Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00]));
    const timer = setInterval(() => socket.write(Buffer.alloc(1)), 20);
    socket.on('close', () => clearInterval(timer));
  });
  const document = await shake(port, { timeoutMs: 2000 });
  t.match(document, { status: 'timeout', connectMs: Number });
});

test('stop returns a document, abort rejects with its reason, and neither leaves a socket', async (t) => {
  const { port } = await listenSilently(t);
  const stop = new AbortController();
  const stopped = shake(port, { stop: stop.signal });
  setImmediate(() => stop.abort());
  t.match(await stopped, { status: 'error', errorCode: 'ECANCELED', kept: false });
  t.match(await shake(port, { stop: AbortSignal.abort() }), { status: 'error', errorCode: 'ECANCELED' });

  const reason = new Error('enough');
  const abort = new AbortController();
  const aborted = shake(port, { signal: abort.signal });
  setImmediate(() => abort.abort(reason));
  await t.rejects(aborted, reason);
  await t.rejects(shake(port, { signal: AbortSignal.abort(reason) }), reason);
  t.same(await openSockets(), []);
});

test('an error on the socket afterwards does not end the process', async (t) => {
  const server = await listenTls(t, identities.valid, (socket) => socket.write('hello'));
  const { port, clients } = await listenBetween(t, server.port);
  const { socket } = await handshake({ address, port, serverName }, { ca: authorityPem });
  if (socket === null) throw new Error('no socket');
  await once(socket, 'data');
  // libuv reports a RST that arrives together with data as an end.
  setImmediate(() => clients[0]?.resetAndDestroy());
  const hadError = await new Promise((resolve) => socket.once('close', resolve));
  t.equal(hadError, true);
});

test('the source address is used, and must be valid', async (t) => {
  const { port, peers } = await listenTls(t, identities.valid);
  await shake(port, { source: '127.0.0.9' });
  t.same(peers, ['127.0.0.9']);
  for (const source of ['eth0', '::1', '192.0.2.1']) {
    await t.rejects(shake(port, { source }), { code: 'invalid-input', argument: 'source' }, source);
  }
});

test('invalid input is refused with a message of one line that names the argument', async (t) => {
  const refusals: [argument: string, running: Promise<unknown>, message: RegExp][] = [
    ['address', handshake({ address: serverName, port: 443, serverName }), /not an IP address/],
    ['port', handshake({ address, port: 0, serverName }), /from 1 to 65535/],
    ['serverName', handshake({ address, port: 443, serverName: '' }), /empty/],
    ['timeout', shake(443, { timeoutMs: 0 }), /from 1 to 600000/],
    ['ca', shake(443, { ca: 'nothing' }), /no certificate in it/],
    ['ca', shake(443, { ca: `${authorityPem}${unreadable}` }), /certificate 2 of 2 cannot be read/],
  ];
  for (const [argument, running, message] of refusals) {
    const error: unknown = await running.catch((reason: unknown) => reason);
    t.match(error, { code: 'invalid-input', argument, message }, argument);
    t.notMatch(error, { message: /\n/ }, 'one line');
  }
});
