import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { packetPace } from '../../../src/net/wire/pace.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { SignsOfLife } from '../../../src/probe/dns/signs-of-life.js';
import { parseServer } from '../../../src/target/server.js';
import { address, reply, serve } from './server.js';

// The pace belongs to the process, so this file has one of its own.

t.test('a query that waits for its turn is not one that a server did not answer', async (t) => {
  packetPace.limit(2);
  t.teardown(() => packetPace.limit(null));
  const silent = await serve(t, () => [], { tcp: false });
  packetPace.left();
  const document = await resolve('a.test.', { servers: [silent.text], types: ['A'], timeoutMs: 200 });
  t.match(document, { status: 'timeout' });
  const unanswered = document.attempts.filter(({ outcome }) => outcome === 'timeout');
  t.equal(unanswered.length, silent.asked.length, 'only queries that the server got');
  t.equal(unanswered.length, 2, 'and it got both');
  t.ok((unanswered[0]?.sentMs ?? 0) > 300, 'the first left after half a second');
});

t.test('a server that answers the second query is not taken for silent', async (t) => {
  packetPace.limit(1);
  t.teardown(() => packetPace.limit(null));
  const server = await serve(
    t,
    (asked) => (asked.edns ? [] : [reply(asked, { answers: [address('a.test', '10.0.0.5')] })]),
    { tcp: false },
  );
  const document = await resolve('a.test.', { servers: [server.text], types: ['A'], timeoutMs: 200 });
  t.match(document, { status: 'answered', addresses: [{ address: '10.0.0.5' }] });
});

t.test('connections that look for signs of life count as packets', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const at = server.address();
  const port = typeof at === 'object' && at !== null ? at.port : 0;
  t.teardown(() => packetPace.limit(null));
  packetPace.limit(1);
  const end = new SignsOfLife().watch(parseServer(`127.0.0.1#${port}`), undefined, () => {});
  let hasLeft = false;
  packetPace.turn(() => {
    hasLeft = true;
  })();
  t.notOk(hasLeft, 'the SYN to port 53 has taken the turn');
  end();
});
