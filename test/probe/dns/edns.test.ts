import { decode } from 'dns-packet';
import t from 'tap';
import { parseResolvConf } from '../../../src/host/resolv-conf.js';
import type { ResolveOptions } from '../../../src/probe/dns/options.js';
import { makePlan } from '../../../src/probe/dns/plan.js';
import { resolve, resolveWith } from '../../../src/probe/dns/resolve.js';
import { parseServer } from '../../../src/target/server.js';
import { type Asked, address, opt, reply, serve } from './server.js';

/** The cookie of a query; empty if it has none. */
function cookieOf({ raw }: Asked): Buffer {
  const record = (decode(raw).additionals ?? []).find(({ type }) => type === 'OPT');
  const options: { code: number; data: Buffer }[] = Reflect.get(Object(record), 'options') ?? [];
  return options.find(({ code }) => code === 10)?.data ?? Buffer.alloc(0);
}

const ask = (server: string, changes: object) =>
  resolve('a.test.', { servers: [server], types: ['A'], timeoutMs: 60_000, tries: 1, ...changes });
const added = Buffer.from('0123456789abcdef', 'hex');
const answers = [address('a.test', '10.0.0.5')];

t.test('the identifier of a server is text or octets', async (t) => {
  for (const [data, nsid] of [
    [Buffer.from('ns1.example'), 'ns1.example'],
    [Buffer.from([1, 0xff]), '0x01ff'],
  ] as const) {
    const server = await serve(t, (asked) => [
      reply(asked, { answers, additionals: [opt([{ code: 3, data }])] }),
    ]);
    t.equal((await ask(server.text, { nsid: true })).nsid, nsid);
  }
  const silent = await serve(t, (asked) => [reply(asked, { answers })]);
  t.match(await ask(silent.text, { nsid: true, cookie: true }), { nsid: null, cookie: null });
  const plain = await ask(silent.text, {});
  t.notOk('nsid' in plain || 'cookie' in plain, 'without a request, they are not in the document');
});

t.test('after BADCOOKIE the query is repeated with the server’s cookie, then over TCP', async (t) => {
  const withCookie = (asked: Asked, rcode: number) => {
    const data = Buffer.concat([cookieOf(asked).subarray(0, 8), added]);
    const additionals = [opt([{ code: 10, data }], rcode >> 4)];
    return reply(asked, { answers: rcode === 0 ? answers : [], rcode: rcode & 15, additionals });
  };
  const server = await serve(t, (asked) => [withCookie(asked, cookieOf(asked).length === 16 ? 0 : 23)]);
  t.match(await ask(server.text, { cookie: true }), {
    status: 'answered',
    cookie: { server: added.toString('hex') },
    attempts: [{ rcode: 'BADCOOKIE' }, { rcode: 'NOERROR', transport: 'udp' }],
  });
  const stubborn = await serve(t, (asked) => [withCookie(asked, asked.transport === 'udp' ? 23 : 0)]);
  t.match(await ask(stubborn.text, { cookie: true }), {
    status: 'answered',
    attempts: [{ rcode: 'BADCOOKIE' }, { rcode: 'BADCOOKIE' }, { transport: 'tcp' }],
  });
});

t.test('a reply with another client cookie is discarded', async (t) => {
  const forgery = opt([{ code: 10, data: Buffer.alloc(16, 7) }]);
  const server = await serve(t, (asked) => [reply(asked, { answers, additionals: [forgery] })]);
  t.match(await ask(server.text, { cookie: true, timeoutMs: 2000 }), {
    status: 'timeout',
    discarded: { 'bad-cookie': 1 },
  });
  t.match(
    await ask(server.text, {}),
    { status: 'answered' },
    'if the query has no cookie, the cookie of the reply is ignored',
  );
});

t.test(
  'a validated answer says whether glibc passes the AD bit on: trust-ad holds for the servers of resolv.conf only',
  async (t) => {
    const server = await serve(t, (asked) => {
      const packet = reply(asked, { answers: [address('a.test', '10.0.0.5')] });
      // The AD bit, except for another name.
      packet.writeUInt16BE(asked.name === 'a.test' ? 0x81a0 : 0x8180, 2);
      return [packet];
    });
    const servers = [parseServer(server.text)];
    const noSignals = { signal: undefined, stop: undefined };
    const flagsOf = async (name: string, options: ResolveOptions) => {
      const plan = { ...(await makePlan({ types: ['A'], search: false, ...options })), servers };
      return (await resolveWith(plan, name, noSignals)).flags;
    };
    const trusting = parseResolvConf('nameserver 127.0.0.1\noptions edns0 trust-ad\n');
    const plain = parseResolvConf('nameserver 127.0.0.1\n');
    t.match(await flagsOf('a.test', { resolvConf: trusting }), {
      authenticData: true,
      authenticDataTrusted: true,
    });
    t.match(await flagsOf('a.test', { resolvConf: plain }), {
      authenticData: true,
      authenticDataTrusted: false,
    });
    const given = { resolvConf: trusting, servers: ['127.0.0.1'] };
    t.match(await flagsOf('a.test', given), { authenticData: true, authenticDataTrusted: false });
    t.notOk(Object.hasOwn((await flagsOf('b.test', { resolvConf: trusting })) ?? {}, 'authenticDataTrusted'));
    t.ok(
      server.asked.every(({ raw, edns }) => (raw[3] ?? 0) & 0x20 && edns),
      'it is always asked for, with EDNS',
    );
  },
);
