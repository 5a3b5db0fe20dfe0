import t from 'tap';
import { InvalidInputError } from '../../../src/core/errors.js';
import type { TraceHop } from '../../../src/documents/trace.js';
import type { Wire, WireListener, WireReply } from '../../../src/net/wire/wire.js';
import { TraceStrategy } from '../../../src/probe/trace/strategy.js';
import { traceAddress } from '../../../src/probe/trace/trace.js';
import { startTraceRun } from '../../../src/probe/trace/trace-run.js';
import { VirtualClock } from '../../simulation/virtual-clock.js';
import { deafWire, input } from './deaf-wire.js';
import { describeHops, type Scenario, simulate } from './scenario.js';

t.test('never more probes in flight than the option allows', async (t) => {
  const { wire, world } = deafWire();
  const stopping = new AbortController();
  const run = traceAddress(input, { parallel: 4, stop: stopping.signal }, undefined, world);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(wire.sent, 4);
  stopping.abort();
  await run;
});

t.test('stop ends the trace with what is known: outcome interrupted, wire closed', async (t) => {
  const { wire, world } = deafWire();
  const stopping = new AbortController();
  const run = traceAddress(input, { stop: stopping.signal }, undefined, world);
  await new Promise((resolve) => setImmediate(resolve));
  wire.listener?.onReply({
    id: 1,
    kind: 'time-exceeded',
    from: '10.0.1.1',
    rttMs: 1,
    icmp: { type: 11, code: 0, mtu: null },
    mpls: [],
    extensions: [],
    replyTtl: 64,
    nat: false,
    synAck: null,
  });
  stopping.abort();
  const document = await run;
  t.match(document, { outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null });
  t.equal(document.hops[0]?.probes[0]?.from, '10.0.1.1');
  t.ok(wire.isClosed);
});

t.test('an abort rejects with its reason and closes the wire', async (t) => {
  const { wire, world } = deafWire();
  const reason = new Error('enough');
  const aborting = new AbortController();
  const run = traceAddress(input, { signal: aborting.signal }, undefined, world);
  await new Promise((resolve) => setImmediate(resolve));
  aborting.abort(reason);
  await t.rejects(run, reason);
  t.ok(wire.isClosed);
  await t.rejects(traceAddress(input, { signal: AbortSignal.abort(reason) }, undefined, world), reason);
});

t.test('a host without a route is a finding, reported with its errno', async (t) => {
  const failure = Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' });
  const world = { clock: new VirtualClock(), openWire: () => Promise.reject(failure) };
  const hops: TraceHop[] = [];
  const document = await traceAddress(input, { queries: 2 }, (hop) => hops.push(hop), world);
  t.match(document, { outcome: 'unreachable', stoppedBy: 'unreachable', destinationTtl: null, source: null });
  t.match(document.hops, [{ ttl: 1, probes: [{ errno: 'ENETUNREACH' }, { errno: 'ENETUNREACH' }] }]);
  t.same(hops, document.hops);
});

t.test('sends that this host refuses end the trace and have the errno', async (t) => {
  const clock = new VirtualClock();
  const openWire = async (listener: WireListener): Promise<Wire> => ({
    method: 'syn',
    source: '10.0.1.10',
    send: ({ id }) => listener.onSendError(id, 'EPERM'),
    receive() {},
    silentNeighbour: () => null,
    close() {},
  });
  const document = await clock.runUntil(traceAddress(input, {}, undefined, { clock, openWire }));
  t.match(document, { outcome: 'prohibited', destinationTtl: null });
  t.match(document.hops[0], { probes: [{ reply: 'send-error', errno: 'EPERM' }] });
  t.equal(document.hops.length, 1);
});

t.test('a shortage that does not pass is tried for one packet and not for each', async (t) => {
  for (const mostLeft of [0, 1]) {
    const clock = new VirtualClock();
    let sends = 0;
    const openWire = async (listener: WireListener): Promise<Wire> => ({
      method: 'syn',
      source: '10.0.1.10',
      send({ id }) {
        sends += 1;
        if (sends > mostLeft) listener.onSendError(id, 'ENOBUFS');
      },
      receive() {},
      silentNeighbour: () => null,
      close() {},
    });
    const tracing = traceAddress(input, { queries: 3, maxTtl: 20 }, undefined, { clock, openWire });
    await t.rejects(clock.runUntil(tracing), { code: 'capability', missing: 'memory' });
    // Eight more tries of each of the sixty packets would be 540.
    t.ok(sends < 200, `${sends} sends`);
  }
});

const strategyOptions = {
  family: 4,
  firstTtl: 1,
  maxTtl: 2,
  queries: 1,
  parallel: 1,
  gapLimit: 5,
  maxWaitMs: 100,
  paris: false,
} as const;

/** A router's answer, as a wire reports it. */
function timeExceeded(id: number, from: string, rttMs: number): WireReply {
  const icmp = { type: 11, code: 0, mtu: null };
  const nothingMore = { mpls: [], extensions: [], replyTtl: 63, nat: false, synAck: null };
  return { id, kind: 'time-exceeded', from, rttMs, icmp, ...nothingMore };
}

t.test('a reply after the wait is kept and marked late', async (t) => {
  const strategy = new TraceStrategy(strategyOptions);
  strategy.next(0);
  strategy.onDeadline(100);
  t.match(strategy.next(100).send, [{ id: 1, ttl: 1 }], 'a silent hop is probed once more');
  strategy.onDeadline(150);
  t.match(strategy.next(150).send, [{ id: 2, ttl: 2 }], 'and for half the wait');
  strategy.onReply(timeExceeded(1, '10.0.1.1', 151));
  t.match(strategy.hop(1).probes[0], { from: '10.0.1.1', late: true, sent: 2, backwardHops: 2 });
  t.match(strategy.hop(2).probes[0], { reply: 'none', late: false });
});

t.test('a late answer to the first packet of a probe that was sent again is late as well', async (t) => {
  const strategy = new TraceStrategy(strategyOptions);
  strategy.next(0);
  strategy.onDeadline(100);
  strategy.next(100);
  strategy.onReply(timeExceeded(0, '10.0.1.1', 120));
  t.match(strategy.hop(1).probes[0], { late: true, rttMs: 120, duplicates: 0 });
  strategy.onReply(timeExceeded(1, '10.0.1.1', 20));
  t.match(
    strategy.hop(1).probes[0],
    { rttMs: 120, duplicates: 0 },
    'the answer to the second is no duplicate',
  );
  strategy.onReply(timeExceeded(1, '10.0.1.1', 25));
  t.match(strategy.hop(1).probes[0], { rttMs: 120, duplicates: 1 });
});

t.test('a probe whose reply has no time is sent once more for the round trip', async (t) => {
  const strategy = new TraceStrategy({ ...strategyOptions, maxTtl: 1 });
  strategy.next(0);
  strategy.onReply({ ...timeExceeded(0, '10.0.1.1', 0), rttMs: null });
  t.match(strategy.hop(1).probes[0], { from: '10.0.1.1', rttMs: null });
  t.match(strategy.next(5), { send: [], deadlineMs: 10 }, 'after a short delay');
  t.match(strategy.next(10).send, [{ id: 1, ttl: 1 }]);
  strategy.onReply(timeExceeded(1, '10.0.1.1', 3));
  t.match(strategy.hop(1).probes[0], { rttMs: 3, sent: 2, duplicates: 0 });
  t.ok(strategy.next(13).isDone);
});

t.test('second packets respect the limit of probes in flight', async (t) => {
  const strategy = new TraceStrategy({
    ...strategyOptions,
    maxTtl: 6,
    queries: 2,
    parallel: 3,
    maxWaitMs: 1000,
  });
  let inFlight = 0;
  let most = 0;
  let nowMs = 0;
  for (let step = strategy.next(nowMs); !step.isDone; step = strategy.next(nowMs)) {
    inFlight += step.send.length;
    most = Math.max(most, inFlight);
    if (step.send.length > 0) continue;
    nowMs = step.deadlineMs ?? nowMs;
    strategy.onDeadline(nowMs);
    inFlight = 0;
  }
  t.equal(most, 3);
  t.match(strategy.end(), { outcome: 'filtered', stoppedBy: 'gap-limit' });
});

t.test('on one 5-tuple the target is probed again only a round trip after its answer', async (t) => {
  const strategy = new TraceStrategy({
    ...strategyOptions,
    maxTtl: 30,
    queries: 2,
    parallel: 16,
    paris: true,
  });
  const first = strategy.next(0).send;
  t.same(
    first.map(({ ttl }) => ttl),
    [1, 2, 3, 4, 5],
    'one packet for each TTL in rising order, because the TTL of the target is unknown',
  );
  strategy.onReply(timeExceeded(0, '10.0.1.1', 1));
  t.match(strategy.next(1).send, [{ ttl: 1 }, { ttl: 6 }], 'a router is probed again at once');
  strategy.onReply({ ...timeExceeded(1, '203.0.113.10', 10), kind: 'syn-ack', icmp: null });
  const step = strategy.next(10);
  t.same(step.send, []);
  strategy.onReply(timeExceeded(5, '10.0.1.1', 1));
  t.match(strategy.next(10), { send: [], deadlineMs: 20 });
  t.match(strategy.next(20).send, [{ ttl: 2 }]);
});

for (const [options, argument] of [
  [{ queries: 0 }, 'queries'],
  [{ maxTtl: 256 }, 'maxTtl'],
  [{ firstTtl: 9, maxTtl: 3 }, 'firstTtl'],
  [{ waitMs: Number.NaN }, 'waitMs'],
  [{ gapLimit: 1.5 }, 'gapLimit'],
  [{ parallel: -1 }, 'parallel'],
] as const) {
  t.test(`${JSON.stringify(options)} is refused before a packet is sent`, async (t) => {
    const { wire, world } = deafWire();
    const error = await traceAddress(input, options, undefined, world).catch((each: unknown) => each);
    t.ok(error instanceof InvalidInputError && error.argument === argument);
    t.equal(wire.sent, 0);
  });
}

const path: Scenario['path'] = {
  client: '10.0.1.10',
  target: '203.0.113.10',
  port: 443,
  hops: [
    { address: '10.0.1.1', rttMs: 9 },
    { address: '100.64.0.2', rttMs: 1 },
  ],
  end: { rttMs: 5, answer: 'syn-ack' },
};

t.test('options of the trace: first TTL, last TTL, probes per hop', async (t) => {
  const expect = { outcome: '', stoppedBy: '', destinationTtl: null, atMostMs: 0 };
  const { document } = await simulate({
    says: '',
    path,
    expect,
    options: { firstTtl: 2, maxTtl: 2, queries: 2 },
  });
  t.match(document, { outcome: 'not-reached', stoppedBy: 'max-ttl', destinationTtl: null });
  t.match(document, { target: { reply: 'syn-ack', rttMs: 5, sent: 1 } });
  t.same(describeHops(document), ['100.64.0.2 1']);
  t.equal(document.hops[0]?.probes.length, 2);
});

t.test(
  'a run is a promise and an iterable of the same hops in order of TTL, whenever the iteration starts',
  async (t) => {
    const hop = (ttl: number): TraceHop => ({ ttl, probes: [], rateLimited: false });
    let finish: () => void = () => {};
    const run = startTraceRun(async (onHop) => {
      onHop(hop(1));
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      onHop(hop(2));
      const { document } = await simulate({
        says: '',
        path,
        expect: { outcome: '', stoppedBy: '', destinationTtl: null, atMostMs: 0 },
      });
      return document;
    });
    const seen: number[] = [];
    for await (const { ttl } of run) {
      seen.push(ttl);
      finish();
    }
    t.same(seen, [1, 2]);
    t.equal((await run).outcome, 'open');
    const again: number[] = [];
    for await (const { ttl } of run) again.push(ttl);
    t.same(again, [1, 2]);
  },
);

t.test('a failure rejects both the iteration and the promise', async (t) => {
  const failure = new Error('no strategy');
  const run = startTraceRun(() => Promise.reject(failure));
  await t.rejects(async () => {
    for await (const hop of run) t.fail(`no hop ${hop.ttl}`);
  }, failure);
  await t.rejects(run, failure);
});
