import t from 'tap';
import { parseResolvConf } from '../../../src/host/resolv-conf.js';
import { makePlan, startLookup } from '../../../src/probe/dns/plan.js';
import { resolve } from '../../../src/probe/dns/resolve.js';
import { formatServer } from '../../../src/target/server.js';
import { closedUdpPort } from '../../closed-port.js';
import { givingA } from './giving-a.js';
import { opt, reply, serve, soa } from './server.js';

const noSignals = { signal: undefined, stop: undefined };
const patient = { timeoutMs: 60_000 };

t.test('a server that fails is followed by the next, and the one that answers decides', async (t) => {
  const good = await serve(t, givingA('10.0.0.5'));
  for (const rcode of [2, 5, 4]) {
    const bad = await serve(t, (asked) => [reply(asked, { rcode, additionals: [opt()] })]);
    const document = await resolve('a.test.', { servers: [bad.text, good.text], types: ['A'], ...patient });
    t.match(document, {
      status: 'answered',
      server: good.text,
      attempts: [{ server: bad.text }, { server: bad.text }, { server: good.text }],
    });
    t.same(
      bad.asked.map(({ edns }) => edns),
      [true, false],
      'it is asked again only as programs ask, without EDNS',
    );
  }
  const closed = `127.0.0.1#${await closedUdpPort()}`;
  const document = await resolve('a.test.', { servers: [closed, good.text], types: ['A'], ...patient });
  t.match(document, { status: 'answered', attempts: [{ outcome: 'unreachable' }, { outcome: 'answered' }] });
});

t.test('a server that does not answer is followed by the next', async (t) => {
  const silent = await serve(t, () => []);
  const good = await serve(t, givingA('10.0.0.5'));
  const servers = [silent.text, good.text];
  const document = await resolve('a.test.', { servers, types: ['A'], timeoutMs: 3000 });
  t.match(document, { status: 'answered', serversPassedOver: [silent.text], server: good.text });
  t.same(
    document.attempts.map(({ outcome }) => outcome),
    ['timeout', 'timeout', 'answered'],
  );
  t.equal(silent.asked.length, 2, 'with EDNS and without; a settled question is not asked again');
});

t.test('after NXDOMAIN or no data, no second server is asked', async (t) => {
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

t.test('only servers that do not answer are asked again; the most informative failure decides', async (t) => {
  const silent = await serve(t, () => []);
  const failing = await serve(t, (asked) => [reply(asked, { rcode: 2 })]);
  const servers = [silent.text, failing.text];
  const document = await resolve('a.test.', { servers, types: ['A'], timeoutMs: 2000, tries: 3 });
  t.match(document, { status: 'servfail', server: failing.text, rcode: 'SERVFAIL' });
  t.equal(silent.asked.length, 3);
  t.equal(failing.asked.length, 2, 'with EDNS and without');
});

t.test('with the defaults, a lookup at one or three dead resolvers ends within three seconds', async (t) => {
  for (const count of [1, 2, 3]) {
    const servers = Array.from({ length: count }, (_, index) => `10.0.0.${index + 1}`);
    const { timeoutMs, tries } = await makePlan({ servers });
    t.ok(timeoutMs * tries * count <= 3000, `${tries} times ${timeoutMs} ms at ${count}`);
    t.ok(timeoutMs >= 300);
  }
  const silent = await Promise.all([1, 2].map(() => serve(t, () => [])));
  const servers = silent.map((server) => server.text);
  t.match(await resolve('a.test.', { servers, timeoutMs: 100 }), {
    status: 'timeout',
    rcode: null,
    transport: 'udp',
    flags: null,
    attempts: { length: 8 },
  });
});

t.test('with rotate, each lookup begins with another server', async (t) => {
  const asked = async (conf: string) => {
    const plan = await makePlan({ types: ['A'], resolvConf: parseResolvConf(conf) });
    return [0, 1, 2, 3].map((turn) => startLookup(plan, noSignals, turn).servers.map(formatServer));
  };
  const lines = 'nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n';
  t.same(await asked(`${lines}options rotate`), [
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    ['10.0.0.2', '10.0.0.3', '10.0.0.1'],
    ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  ]);
  t.equal(new Set((await asked(lines)).map(([first]) => first)).size, 1, 'without rotate, always the first');
});

t.test('without given servers, those of resolv.conf and its use-vc are used', async (t) => {
  const server = await serve(t, givingA('10.0.0.5'));
  const useVc = parseResolvConf('options use-vc');
  t.match(await resolve('a.test.', { servers: [server.text], types: ['A'], resolvConf: useVc, ...patient }), {
    transport: 'tcp',
  });
});

t.test('without a nameserver line, 127.0.0.1 is asked, as programs do', async (t) => {
  const plan = await makePlan({ resolvConf: parseResolvConf('nameserver ns.example\n') });
  t.match(plan, {
    servers: [{ address: '127.0.0.1', port: 53 }],
    withoutNameserver: { ignored: ['ns.example'] },
  });
  const given = await makePlan({ resolvConf: parseResolvConf(''), servers: ['10.0.0.2'] });
  t.match(given, { servers: [{ address: '10.0.0.2' }], withoutNameserver: null });
});

t.test('no-aaaa is obeyed where the servers are the host’s own and no types are given', async (t) => {
  const resolvConf = parseResolvConf('nameserver 10.0.0.2\noptions no-aaaa\n');
  t.equal((await makePlan({ resolvConf })).typeNames, 'A');
  t.equal((await makePlan({ resolvConf, types: ['AAAA'] })).typeNames, 'AAAA');
  t.equal((await makePlan({ resolvConf, servers: ['10.0.0.3'] })).typeNames, 'A,AAAA');
});
