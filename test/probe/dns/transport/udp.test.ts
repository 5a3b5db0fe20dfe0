import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { resolve } from '../../../../src/probe/dns/resolve.js';
import { closedUdpPort } from '../../../closed-port.js';
import { address, opt, rawRecord, reply, serve } from '../server.js';

/** One type, one server, one try and no search: a single exchange. */
function ask(server: string, timeoutMs: number, tries = 1) {
  return resolve('a.test.', { servers: [server], types: ['A'], timeoutMs, tries });
}

const truth = '10.0.0.5';
const lie = '6.6.6.6';

t.test('packets that are not the reply are counted, and the wait goes on', async (t) => {
  const server = await serve(t, (asked) => {
    const forged = reply(asked, { answers: [address('a.test', lie)] });
    const badId = Buffer.from(forged);
    badId.writeUInt16BE(asked.id ^ 1, 0);
    const badOpcode = Buffer.from(forged);
    badOpcode.writeUInt16BE(0xa180, 2);
    const otherName = Buffer.from(forged);
    otherName.write('b', 13);
    const otherType = Buffer.from(forged);
    otherType.writeUInt16BE(28, 12 + 8);
    const noQuestion = Buffer.concat([forged.subarray(0, 4), Buffer.from([0, 0]), forged.subarray(6, 12)]);
    const packets = [badId, badId, asked.raw, badOpcode, otherName, otherType, noQuestion];
    const garbage = [Buffer.alloc(3), Buffer.from('junk'), Buffer.alloc(0)];
    const right = { afterMs: 30, packet: reply(asked, { answers: [address('a.test', truth)] }) };
    return [...packets, ...garbage, right];
  });
  const document = await ask(server.text, 60_000);
  t.match(document, {
    status: 'answered',
    addresses: [{ address: truth }],
    attempts: [{ outcome: 'answered' }],
  });
  t.same(document.discarded, {
    'bad-id': 2,
    'not-a-reply': 1,
    'bad-opcode': 1,
    'wrong-question': 2,
    'no-question': 1,
    short: 3,
  });
  t.equal(server.asked.length, 1, 'all within one try');
});

t.test('forged replies only are a timeout, with the discards', async (t) => {
  const server = await serve(t, (asked) => {
    const forged = reply(asked, { answers: [address('a.test', lie)] });
    forged.writeUInt16BE(asked.id ^ 1, 0);
    return [forged];
  });
  t.match(await ask(server.text, 2000, 2), {
    status: 'timeout',
    rcode: null,
    addresses: [],
    discarded: { 'bad-id': 2 },
    attempts: [
      { outcome: 'timeout', errno: null },
      { outcome: 'timeout', errno: null },
    ],
  });
});

t.test('a reply from another port is ignored', async (t) => {
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const server = await serve(t, (asked) => {
    const [port] = server.sources.slice(-1);
    other.send(reply(asked, { answers: [address('a.test', lie)] }), port ?? 0, '127.0.0.1');
    return [{ afterMs: 40, packet: reply(asked, { answers: [address('a.test', truth)] }) }];
  });
  t.match(await ask(server.text, 60_000), { addresses: [{ address: truth }], discarded: {} });
});

t.test('packets that are too short only are malformed, not a timeout', async (t) => {
  const server = await serve(t, () => [Buffer.from([1, 2, 3, 4]), Buffer.from([1, 2, 3])]);
  t.match(await ask(server.text, 2000), {
    status: 'malformed',
    // A server that is silent for half of the time is asked once more.
    discarded: { short: 4 },
    attempts: [
      { outcome: 'malformed', detail: 'only a packet of 3 octets came, too short for a header' },
      { outcome: 'malformed', detail: 'only a packet of 3 octets came, too short for a header' },
    ],
  });
});

t.test('what comes for the last query counts, although its own wait has not ended', async (t) => {
  const forging = await serve(t, (asked) => {
    const forged = reply(asked, { answers: [address('a.test', lie)] });
    forged.writeUInt16BE(asked.id ^ 1, 0);
    return asked.edns ? [] : [forged];
  });
  t.match(await ask(forging.text, 2000), {
    status: 'timeout',
    discarded: { 'bad-id': 1 },
    attempts: [
      { outcome: 'timeout', edns: true },
      { outcome: 'timeout', edns: false },
    ],
  });
  const short = await serve(t, (asked) => (asked.edns ? [] : [Buffer.from([1, 2, 3])]));
  t.match(await ask(short.text, 2000), {
    status: 'malformed',
    discarded: { short: 1 },
    attempts: [
      { outcome: 'timeout', edns: true },
      { outcome: 'malformed', edns: false },
    ],
  });
});

t.test('a reply with invalid data is malformed at once, with the offset', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, { answers: [rawRecord('a.test', 1, Buffer.from([10, 0, 0]))] }),
  ]);
  t.match(await ask(server.text, 60_000), {
    status: 'malformed',
    rcode: null,
    attempts: [{ outcome: 'malformed', detail: 'answer record 1: A of 3 octets, not 4, at byte 42' }],
  });
});

t.test('a closed port is reported at once, because of the ICMP error', async (t) => {
  const document = await ask(`127.0.0.1#${await closedUdpPort()}`, 60_000, 3);
  t.match(document, {
    status: 'unreachable',
    transport: 'udp',
    attempts: [{ outcome: 'unreachable', errno: 'ECONNREFUSED' }],
  });
  t.equal(document.attempts.length, 1, 'the query is not repeated');
});

t.test('each query has a port of its own', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, { answers: asked.type === 'A' ? [address('a.test', truth)] : [] }),
  ]);
  const types = ['A', 'AAAA', 'MX', 'TXT', 'NS'];
  await resolve('a.test.', { servers: [server.text], types, timeoutMs: 60_000 });
  t.equal(new Set(server.sources).size, types.length);
});

t.test('a server without EDNS is asked again without it', async (t) => {
  for (const rcode of [1, 4]) {
    const server = await serve(t, (asked) => [
      asked.edns ? reply(asked, { rcode }) : reply(asked, { answers: [address('a.test', truth)] }),
    ]);
    t.match(await ask(server.text, 60_000), {
      status: 'answered',
      attempts: [
        { outcome: 'error', rcode: rcode === 1 ? 'FORMERR' : 'NOTIMP', edns: true },
        { outcome: 'answered', rcode: 'NOERROR', edns: false },
      ],
    });
  }
});

t.test('FORMERR for a query without EDNS is final', async (t) => {
  const knows = await serve(t, (asked) => [reply(asked, { rcode: 1, additionals: [opt()] })]);
  t.match(await ask(knows.text, 60_000), { status: 'error', rcode: 'FORMERR', attempts: { length: 2 } });
  const never = await serve(t, (asked) => [reply(asked, { rcode: 1 })]);
  t.match(await ask(never.text, 60_000), { status: 'error', rcode: 'FORMERR', attempts: { length: 2 } });
});

t.test('FORMERR without a question is accepted', async (t) => {
  const server = await serve(t, ({ id }) => {
    const header = Buffer.alloc(12);
    header.writeUInt16BE(id, 0);
    header.writeUInt16BE(0x8181, 2);
    return [header];
  });
  t.match(await ask(server.text, 60_000), { status: 'error', rcode: 'FORMERR', attempts: { length: 2 } });
});

t.test('the query has the given source address; an unusable one is invalid input', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { answers: [address('a.test', truth)] })]);
  const from = (source: string, tcp = false) =>
    resolve('a.test.', { servers: [server.text], types: ['A'], source, tcp, timeoutMs: 60_000, tries: 1 });
  t.match(await from('127.0.0.1'), { status: 'answered' });
  for (const tcp of [false, true]) {
    await t.rejects(from('192.0.2.1', tcp), {
      name: 'InvalidInputError',
      message: 'source: 192.0.2.1 is not an address of this host; give one that `ip address` lists',
    });
  }
  await t.rejects(from('::1'), {
    message: 'source: ::1 is IPv6 and cannot reach 127.0.0.1; give an IPv4 source, or none',
  });
});
