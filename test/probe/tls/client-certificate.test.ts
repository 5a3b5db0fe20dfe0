import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { handshake } from '../../../src/probe/tls/handshake.js';
import { EncryptedRecordCounter } from '../../../src/probe/tls/record-reader.js';
import { listen } from '../tcp/listeners.js';
import { authorityPem, identities, serverName } from './certificates.js';
import { listenTls } from './servers.js';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

async function shake(t: Test, port: number) {
  const { document, socket } = await handshake(
    { address: '127.0.0.1', port, serverName },
    { ca: authorityPem, timeoutMs: 60_000 },
  );
  t.teardown(() => socket?.destroy());
  return document;
}

for (const version of versions) {
  const serve = (t: Test, options: TlsOptions) =>
    listenTls(t, identities.valid, undefined, { ...options, maxVersion: version, ca: authorityPem });

  t.test(`${version}: a server that asks for no certificate`, async (t) => {
    const { port } = await serve(t, {});
    t.match(await shake(t, port), { status: 'ok', clientCertificate: 'none' });
  });

  t.test(`${version}: a server that asks, and goes on without one`, async (t) => {
    const { port } = await serve(t, { requestCert: true, rejectUnauthorized: false });
    t.match(await shake(t, port), { status: 'ok', clientCertificate: 'requested' });
  });

  t.test(`${version}: a server that requires a certificate`, async (t) => {
    const { port } = await serve(t, { requestCert: true, rejectUnauthorized: true });
    t.match(await shake(t, port), {
      status: 'protocol',
      clientCertificate: 'required',
      progress: {
        alert: { name: version === 'TLSv1.2' ? 'handshake_failure' : 'certificate_required' },
        heard: version === 'TLSv1.2' ? 'certificate' : 'done',
      },
    });
  });

  t.test(`${version}: a verdict that comes while this process stands still counts`, async (t) => {
    const { port } = await serve(t, { requestCert: true, rejectUnauthorized: true });
    const between = await listen(t, (client) => {
      const server = connect({ host: '127.0.0.1', port });
      server.on('error', () => client.destroy());
      client.on('close', () => server.destroy());
      let isHeld = false;
      client.on('data', (octets) => {
        // The second flight ends the handshake: the client waits for the verdict.
        if (isHeld) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1600);
        isHeld = !isHeld;
        server.write(octets);
      });
      server.pipe(client);
    });
    t.match(await shake(t, between.port), { status: 'protocol', clientCertificate: 'required' });
  });

  for (const ending of ['reset', 'closed'] as const) {
    t.test(
      `${version}: a server that requires a certificate, and whose alert is lost: ${ending}`,
      async (t) => {
        const { port } = await serve(t, { requestCert: true, rejectUnauthorized: true });
        const between = await listenWithoutAlert(t, port, ending);
        t.match(await shake(t, between), { status: ending, clientCertificate: 'required' });
      },
    );
  }
}

/** Forwards to a TLS server, but in place of the server's second flight, which is its alert, ends the connection. */
async function listenWithoutAlert(t: Test, port: number, ending: 'reset' | 'closed'): Promise<number> {
  const { port: between } = await listen(t, (client: Socket) => {
    const server = connect({ host: '127.0.0.1', port });
    let flights = 0;
    server.on('error', () => {});
    client.on('error', () => {});
    client.on('data', (bytes) => {
      flights += 1;
      if (flights === 1) server.write(bytes);
      else if (ending === 'reset') client.resetAndDestroy();
      else client.end();
    });
    server.on('data', (bytes) => client.write(bytes));
    client.on('close', () => server.destroy());
    t.teardown(async () => {
      server.destroy();
      if (!server.closed) await once(server, 'close');
    });
  });
  return between;
}

t.test('a server that closes before it could ask: not known', async (t) => {
  const { port } = await listen(t, (socket) => socket.end());
  t.match(await shake(t, port), { status: 'closed', clientCertificate: null });
});

t.test('encrypted records are counted in pieces of any size', (t) => {
  const record = fc.tuple(fc.constantFrom(20, 21, 22, 23), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(record), fc.array(fc.integer({ min: 1, max: 50 })), (records, cuts) => {
      const stream = Buffer.concat(
        records.map(([type, body]) =>
          Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 255]), body]),
        ),
      );
      const counter = new EncryptedRecordCounter();
      let at = 0;
      for (const cut of cuts) {
        counter.push(stream.subarray(at, at + cut));
        at += cut;
      }
      counter.push(stream.subarray(at));
      return counter.count === records.filter(([type]) => type === 23).length;
    }),
  );
  t.end();
});
