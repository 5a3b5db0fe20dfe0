import t from 'tap';
import { typeNumber } from '../../../src/probe/dns/message/record-type.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { type Asked, address, cname, rawRecord, reply, serve, soa } from './server.js';

const patient = { timeoutMs: 60_000 };

t.test('aliases within an answer are followed, whatever their order is', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, {
      answers: [
        address('c.test', '10.0.0.5'),
        address('unrelated.test', '6.6.6.6'),
        cname('B.test', 'c.test'),
        cname('a.test', 'b.test'),
      ],
    }),
  ]);
  const document = await resolve('A.test.', { servers: [server.text], types: ['A'], ...patient });
  t.match(document, { status: 'answered', chain: ['b.test', 'c.test'], attempts: { length: 1 } });
  t.same(
    document.addresses.map((each) => each.address),
    ['10.0.0.5'],
    'what does not belong to the name is left out',
  );
  t.same(
    document.records.map(({ name, type, data }) => `${name} ${type} ${data}`),
    ['a.test CNAME b.test.', 'B.test CNAME c.test.', 'c.test A 10.0.0.5'],
  );
});

t.test('an alias in the answers of both types is one record', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, {
      answers: [cname('a.test', 'b.test'), address('b.test', asked.type === 'A' ? '10.0.0.5' : 'fd00::5')],
    }),
  ]);
  const document = await resolve('a.test.', { servers: [server.text], ...patient });
  t.same(
    document.records.map((record) => record.type),
    ['CNAME', 'A', 'AAAA'],
  );
});

t.test('if an answer ends at an alias, the alias’s target is asked for', async (t) => {
  const server = await serve(t, (asked) => {
    const aliases: Record<string, string> = { 'a.test': 'b.test', 'b.test': 'c.test' };
    const target = aliases[asked.name];
    return [
      reply(asked, { answers: [target ? cname(asked.name, target) : address(asked.name, '10.0.0.5')] }),
    ];
  });
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'], ...patient }), {
    status: 'answered',
    question: { name: 'a.test' },
    chain: ['b.test', 'c.test'],
    addresses: [{ address: '10.0.0.5' }],
    attempts: [{ name: 'a.test' }, { name: 'b.test' }, { name: 'c.test' }],
  });
});

t.test('a chain ends at NXDOMAIN, or at an SOA', async (t) => {
  const dangling = await serve(t, (asked) => [
    reply(asked, { rcode: 3, answers: [cname('a.test', 'gone.test')] }),
  ]);
  t.match(await resolve('a.test.', { servers: [dangling.text], types: ['A'], ...patient }), {
    status: 'nxdomain',
    chain: ['gone.test'],
    attempts: { length: 1 },
  });
  const empty = await serve(t, (asked) => [
    reply(asked, { answers: [cname('a.test', 'b.test')], authorities: [soa('test')] }),
  ]);
  t.match(await resolve('a.test.', { servers: [empty.text], types: ['AAAA'], ...patient }), {
    status: 'no-data',
    chain: ['b.test'],
    records: [{ type: 'CNAME' }],
    attempts: { length: 1 },
  });
});

t.test('loops of aliases end: within an answer, across answers, and in chains without an end', async (t) => {
  const ask = async (behave: (asked: Asked) => Buffer) => {
    const server = await serve(t, (asked) => [behave(asked)]);
    return resolve('a.test.', { servers: [server.text], types: ['A'], ...patient });
  };
  const inside = await ask((asked) =>
    reply(asked, { answers: [cname('a.test', 'b.test'), cname('b.test', 'A.test')] }),
  );
  t.match(inside, { status: 'no-data', chain: ['b.test', 'A.test'], attempts: { length: 1 } });
  const across = await ask((asked) =>
    reply(asked, { answers: [cname(asked.name, asked.name === 'a.test' ? 'b.test' : 'a.test')] }),
  );
  t.match(across, { status: 'no-data', chain: ['b.test', 'a.test'], attempts: { length: 2 } });
  const itself = await ask((asked) => reply(asked, { answers: [cname('a.test', 'a.test')] }));
  t.match(itself, { status: 'no-data', chain: ['a.test'], attempts: { length: 1 } });
  const endless = await ask((asked) => reply(asked, { answers: [cname(asked.name, `x${asked.name}`)] }));
  t.match(endless, { status: 'no-data', chain: { length: 9 }, attempts: { length: 9 }, aliasUnended: true });
  t.equal(endless.danglingAlias, undefined, 'nobody said that the last name has no address');
  t.equal(inside.aliasUnended, undefined);
});

t.test('an alias whose target is not a valid name is listed, but not asked for', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, {
      answers: [rawRecord('a.test', typeNumber.CNAME, Buffer.from('\x03\x1b[m\x04te.t\0', 'latin1'))],
    }),
  ]);
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'], ...patient }), {
    status: 'no-data',
    chain: ['\\027[m.te\\.t'],
    attempts: { length: 1 },
  });
});

t.test('a question for CNAME is answered by the alias', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { answers: [cname('a.test', 'b.test')] })]);
  const document = await resolve('a.test.', { servers: [server.text], types: ['CNAME'], ...patient });
  t.match(document, { status: 'answered', chain: [], records: [{ type: 'CNAME', data: 'b.test.' }] });
});
