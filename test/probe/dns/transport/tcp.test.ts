import t from 'tap';
import { resolve } from '../../../../src/probe/dns/resolve.js';
import { address, type Behaviour, framed, reply, serve, truncatedFlag } from '../server.js';

const truth = '10.0.0.5';

/** Truncates replies over UDP, and behaves as given over TCP. */
function truncating(overTcp: Behaviour): Behaviour {
  return (asked, connection) =>
    asked.transport === 'udp' ? [reply(asked, { flags: truncatedFlag })] : overTcp(asked, connection);
}

function ask(server: string, options: { timeoutMs?: number; tcp?: boolean; tries?: number } = {}) {
  return resolve('a.test.', { servers: [server], types: ['A'], timeoutMs: 60_000, tries: 1, ...options });
}

t.test('after a truncated reply the query is repeated over TCP', async (t) => {
  const answers = Array.from({ length: 200 }, (_, index) => address('a.test', `10.0.1.${index}`));
  const server = await serve(
    t,
    truncating((asked) => [reply(asked, { answers })]),
  );
  const document = await ask(server.text);
  t.match(document, {
    status: 'answered',
    transport: 'tcp',
    attempts: [
      { transport: 'udp', outcome: 'truncated' },
      { transport: 'tcp', outcome: 'answered' },
    ],
  });
  t.equal(document.addresses.length, 200);
});

t.test('a reply that is truncated within a record counts as truncated', async (t) => {
  const server = await serve(t, (asked) => {
    const whole = reply(asked, {
      answers: [address('a.test', truth)],
      flags: asked.transport === 'udp' ? truncatedFlag : 0,
    });
    return [asked.transport === 'udp' ? whole.subarray(0, whole.length - 3) : whole];
  });
  t.match(await ask(server.text), { status: 'answered', transport: 'tcp', addresses: [{ address: truth }] });
});

t.test('the first query goes over TCP if requested', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { answers: [address('a.test', truth)] })]);
  t.match(await ask(server.text, { tcp: true }), { transport: 'tcp', attempts: { length: 1 } });
  t.same(
    server.asked.map((asked) => asked.transport),
    ['tcp'],
  );
});

t.test('a reply that arrives octet by octet is reassembled', async (t) => {
  const server = await serve(t, (asked, connection) => {
    const octets = framed(reply(asked, { answers: [address('a.test', truth)] }));
    let at = 0;
    const next = () => {
      if (at < octets.length) connection?.write(octets.subarray(at, ++at), () => setImmediate(next));
    };
    next();
    return [];
  });
  t.match(await ask(server.text, { tcp: true }), { status: 'answered', addresses: [{ address: truth }] });
});

t.test('octets that arrive one by one do not prolong the timeout', async (t) => {
  let rest = Number.NaN;
  const server = await serve(t, (asked, connection) => {
    const octets = framed(reply(asked, { answers: [address('a.test', truth)] }));
    let at = 0;
    connection?.on('close', () => {
      rest = octets.length - at;
    });
    const trickle = setInterval(() => connection?.write(octets.subarray(at, ++at)), 30);
    connection?.on('close', () => clearInterval(trickle));
    return [];
  });
  const document = await ask(server.text, { tcp: true, timeoutMs: 600 });
  t.match(document, { status: 'timeout', attempts: [{ outcome: 'timeout' }] });
  while (Number.isNaN(rest)) await new Promise(setImmediate);
  t.ok(rest > 0, 'the reply was not complete');
});

t.test('a message with another question before the reply is discarded', async (t) => {
  const server = await serve(t, (asked, connection) => {
    const right = reply(asked, { answers: [address('a.test', truth)] });
    const wrong = Buffer.from(right);
    wrong.writeUInt16BE(asked.id ^ 1, 0);
    connection?.write(Buffer.concat([framed(wrong), framed(Buffer.alloc(0)), framed(right)]));
    return [];
  });
  t.match(await ask(server.text, { tcp: true }), {
    status: 'answered',
    discarded: { 'bad-id': 1, short: 1 },
  });
});

t.test('a connection that is closed before the reply is complete is an error', async (t) => {
  const afterNothing = await serve(
    t,
    truncating((_, connection) => {
      connection?.end();
      return [];
    }),
  );
  t.match(await ask(afterNothing.text), {
    status: 'error',
    transport: 'tcp',
    attempts: [{ outcome: 'truncated' }, { transport: 'tcp', outcome: 'error', errno: 'EOF' }],
  });
  const inTheMiddle = await serve(t, (asked, connection) => {
    connection?.end(framed(reply(asked)).subarray(0, 9));
    return [];
  });
  t.match(await ask(inTheMiddle.text, { tcp: true }), { status: 'error', attempts: [{ errno: 'EOF' }] });
});

t.test('a connection that is reset is an error', async (t) => {
  const server = await serve(t, (_, connection) => {
    connection?.resetAndDestroy();
    return [];
  });
  t.match(await ask(server.text, { tcp: true }), { status: 'error', attempts: [{ errno: 'ECONNRESET' }] });
});

t.test('a server that closes or resets the connection is asked again', async (t) => {
  let times = 0;
  const server = await serve(t, (asked, connection) => {
    times++;
    if (times > 1) return [reply(asked, { answers: [address('a.test', truth)] })];
    connection?.end();
    return [];
  });
  t.match(await ask(server.text, { tcp: true, tries: 2 }), {
    status: 'answered',
    attempts: [
      { errno: 'EOF', edns: true },
      { outcome: 'answered', edns: false },
      { outcome: 'answered', edns: true },
    ],
  });
});

t.test('if the TCP port is closed, the truncated reply stays visible in the attempts', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { flags: truncatedFlag })], { tcp: false });
  t.match(await ask(server.text), {
    status: 'unreachable',
    transport: 'tcp',
    attempts: [
      { transport: 'udp', outcome: 'truncated' },
      { transport: 'tcp', outcome: 'unreachable', errno: 'ECONNREFUSED' },
    ],
  });
});

t.test('a reply that is truncated over TCP is malformed', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { flags: truncatedFlag })]);
  t.match(await ask(server.text), { status: 'malformed', attempts: [{}, { detail: 'truncated over TCP' }] });
});
