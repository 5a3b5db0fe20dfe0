import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import t from 'tap';
import { parseResolvConf } from '../../../src/host/resolv-conf.js';
import { makePlan } from '../../../src/probe/dns/plan.js';
import { resolve, resolveWith } from '../../../src/probe/dns/resolve.js';
import { parseServer } from '../../../src/target/server.js';
import { type Asked, address, opt, reply, serve, soa, truncatedFlag } from './server.js';

/** Programs of this host wait as long as they do without options, whatever its resolv.conf says. */
const plain = { resolvConf: parseResolvConf('') };

const a = (asked: Asked, data: string) =>
  reply(asked, {
    answers: asked.type === 'A' ? [address(asked.name, data)] : [],
    authorities: [soa('test')],
  });

t.test('a slow server that shows signs of life is awaited; the reply to the first try counts', async (t) => {
  const types = new Set<string>();
  const server = await serve(t, (asked) => {
    if (types.has(asked.type)) return [];
    types.add(asked.type);
    return [{ afterMs: 2600, packet: a(asked, '10.0.0.5') }];
  });
  const document = await resolve('a.test.', { servers: [server.text], ...plain });
  t.match(document, { status: 'answered', addresses: [{ address: '10.0.0.5' }] });
  const [first, ...others] = document.attempts.filter(({ type }) => type === 'A');
  t.match(first, { outcome: 'answered', late: true, sentMs: Number });
  t.ok((first?.durationMs ?? 0) >= 2500, 'with its real time');
  t.ok(
    others.length > 0 && others.every(({ errno }) => errno === 'ECANCELED'),
    'no other try counts as lost',
  );
  t.notOk('queriesLost' in document || 'answersOnlyWithoutEdns' in document);
});

t.test('a reply that comes after the wait for it has ended counts as long as the lookup lasts', async (t) => {
  let repeat = (): void => {};
  const repeated = new Promise<void>((resolve) => {
    repeat = resolve;
  });
  let count = 0;
  // The third query goes out when the wait for the first has ended.
  const behave = (asked: Asked) => {
    if (++count === 3) repeat();
    return count === 1 ? [{ after: repeated, packet: a(asked, '10.0.0.5') }] : [];
  };
  const server = await serve(t, behave, { tcp: false });
  const document = await resolve('a.test.', {
    servers: [server.text],
    types: ['A'],
    timeoutMs: 200,
    tries: 3,
  });
  t.match(document, { status: 'answered', attempts: [{ outcome: 'answered', late: true }] });
});

t.test('the answer of a slow first server goes before that of the second, as for programs', async (t) => {
  const slow = await serve(t, (asked) => [{ afterMs: 1600, packet: a(asked, '10.0.0.5') }]);
  const second = await serve(t, (asked) => [a(asked, '10.0.0.6')]);
  const servers = [slow.text, second.text];
  const document = await resolve('a.test.', { servers, types: ['A'], ...plain });
  t.match(document, { status: 'answered', server: slow.text, addresses: [{ address: '10.0.0.5' }] });
  t.notOk('serversPassedOver' in document);
});

t.test('a first server that is alive and silent is awaited for resolv.conf’s timeout', async (t) => {
  const silent = await serve(t, () => []);
  const second = await serve(t, (asked) => [a(asked, '10.0.0.6')]);
  const resolvConf = parseResolvConf('options timeout:1 attempts:1');
  const document = await resolve('a.test.', {
    servers: [silent.text, second.text],
    types: ['A'],
    resolvConf,
  });
  t.match(document, { status: 'answered', server: second.text, serversPassedOver: [silent.text] });
  t.ok(document.durationMs >= 1000);
});

t.test('a server that is silent over UDP and refuses TCP is not awaited', async (t) => {
  const server = await serve(t, () => [], { tcp: false });
  const resolvConf = parseResolvConf('options timeout:30 attempts:5');
  const document = await resolve('a.test.', { servers: [server.text], types: ['A'], resolvConf });
  t.match(document, { status: 'timeout' });
  t.ok(document.durationMs < 25_000);
});

t.test(
  'a forwarder without TCP that answers about the root is awaited, and told if it has no answer',
  async (t) => {
    const root = (asked: Asked) =>
      reply(asked, { answers: [{ type: 'NS' as const, name: '.', ttl: 60, data: 'a.root-servers.net' }] });
    const slow = await serve(
      t,
      (asked) => [asked.name === '.' ? root(asked) : { afterMs: 2600, packet: a(asked, '10.0.0.5') }],
      { tcp: false },
    );
    t.match(await resolve('a.test.', { servers: [slow.text], types: ['A'], ...plain }), {
      status: 'answered',
      addresses: [{ address: '10.0.0.5' }],
    });
    const mute = await serve(t, (asked) => (asked.name === '.' ? [root(asked)] : []), { tcp: false });
    const resolvConf = parseResolvConf('options timeout:1 attempts:2');
    const document = await resolve('a.test.', { servers: [mute.text], types: ['A'], resolvConf });
    t.match(document, { status: 'timeout', answersOthers: [mute.text] });
    t.ok(document.attempts.every(({ name }) => name === 'a.test'));
    // What is sent to 0.0.0.0 arrives at loopback, and the reply comes from there.
    const here = `0.0.0.0#${mute.port}`;
    const unspecified = await resolve('a.test.', { servers: [here], types: ['A'], resolvConf });
    t.match(unspecified, { status: 'timeout', answersOthers: [here] });
    t.equal(unspecified.repliesFrom, undefined);
  },
);

t.test('replies from another address or port are told, and are no answer', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const family = host === '::1' ? 'udp6' : 'udp4';
    const [asked, other] = [createSocket(family), createSocket(family)];
    t.teardown(() => [asked.close(), other.close()]);
    asked.on('message', (raw, from) => {
      const { id = 0, questions = [] } = decode(raw);
      const answers = questions.map(({ name }) => address(name, '10.0.0.5'));
      other.send(
        encode({ type: 'response', id, flags: 0x0180, questions, answers }),
        from.port,
        from.address,
      );
    });
    asked.bind(0, host);
    other.bind(0, host);
    await Promise.all([once(asked, 'listening'), once(other, 'listening')]);
    const server = `${host}#${asked.address().port}`;
    const document = await resolve('a.test.', { servers: [server], types: ['A'] });
    t.match(document, {
      status: 'timeout',
      addresses: [],
      repliesFrom: [{ server, from: `${host}#${other.address().port}` }],
    });
    t.equal(document.answersOthers, undefined);
  }
});

t.test('a type that is never answered is reported beside the answer of the other', async (t) => {
  const server = await serve(t, (asked) => (asked.type === 'A' ? [a(asked, '10.0.0.5')] : []));
  const resolvConf = parseResolvConf('nameserver 10.0.0.2\noptions timeout:2 attempts:1');
  const plan = { ...(await makePlan({ resolvConf })), servers: [parseServer(server.text)] };
  const document = await resolveWith(plan, 'a.test.', { signal: undefined, stop: undefined });
  t.match(document, {
    status: 'answered',
    typesNotAnswered: ['AAAA'],
    systemPatience: { firstMs: 2000, missingTypeMs: 6000 },
  });
});

t.test('queries with EDNS that are dropped, refused or misunderstood: programs send none', async (t) => {
  const habits: [string, (asked: Asked) => Buffer[], object][] = [
    ['dropped', () => [], { outcome: 'timeout', rcode: null }],
    ['SERVFAIL', (asked) => [reply(asked, { rcode: 2 })], { outcome: 'servfail', rcode: 'SERVFAIL' }],
    ['FORMERR', (asked) => [reply(asked, { rcode: 1 })], { outcome: 'error', rcode: 'FORMERR' }],
    ['NOTIMP', (asked) => [reply(asked, { rcode: 4 })], { outcome: 'error', rcode: 'NOTIMP' }],
    ['REFUSED', (asked) => [reply(asked, { rcode: 5 })], { outcome: 'refused', rcode: 'REFUSED' }],
    [
      'BADVERS',
      (asked) => [reply(asked, { additionals: [opt([], 1)] })],
      { outcome: 'error', rcode: 'BADVERS' },
    ],
    ['NXDOMAIN', (asked) => [reply(asked, { rcode: 3 })], { outcome: 'nxdomain', rcode: 'NXDOMAIN' }],
    ['no data', (asked) => [reply(asked, {})], { outcome: 'no-data', rcode: 'NOERROR' }],
    ['not a message', () => [Buffer.from('????????????????')], { outcome: 'timeout' }],
  ];
  for (const [habit, withEdns, expected] of habits) {
    const server = await serve(t, (asked) => (asked.edns ? withEdns(asked) : [a(asked, '10.0.0.5')]));
    const document = await resolve('a.test.', { servers: [server.text], types: ['A'] });
    t.match(
      document,
      { status: 'answered', addresses: [{ address: '10.0.0.5' }], answersOnlyWithoutEdns: expected },
      habit,
    );
    t.match(document.attempts.at(-1)?.server, server.text);
  }
});

t.test('a query that was lost, or failed once, is no habit of the server', async (t) => {
  for (const first of [() => [], (asked: Asked) => [reply(asked, { rcode: 2 })]]) {
    let count = 0;
    const server = await serve(t, (asked) => (count++ === 0 ? first(asked) : [a(asked, '10.0.0.5')]));
    const document = await resolve('a.test.', { servers: [server.text], types: ['A'] });
    t.match(document, { status: 'answered' });
    t.notOk('answersOnlyWithoutEdns' in document);
  }
});

t.test('a slow answer to the query that looks for the habit is an answer', async (t) => {
  let count = 0;
  const server = await serve(t, (asked) =>
    count++ === 0 ? [] : [{ afterMs: asked.edns ? 1300 : 900, packet: a(asked, '10.0.0.5') }],
  );
  const document = await resolve('a.test.', { servers: [server.text], types: ['A'], timeoutMs: 2000 });
  t.match(document, {
    status: 'answered',
    attempts: [
      { edns: true, outcome: 'timeout' },
      { edns: false },
      { edns: true, outcome: 'answered', late: true },
    ],
  });
  t.notOk('answersOnlyWithoutEdns' in document);
});

t.test('resolv.conf says edns0: programs send EDNS too, and nothing is hidden from them', async (t) => {
  const server = await serve(t, (asked) => [
    asked.edns ? reply(asked, { rcode: 2, additionals: [opt()] }) : a(asked, '10.0.0.5'),
  ]);
  const resolvConf = parseResolvConf('nameserver 10.0.0.2\noptions edns0');
  const plan = { ...(await makePlan({ resolvConf, types: ['A'] })), servers: [parseServer(server.text)] };
  t.match(await resolveWith(plan, 'a.test.', { signal: undefined, stop: undefined }), {
    status: 'servfail',
    resolverOptions: ['edns0'],
  });
});

t.test('a server that does not recurse says nothing about the name, and the next is asked', async (t) => {
  const referral = (asked: Asked) => {
    const ns = { type: 'NS' as const, name: 'test', ttl: 60, data: 'ns.test' };
    const packet = reply(asked, { authorities: [ns] });
    packet.writeUInt16BE(0x8100, 2);
    return [packet];
  };
  const lame = await serve(t, referral);
  const good = await serve(t, (asked) => [a(asked, '10.0.0.5')]);
  t.match(await resolve('a.test.', { servers: [lame.text, good.text] }), {
    status: 'answered',
    server: good.text,
    notRecursive: [lame.text],
  });
  const alone = await resolve('a.test.', { servers: [lame.text] });
  t.match(alone, {
    status: 'error',
    rcode: 'NOERROR',
    notRecursive: [lame.text],
    attempts: [{ outcome: 'error', detail: /referral/ }],
  });
});

t.test('an answer that does not fit, where TCP port 53 does not answer', async (t) => {
  const server = await serve(t, (asked) =>
    asked.transport === 'udp' ? [reply(asked, { flags: truncatedFlag })] : [],
  );
  const resolvConf = parseResolvConf('options timeout:1 attempts:1');
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'], resolvConf }), {
    status: 'timeout',
    truncatedWithoutTcp: { server: server.text, errno: null, accepts: true },
  });
  const closed = await serve(t, (asked) => [reply(asked, { flags: truncatedFlag })], { tcp: false });
  t.match(await resolve('a.test.', { servers: [closed.text], types: ['A'], resolvConf }), {
    status: 'unreachable',
    truncatedWithoutTcp: { server: closed.text, errno: 'ECONNREFUSED', accepts: false },
  });
});

t.test('NXDOMAIN for one type beside an answer or a failure of the other', async (t) => {
  const denied = (asked: Asked) => reply(asked, { rcode: 3, authorities: [soa('test')] });
  const failure = (asked: Asked) => reply(asked, { rcode: 2 });
  const answering = await serve(t, (asked) => [asked.type === 'A' ? a(asked, '10.0.0.5') : denied(asked)]);
  t.match(await resolve('a.test.', { servers: [answering.text] }), {
    status: 'answered',
    typesFailed: [{ type: 'AAAA', status: 'nxdomain', rcode: 'NXDOMAIN' }],
  });
  const failing = await serve(t, (asked) => [asked.type === 'A' ? failure(asked) : denied(asked)]);
  t.match(await resolve('a.test.', { servers: [failing.text] }), {
    status: 'nxdomain',
    typesFailed: [{ type: 'A', status: 'servfail', rcode: 'SERVFAIL' }],
  });
  const missing = await serve(t, (asked) => [denied(asked)]);
  t.notOk('typesFailed' in (await resolve('a.test.', { servers: [missing.text] })));
});

t.test('an OPT record in the answer section is read', async (t) => {
  const server = await serve(t, (asked) => [
    reply(asked, { answers: [opt(), address(asked.name, '10.0.0.5')] }),
  ]);
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'] }), {
    status: 'answered',
    records: { length: 1 },
  });
});
