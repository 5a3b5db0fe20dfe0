import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import t from 'tap';
import { diagnose } from '../../src/diagnose/diagnose.js';
import { connect, connectMany } from '../../src/observe/connect.js';
import { doctor } from '../../src/observe/doctor.js';
import { observe } from '../../src/observe/observe.js';
import { traceHost } from '../../src/observe/trace-host.js';
import { watchHost } from '../../src/observe/watch-host.js';
import { lookupSystem } from '../../src/probe/dns/compare.js';
import { resolve } from '../../src/probe/dns/resolve.js';
import { resolveMany } from '../../src/probe/dns/resolve-many.js';
import { ask } from '../../src/probe/http/ask.js';
import { measurePathMtu } from '../../src/probe/mtu/path-mtu.js';
import { handshake } from '../../src/probe/tls/handshake.js';
import { address, reply, serve } from '../probe/dns/server.js';
import { listen } from '../probe/tcp/listeners.js';
import { authorityPem, identities, serverName } from '../probe/tls/certificates.js';
import { listenTls } from '../probe/tls/servers.js';
import { patient, walk } from './abort-walk.js';

const ca = authorityPem;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

t.test('every probe', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, asked.type === 'A' ? { answers: [address(asked.name, '127.0.0.1')] } : {}),
  ]);
  const servers = [server.text];
  const peer = await listen(t, (socket) => {
    socket
      .on('error', () => {})
      .once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  const secure = await listenTls(t, identities.valid, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno'));
  });
  const { port } = secure;

  await walk(t, 'resolve over UDP', (given) => resolve('a.test.', { servers, ...patient, ...given }));
  await walk(t, 'resolve over TCP', (given) =>
    resolve('a.test.', { servers, tcp: true, ...patient, ...given }),
  );
  await walk(t, 'connect to an open port', (given) => connect('127.0.0.1', port, { ...patient, ...given }));
  await walk(t, 'connect to a closed port', (given) => connect('127.0.0.1', 1, { ...patient, ...given }));
  await walk(t, 'trace', async (given) => traceHost('127.0.0.1', { port: 1, method: 'connect', ...given }));
  await walk(t, 'resolveMany', (given) =>
    all(
      resolveMany(['a.test.', 'b.test.', 'c.test.'], { servers, concurrency: 2, ...patient, ...given }),
    ).then((outcomes) => outcomes.flatMap((outcome) => ('document' in outcome ? [outcome.document] : []))),
  );
  await walk(t, 'connectMany', (given) => {
    const targets = [port, 1, peer.port].map((each) => ({ host: '127.0.0.1', port: each }));
    return all(connectMany(targets, { concurrency: 2, ...patient, ...given }));
  });
  await walk(t, 'watch', async (given) => {
    const options = { port: 1, method: 'connect', rounds: 2, intervalMs: 1, ...given } as const;
    return all(watchHost('127.0.0.1', options));
  });
  await walk(t, 'handshake', async (given) => {
    const { document, socket } = await handshake(
      { address: '127.0.0.1', port, serverName },
      { ca, ...patient, ...given },
    );
    socket?.destroy();
    return document;
  });
  await walk(t, 'ask', async (given) => {
    const socket = connectSocket(peer.port, '127.0.0.1');
    await once(socket, 'connect');
    try {
      return await ask(
        socket,
        { variant: 'plain', url: 'http://a.test/', address: '127.0.0.1' },
        { ...patient, ...given },
      );
    } finally {
      socket.destroy();
    }
  });
  await walk(
    t,
    'measurePathMtu',
    (given) => measurePathMtu({ address: '127.0.0.1', port }, { ...patient, ...given }),
    { checked: () => [] },
  );
  await walk(t, 'lookupSystem', (given) => lookupSystem('localhost', { ...patient, ...given }), {
    checked: () => [],
  });
  await walk(t, 'doctor', ({ signal }) => doctor({ signal }), { checked: null });
  await walk(t, 'diagnose', (given) =>
    diagnose('a.test.:1', { imds: false, method: 'connect', dns: { servers }, ...patient, ...given }),
  );
  await walk(t, 'observe', (given) =>
    observe(`https://127.0.0.1:${port}/`, { ca, imds: false, dns: { servers }, ...patient, ...given }),
  );
});
