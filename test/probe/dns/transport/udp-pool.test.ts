import t from 'tap';
import { encodeQuery } from '../../../../src/probe/dns/message/query.js';
import type { ExchangeLimits } from '../../../../src/probe/dns/transport/exchange.js';
import {
  datagramSocketsOfHost,
  type OpenDatagramSocket,
  sendOverUdpWith,
  throughNode,
} from '../../../../src/probe/dns/transport/udp.js';
import { UdpPool } from '../../../../src/probe/dns/transport/udp-pool.js';
import { parseServer } from '../../../../src/target/server.js';
import { closedUdpPort } from '../../../closed-port.js';
import { address, reply, serve } from '../server.js';

const type = { name: 'A', number: 1 };

function limits(more: Partial<ExchangeLimits> = {}): ExchangeLimits {
  const onDiscard = (): void => {};
  return { timeoutMs: 60_000, source: undefined, signal: undefined, stop: undefined, onDiscard, ...more };
}

// Both implementations of sockets behave the same.
const ways: [string, () => Promise<OpenDatagramSocket>][] = [
  ['libc where it can be had', () => datagramSocketsOfHost({ timestamps: false })],
  ['libc, exact', () => datagramSocketsOfHost({ timestamps: true })],
  ['node:dgram', async () => throughNode],
];

for (const [way, open] of ways) {
  t.test(`${way}: replies are matched to their queries among other packets`, async (t) => {
    const server = await serve(t, (asked) => {
      const right = reply(asked, { answers: [address(asked.name, '10.0.0.5')] });
      const forged = reply(asked, { answers: [address(asked.name, '6.6.6.6')] });
      forged.writeUInt16BE(asked.id ^ 1, 0);
      return [forged, Buffer.alloc(0), Buffer.alloc(3), asked.raw, right, right];
    });
    const pool = new UdpPool(await open());
    t.teardown(() => pool.close());
    const discards: Record<string, number> = {};
    const onDiscard = (reason: string): void => {
      discards[reason] = (discards[reason] ?? 0) + 1;
    };
    const names = [...Array(100).keys()].map((index) => `Host${index}.test`);
    const ended = await Promise.all(
      names.map((name) =>
        pool.send(parseServer(server.text), encodeQuery(name, type, true), limits({ onDiscard })),
      ),
    );
    t.same(
      ended.map(({ exchange }) => exchange.outcome === 'reply' && exchange.reply.answers[0]?.address),
      names.map(() => '10.0.0.5'),
    );
    t.same(
      ended.map(({ exchange }) => exchange.outcome === 'reply' && exchange.reply.answers[0]?.name),
      names,
    );
    t.ok((discards['not-a-reply'] ?? 0) >= 100, 'echoes are discarded');
    t.ok(
      (discards['bad-id'] ?? 0) >= 90,
      'forged replies are discarded; one may have had the ID of a pending query',
    );
    const ports = new Set(server.sources);
    t.ok(ports.size >= 7, `${ports.size} ports for a hundred queries`);
  });

  t.test(`${way}: a closed port and a timeout are different, and close() ends the rest`, async (t) => {
    const pool = new UdpPool(await open());
    t.teardown(() => pool.close());
    const closed = parseServer(`127.0.0.1#${await closedUdpPort()}`);
    const refused = await pool.send(closed, encodeQuery('a.test', type, true), limits());
    t.same(refused.exchange, { outcome: 'unreachable', errno: 'ECONNREFUSED' });
    const silent = await serve(t, () => []);
    const server = parseServer(silent.text);
    const short = pool.send(server, encodeQuery('a.test', type, true), limits({ timeoutMs: 50 }));
    const long = pool.send(server, encodeQuery('b.test', type, true), limits({ timeoutMs: 60_000 }));
    const timeout = await short;
    pool.close();
    const canceled = await long;
    t.same(timeout.exchange, { outcome: 'timeout' });
    t.ok(timeout.late, 'its reply may still come');
    t.same(canceled.exchange, { outcome: 'error', errno: 'ECANCELED' });
    const after = await pool.send(server, encodeQuery('c.test', type, true), limits());
    t.same(after.exchange, { outcome: 'error', errno: 'ECANCELED' });
  });

  t.test(`${way}: a late reply ends the late exchange`, async (t) => {
    let overdue: Promise<void> = Promise.resolve();
    const late = await serve(t, (asked) => [
      { after: overdue, packet: reply(asked, { answers: [address(asked.name, '10.0.0.5')] }) },
    ]);
    const pool = new UdpPool(await open());
    t.teardown(() => pool.close());
    for (const send of [pool.send, sendOverUdpWith(await open())]) {
      const query = encodeQuery('a.test', type, true);
      let release = (): void => {};
      overdue = new Promise((resolve) => {
        release = resolve;
      });
      const first = await send(parseServer(late.text), query, limits({ timeoutMs: 50 }));
      t.same(first.exchange, { outcome: 'timeout' });
      release();
      const ended = await first.late?.ended;
      t.equal(ended?.exchange.outcome, 'reply');
      t.ok((ended?.durationMs ?? 0) > first.durationMs, 'with the time since the query was sent');
    }
  });

  t.test(`${way}: a source that this host does not have is invalid input`, async (t) => {
    const pool = new UdpPool(await open());
    t.teardown(() => pool.close());
    const ask = pool.send(
      parseServer('127.0.0.1#9'),
      encodeQuery('a.test', type, true),
      limits({ source: '192.0.2.1' }),
    );
    await t.rejects(ask, { name: 'InvalidInputError' });
  });

  t.test(`${way}: one query from a socket of its own`, async (t) => {
    const ask = sendOverUdpWith(await open());
    const query = encodeQuery('a.test', type, true);
    const server = await serve(t, (asked) => [reply(asked, { answers: [address('a.test', '10.0.0.5')] })]);
    t.match((await ask(parseServer(server.text), query, limits())).exchange, {
      outcome: 'reply',
      reply: { answers: [{ address: '10.0.0.5' }] },
    });
    const closed = parseServer(`127.0.0.1#${await closedUdpPort()}`);
    t.same((await ask(closed, query, limits())).exchange, { outcome: 'unreachable', errno: 'ECONNREFUSED' });
    const foreign = ask(parseServer('127.0.0.1#9'), query, limits({ source: '192.0.2.1' }));
    await t.rejects(foreign, { name: 'InvalidInputError' });
    const silent = parseServer((await serve(t, () => [])).text);
    const unanswered = await ask(silent, query, limits({ timeoutMs: 50 }));
    t.same(unanswered.exchange, { outcome: 'timeout' });
    unanswered.late?.close();
    const abort = new AbortController();
    const waiting = ask(silent, query, limits({ signal: abort.signal }));
    abort.abort(new Error('enough'));
    await t.rejects(waiting, { message: 'enough' });
  });
}
