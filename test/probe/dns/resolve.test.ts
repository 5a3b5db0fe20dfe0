import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from 'dns-packet';
import t from 'tap';
import { typeNumber } from '../../../src/probe/dns/message/record-type.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { givingA } from './giving-a.js';
import { type Asked, address, opt, rawRecord, reply, serve } from './server.js';

const patient = { timeoutMs: 60_000 };

t.test('the document of an answered name', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, {
      answers: [address('Api.test', asked.type === 'A' ? '10.0.1.5' : 'fd00::5', 30)],
      flags: 0x0420,
    }),
  ]);
  const document = await resolve('Api.test.', { servers: [server.text], ...patient });
  t.match(document, {
    kind: 'dns',
    version: 1,
    question: { name: 'Api.test', type: 'A,AAAA' },
    status: 'answered',
    rcode: 'NOERROR',
    server: server.text,
    transport: 'udp',
    flags: { authoritative: true, recursionAvailable: true, authenticData: true },
    attempts: [
      {
        server: server.text,
        transport: 'udp',
        name: 'Api.test',
        type: 'A',
        outcome: 'answered',
        rcode: 'NOERROR',
        edns: true,
      },
      { type: 'AAAA', outcome: 'answered', errno: null, detail: null },
    ],
  });
  t.same(document.addresses, [
    { address: '10.0.1.5', family: 4, scope: 'private', ttl: 30 },
    { address: 'fd00::5', family: 6, scope: 'unique-local', ttl: 30 },
  ]);
  t.same(document.records, [
    { name: 'Api.test', type: 'A', ttl: 30, data: '10.0.1.5' },
    { name: 'Api.test', type: 'AAAA', ttl: 30, data: 'fd00::5' },
  ]);
  t.same(document.chain, []);
  t.same(document.discarded, {});
  t.ok(document.attempts.every(({ durationMs }) => durationMs > 0 && durationMs <= document.durationMs));
});

t.test('all types are asked for at the same time', async (t) => {
  // Answers no query before it has three.
  const held: { raw: Buffer; port: number }[] = [];
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  server.on('message', (raw, { port }) => {
    held.push({ raw, port });
    if (held.length < 3) return;
    for (const query of held) {
      const { id = 0, questions: [question] = [] } = decode(query.raw);
      if (question === undefined) continue;
      const asked: Asked = {
        transport: 'udp',
        id,
        name: question.name,
        type: question.type,
        edns: true,
        raw: query.raw,
      };
      server.send(
        reply(asked, { answers: [rawRecord('a.test', typeNumber.A, Buffer.from([10, 0, 0, 5]))] }),
        query.port,
        '127.0.0.1',
      );
    }
  });
  const servers = [`127.0.0.1#${server.address().port}`];
  const document = await resolve('a.test.', { servers, types: ['A', 'AAAA', 'HTTPS'], tries: 1, ...patient });
  t.match(document, { status: 'answered', question: { type: 'A,AAAA,HTTPS' }, attempts: { length: 3 } });
});

t.test('a type that is given twice is asked for once', async (t) => {
  const server = await serve(t, givingA('10.0.0.5'));
  const document = await resolve('a.test.', {
    servers: [server.text],
    types: ['a', 'A', 'TYPE1'],
    ...patient,
  });
  t.equal(document.question.type, 'A');
  t.equal(server.asked.length, 1);
});

t.test('the status follows from all types', async (t) => {
  const rcodes: Record<string, number> = { nodata: 0, servfail: 2, nxdomain: 3, refused: 5, notimp: 4 };
  const server = await serve(t, (asked) => {
    const [a = '', aaaa = ''] = asked.name.split('.');
    const what = asked.type === 'A' ? a : aaaa;
    if (what === 'ok')
      return [reply(asked, { answers: [address(asked.name, asked.type === 'A' ? '10.0.0.5' : 'fd00::5')] })];
    if (what === 'broken')
      return [reply(asked, { answers: [rawRecord(asked.name, typeNumber.A, Buffer.alloc(1))] })];
    return [reply(asked, { rcode: rcodes[what] ?? 0, additionals: [opt()] })];
  });
  const expected: Record<string, [string, string | null]> = {
    'ok.ok': ['answered', 'NOERROR'],
    'nodata.ok': ['answered', 'NOERROR'],
    'servfail.ok': ['answered', 'NOERROR'],
    'nxdomain.nodata': ['nxdomain', 'NXDOMAIN'],
    'nodata.servfail': ['servfail', 'SERVFAIL'],
    'refused.nodata': ['refused', 'REFUSED'],
    'nodata.notimp': ['error', 'NOTIMP'],
    'broken.nodata': ['malformed', null],
    'nodata.nodata': ['no-data', 'NOERROR'],
  };
  for (const [name, [status, rcode]] of Object.entries(expected)) {
    const document = await resolve(`${name}.`, { servers: [server.text], tries: 1, ...patient });
    t.match(document, { status, rcode }, name);
  }
});

t.test('the extended errors of all types are listed without duplicates', async (t) => {
  const server = await serve(t, (asked) => {
    const data = Buffer.concat([Buffer.from([0, 22]), Buffer.from('at 10.0.0.2')]);
    return [reply(asked, { rcode: 2, additionals: [opt([{ code: 15, data }])] })];
  });
  const document = await resolve('a.test.', { servers: [server.text], ...patient });
  t.same(document.extendedErrors, [{ code: 22, text: 'No Reachable Authority: at 10.0.0.2' }]);
});

t.test('invalid input is refused before anything is sent', async (t) => {
  const server = await serve(t, givingA('10.0.0.5'));
  const servers = [server.text];
  const refused: [string, Parameters<typeof resolve>[1], RegExp][] = [
    ['a..b', { servers }, /empty label/],
    ['a.test', { servers, types: ['NOPE'] }, /not a record type/],
    ['a.test', { servers, types: [] }, /type is given 0 times/],
    ['a.test', { servers: ['ns.example'] }, /not an IP address/],
    ['a.test', { servers, timeoutMs: 0 }, /timeoutMs: 0 is out of range; give milliseconds from 1 to 60000/],
    ['a.test', { servers, timeoutMs: Number.NaN }, /timeoutMs: NaN is/],
    ['a.test', { servers, timeoutMs: 60_001 }, /timeoutMs: 60001 is/],
    ['a.test', { servers, tries: 0 }, /tries: 0 is not a number of tries; give a whole number from 1 to 10/],
    ['a.test', { servers, tries: 1.5 }, /tries: 1\.5 is/],
    ['a.test', { servers, source: 'eth0' }, /source: "eth0" is not an IP address/],
  ];
  for (const [name, options, message] of refused) {
    await t.rejects(resolve(name, options), { name: 'InvalidInputError', message }, String(message));
  }
  t.equal(server.asked.length, 0);
});
