import t from 'tap';
import { probesInFlight, traceAddress } from '../../../src/probe/trace/trace.js';
import { deafWire, input } from './deaf-wire.js';

const queue = () => new Promise((resolve) => setImmediate(resolve));

t.test('traces wait while 1,024 probes are in flight', async (t) => {
  t.equal(probesInFlight.acquire(undefined, 1024), null);
  const { wire, world, clock } = deafWire();
  const run = traceAddress(input, { parallel: 1000 }, undefined, world);
  await queue();
  t.equal(wire.listener, null, 'no wire is opened before');
  probesInFlight.release(1024);
  t.match(await clock.runUntil(run), { outcome: 'filtered' });
  t.equal(probesInFlight.acquire(undefined, 1024), null, 'the trace has returned its probes');
  probesInFlight.release(1024);
});

t.test('a trace that is aborted or stopped while it waits lets the next ones in', async (t) => {
  t.equal(probesInFlight.acquire(undefined, 1024), null);
  const aborting = new AbortController();
  const stopping = new AbortController();
  const aborted = deafWire();
  const stopped = deafWire();
  const next = deafWire();
  const first = traceAddress(input, { parallel: 1000, signal: aborting.signal }, undefined, aborted.world);
  const second = traceAddress(input, { parallel: 1000, stop: stopping.signal }, undefined, stopped.world);
  const third = traceAddress(input, { parallel: 1 }, undefined, next.world);
  aborting.abort(new Error('enough'));
  await t.rejects(first, { message: 'enough' });
  t.equal(aborted.wire.listener, null);
  stopping.abort();
  t.match(await second, { outcome: 'interrupted', hops: [] });
  t.equal(stopped.wire.sent, 0);
  await queue();
  t.equal(next.wire.listener, null, 'the probes in flight still take all permits');
  probesInFlight.release(1024);
  t.match(await next.clock.runUntil(third), { outcome: 'filtered' });
  await t.rejects(traceAddress(input, { signal: AbortSignal.abort(new Error('before')) }), {
    message: 'before',
  });
});
