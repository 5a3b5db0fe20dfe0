import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readlinkSync } from 'node:fs';
import t from 'tap';
import { resolveMany } from '../../../src/probe/dns/resolve-many.js';
import { closedUdpPort } from '../../closed-port.js';
import { address, reply, serve } from './server.js';

const names = Array.from({ length: 100 }, (_, index) => `host${index}.test`);
const options = { types: ['A'], search: false, timeoutMs: 60_000 };

t.test('many names have results in their order, from few ports that change', async (t) => {
  const server = await serve(t, (asked) => {
    const index = Number(/\d+/.exec(asked.name)?.[0]);
    const packet = reply(asked, { answers: [address(asked.name, `10.0.0.${index}`)] });
    const forged = Buffer.from(packet);
    forged.writeUInt16BE(asked.id ^ 1, 0);
    // The reply to the first of every ten comes last, after a forged one.
    return index % 10 === 0 ? [forged, { afterMs: 20, packet }] : [packet];
  });
  const found: string[] = [];
  const discarded: Record<string, number>[] = [];
  for await (const outcome of resolveMany(names, { ...options, servers: [server.text], concurrency: 20 })) {
    if (!outcome.ok) t.fail(outcome.error.message);
    else {
      found.push(`${outcome.name} ${outcome.document.addresses[0]?.address}`);
      discarded.push(outcome.document.discarded);
    }
  }
  t.same(
    found,
    names.map((name, index) => `${name} 10.0.0.${index}`),
  );
  t.same(
    discarded,
    names.map((_, index) => (index % 10 === 0 ? { 'bad-id': 1 } : {})),
    'a forged reply counts as a discard of the name in its question',
  );
  const perPort = new Map<number, number>();
  for (const port of server.sources) perPort.set(port, (perPort.get(port) ?? 0) + 1);
  t.ok(Math.max(...perPort.values()) <= 16, 'no port is used for more than 16 queries');
});

t.test(
  'an invalid name is an outcome; closed ports, timeouts and truncation are as with resolve()',
  async (t) => {
    const closed = `127.0.0.1#${await closedUdpPort()}`;
    const outcomes = [];
    for await (const outcome of resolveMany(['a.test', 'b..c', 'd.test'], { ...options, servers: [closed] }))
      outcomes.push(outcome);
    t.match(outcomes, [
      { ok: true, document: { status: 'unreachable', attempts: [{ errno: 'ECONNREFUSED' }] } },
      { ok: false, name: 'b..c', error: { code: 'invalid-input' } },
      { ok: true, document: { status: 'unreachable' } },
    ]);
    const server = await serve(t, (asked) => {
      if (asked.name === 'silent.test') return [];
      if (asked.name === 'junk.test') return [Buffer.from('abc')];
      return [asked.transport === 'udp' ? reply(asked, { flags: 0x0200 }) : reply(asked)];
    });
    const statuses = [];
    const how = { ...options, timeoutMs: 2000, tries: 1, servers: [server.text], concurrency: 1 };
    for await (const outcome of resolveMany(['silent.test', 'junk.test'], how))
      if (outcome.ok) statuses.push([outcome.document.status, outcome.document.transport]);
    for await (const outcome of resolveMany(['large.test'], { ...how, timeoutMs: 60_000 }))
      if (outcome.ok) statuses.push([outcome.document.status, outcome.document.transport]);
    t.same(statuses, [
      ['timeout', 'udp'],
      ['malformed', 'udp'],
      ['no-data', 'tcp'],
    ]);
    await t.rejects(resolveMany(names, { ...how, concurrency: 0 }).next(), { name: 'InvalidInputError' });
    await t.rejects(resolveMany(names, { ...how, source: '192.0.2.1' }).next(), {
      message: /not an address of this/,
    });
  },
);

t.test('an abort rejects, leaving the loop ends the iteration, and neither leaves a socket', async (t) => {
  const abort = new AbortController();
  const server = await serve(t, (asked) => {
    if (asked.name === 'host0.test') return [reply(asked)];
    abort.abort(new Error('enough'));
    return [];
  });
  const before = openSockets();
  const how = { ...options, servers: [server.text], concurrency: 5 };
  await t.rejects(
    async () => {
      for await (const { name } of resolveMany(names, { ...how, signal: abort.signal }))
        t.equal(name, 'host0.test');
    },
    { message: 'enough' },
  );
  for await (const { name } of resolveMany(names, how)) {
    t.equal(name, 'host0.test');
    break;
  }
  for (let turn = 0; turn < 1000 && openSockets() > before; turn++) await new Promise(setImmediate);
  t.ok(openSockets() <= before, `${openSockets()} sockets, ${before} before`);
});

/** The number of sockets of this process, opened by Node or by libc. */
function openSockets(): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith('socket:')).length;
}

t.test('queries, replies and discards are published on the channels', async (t) => {
  const heard: string[] = [];
  const listeners = ['query', 'reply', 'discard'].map((what) => {
    const listen = (message: unknown) =>
      heard.push(`${what} ${Reflect.get(Object(message), 'reason') ?? ''}`);
    subscribe(`pprobe:dns:${what}`, listen);
    return () => unsubscribe(`pprobe:dns:${what}`, listen);
  });
  t.teardown(() => listeners.map((leave) => leave()));
  const server = await serve(t, (asked) => [
    asked.raw,
    reply(asked, { answers: [address(asked.name, '10.0.0.5')] }),
  ]);
  for await (const _ of resolveMany(['a.test'], { ...options, servers: [server.text] })) t.pass();
  t.same(heard, ['query ', 'discard not-a-reply', 'reply ']);
});
