import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from 'dns-packet';
import t from 'tap';
import { parseResolvConf } from '../../../src/host/resolv-conf.js';
import { typeNumber } from '../../../src/probe/dns/protocol.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { type Asked, address, closedPort, cname, opt, rawRecord, reply, serve, soa } from './server.js';

const patient = { timeoutMs: 5000 };

/** Answers A with these addresses and everything else with no data. */
const givingA =
  (...addresses: string[]) =>
  (asked: Asked) => [
    reply(asked, { answers: asked.type === 'A' ? addresses.map((each) => address(asked.name, each)) : [] }),
  ];

t.test('the document of a name that is answered', async (t) => {
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

t.test('all types are asked at once, none after the other', async (t) => {
  // Answers no query before it has three: asked one after the other, the first would never be answered.
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

t.test('a type asked twice is asked once, by whichever name', async (t) => {
  const server = await serve(t, givingA('10.0.0.5'));
  const document = await resolve('a.test.', {
    servers: [server.text],
    types: ['a', 'A', 'TYPE1'],
    ...patient,
  });
  t.equal(document.question.type, 'A');
  t.equal(server.asked.length, 1);
});

t.test('what the types say together', async (t) => {
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

t.test('extended errors come from every type, each once', async (t) => {
  const server = await serve(t, (asked) => {
    const data = Buffer.concat([Buffer.from([0, 22]), Buffer.from('at 10.0.0.2')]);
    return [reply(asked, { rcode: 2, additionals: [opt([{ code: 15, data }])] })];
  });
  const document = await resolve('a.test.', { servers: [server.text], ...patient });
  t.same(document.extendedErrors, [{ code: 22, text: 'No Reachable Authority: at 10.0.0.2' }]);
});

t.test('a server that fails yields to the next, and the one that answers decides', async (t) => {
  const good = await serve(t, givingA('10.0.0.5'));
  for (const rcode of [2, 5, 4]) {
    const bad = await serve(t, (asked) => [reply(asked, { rcode, additionals: [opt()] })]);
    const document = await resolve('a.test.', { servers: [bad.text, good.text], types: ['A'], ...patient });
    t.match(document, {
      status: 'answered',
      server: good.text,
      attempts: [{ server: bad.text }, { server: good.text }],
    });
    t.equal(bad.asked.length, 1);
  }
  const closed = `127.0.0.1#${await closedPort()}`;
  const document = await resolve('a.test.', { servers: [closed, good.text], types: ['A'], ...patient });
  t.match(document, { status: 'answered', attempts: [{ outcome: 'unreachable' }, { outcome: 'answered' }] });
});

t.test('a silent server yields to the next', async (t) => {
  const silent = await serve(t, () => []);
  const good = await serve(t, givingA('10.0.0.5'));
  const servers = [silent.text, good.text];
  const document = await resolve('a.test.', { servers, types: ['A'], timeoutMs: 300 });
  t.match(document, { status: 'answered', attempts: [{ outcome: 'timeout' }, { outcome: 'answered' }] });
  t.equal(silent.asked.length, 1, 'a settled question is not asked again');
});

t.test('NXDOMAIN and no data are answers: no second server is asked', async (t) => {
  const other = await serve(t, givingA('10.0.0.5'));
  for (const [rcode, status] of [
    [3, 'nxdomain'],
    [0, 'no-data'],
  ] as const) {
    const first = await serve(t, (asked) => [reply(asked, { rcode, authorities: [soa('test')] })]);
    t.match(await resolve('a.test.', { servers: [first.text, other.text], ...patient }), {
      status,
      server: first.text,
    });
  }
  t.equal(other.asked.length, 0);
});

t.test('only silent servers are asked again; of all failures the one that says most is told', async (t) => {
  const silent = await serve(t, () => []);
  const failing = await serve(t, (asked) => [reply(asked, { rcode: 2 })]);
  const servers = [silent.text, failing.text];
  const document = await resolve('a.test.', { servers, types: ['A'], timeoutMs: 100, tries: 3 });
  t.match(document, { status: 'servfail', server: failing.text, rcode: 'SERVFAIL' });
  t.equal(silent.asked.length, 3);
  t.equal(failing.asked.length, 1);
});

t.test(
  'with the defaults a dead resolver is known within three seconds, and three of them too',
  async (t) => {
    const one = await serve(t, () => []);
    const three = await Promise.all([1, 2, 3].map(() => serve(t, () => [])));
    const [alone, together] = await Promise.all([
      resolve('a.test.', { servers: [one.text] }),
      resolve('a.test.', { servers: three.map((server) => server.text) }),
    ]);
    t.match(alone, {
      status: 'timeout',
      rcode: null,
      transport: 'udp',
      flags: null,
      attempts: { length: 4 },
    });
    t.match(together, { status: 'timeout', attempts: { length: 12 } });
    t.ok(alone.durationMs >= 1990 && alone.durationMs < 4000, `${alone.durationMs} ms`);
    t.ok(together.durationMs >= 2990 && together.durationMs < 5000, `${together.durationMs} ms`);
  },
);

t.test('aliases inside an answer are followed, in whatever order they come', async (t) => {
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

t.test('an alias that both types give is one record', async (t) => {
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

t.test('an answer that ends at an alias is taken up where it ends', async (t) => {
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

t.test('an alias to nothing ends: at NXDOMAIN, or where the zone says that there is no more', async (t) => {
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

t.test(
  'loops of aliases end, inside one answer, across answers, and those that never come around',
  async (t) => {
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
    t.match(endless, { status: 'no-data', chain: { length: 9 }, attempts: { length: 9 } });
  },
);

t.test('an alias to octets that are no name is shown, not asked for', async (t) => {
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

t.test('whoever asks for the alias itself gets it', async (t) => {
  const server = await serve(t, (asked) => [reply(asked, { answers: [cname('a.test', 'b.test')] })]);
  const document = await resolve('a.test.', { servers: [server.text], types: ['CNAME'], ...patient });
  t.match(document, { status: 'answered', chain: [], records: [{ type: 'CNAME', data: 'b.test.' }] });
});

t.test('search rules choose the name, and the document says which', async (t) => {
  const server = await serve(t, (asked) =>
    asked.name === 'api.two.test'
      ? givingA('10.0.0.5')(asked)
      : [reply(asked, { rcode: 3, authorities: [soa('test')] })],
  );
  const resolvConf = parseResolvConf('search one.test two.test');
  const options = { servers: [server.text], types: ['A'], resolvConf, ...patient };
  t.match(await resolve('api', options), {
    status: 'answered',
    question: { name: 'api.two.test' },
    attempts: [{ name: 'api.one.test' }, { name: 'api.two.test' }],
  });
  t.match(await resolve('api', { ...options, search: false }), {
    status: 'nxdomain',
    question: { name: 'api' },
    attempts: { length: 1 },
  });
  t.match(await resolve('api.', options), {
    status: 'nxdomain',
    question: { name: 'api' },
    attempts: { length: 1 },
  });
  t.match(await resolve('gone', options), {
    status: 'nxdomain',
    question: { name: 'gone' },
    attempts: { length: 3 },
  });
  t.match(await resolve('gone.dotted', options), {
    status: 'nxdomain',
    question: { name: 'gone.dotted' },
    attempts: { length: 3 },
  });
});

t.test('a name that exists under a suffix without data says more than one that does not exist', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, { rcode: asked.name === 'api.one.test' ? 0 : 3, authorities: [soa('test')] }),
  ]);
  const resolvConf = parseResolvConf('search one.test two.test');
  t.match(await resolve('api', { servers: [server.text], types: ['A'], resolvConf, ...patient }), {
    status: 'no-data',
    question: { name: 'api.one.test' },
    attempts: { length: 3 },
  });
});

t.test('a dead resolver ends the search: the next name would fail too', async (t) => {
  const server = await serve(t, () => []);
  const resolvConf = parseResolvConf('search one.test two.test');
  const document = await resolve('api', {
    servers: [server.text],
    types: ['A'],
    resolvConf,
    timeoutMs: 50,
    tries: 1,
  });
  t.match(document, { status: 'timeout', question: { name: 'api.one.test' }, attempts: { length: 1 } });
});

t.test('the servers and use-vc of resolv.conf count when none are given', async (t) => {
  const none = parseResolvConf('nameserver ns.example\n');
  await t.rejects(resolve('a.test.', { resolvConf: none }), {
    name: 'CapabilityError',
    message: /names no nameserver that is an address \(it says "ns\.example"\).*--server ADDR/,
  });
  await t.rejects(resolve('a.test.', { resolvConf: parseResolvConf('') }), {
    message: /names no nameserver, so/,
  });
  const server = await serve(t, givingA('10.0.0.5'));
  const useVc = parseResolvConf('options use-vc');
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'], resolvConf: useVc }), {
    transport: 'tcp',
  });
});

t.test('what cannot be asked is refused before anything is sent', async (t) => {
  const server = await serve(t, givingA('10.0.0.5'));
  const servers = [server.text];
  const refused: [string, Parameters<typeof resolve>[1], RegExp][] = [
    ['a..b', { servers }, /empty label/],
    ['a.test', { servers, types: ['NOPE'] }, /no record type/],
    ['a.test', { servers, types: [] }, /type is given 0 times/],
    ['a.test', { servers: ['ns.example'] }, /not an IP address/],
    ['a.test', { servers, timeoutMs: 0 }, /timeout is 0: it is in milliseconds, from 1 to 60000/],
    ['a.test', { servers, timeoutMs: Number.NaN }, /timeout is NaN/],
    ['a.test', { servers, timeoutMs: 60_001 }, /timeout is 60001/],
    ['a.test', { servers, tries: 0 }, /tries is 0: it is a whole number from 1 to 10/],
    ['a.test', { servers, tries: 1.5 }, /tries is 1\.5/],
    ['a.test', { servers, source: 'eth0' }, /source "eth0" is not an IP address/],
  ];
  for (const [name, options, message] of refused) {
    await t.rejects(resolve(name, options), { name: 'InvalidInputError', message }, String(message));
  }
  t.equal(server.asked.length, 0);
});
