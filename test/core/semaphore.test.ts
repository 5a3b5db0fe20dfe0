import t from 'tap';
import { Slots } from '../../src/core/semaphore.js';
import { Cancel } from '../../src/probe/tcp/cancel.js';

t.test('what has room begins at once; the rest waits in line, in order', async (t) => {
  const slots = new Slots(2);
  const entered: number[] = [];
  t.equal(slots.take(), null);
  t.equal(slots.take(), null);
  const waits = [3, 4].map((number) => slots.take()?.then(() => entered.push(number)));
  await new Promise(setImmediate);
  t.same(entered, []);
  slots.give();
  await waits[0];
  t.same(entered, [3]);
  slots.give();
  await waits[1];
  t.same(entered, [3, 4]);
  slots.give();
  slots.give();
  t.equal(slots.take(), null, 'both are free again');
});

t.test('whoever is canceled waits for no slot, and takes none from those behind', async (t) => {
  const slots = new Slots(1);
  const stop = new AbortController();
  const cancel = new Cancel({ stop: stop.signal });
  t.equal(slots.take(), null);
  const canceled = slots.take(cancel);
  let isIn = false;
  const behind = slots.take()?.then(() => {
    isIn = true;
  });
  stop.abort();
  await canceled;
  t.equal(slots.take(cancel), null, 'nor does one that comes later');
  slots.give();
  slots.give();
  await new Promise(setImmediate);
  t.notOk(isIn, 'the first is still there');
  slots.give();
  await behind;
  t.ok(isIn);
});

t.test('a cancel listens to nobody before it is asked for, and to nobody after its close', async (t) => {
  const stop = new AbortController();
  const cancel = new Cancel({ stop: stop.signal });
  t.notOk(cancel.isCanceled);
  const { signal } = cancel;
  t.equal(cancel.signal, signal);
  cancel.close();
  stop.abort();
  t.notOk(signal.aborted);
  t.ok(cancel.isCanceled);
  t.notOk(cancel.isThrown, 'what is known is still wanted');
  t.ok(new Cancel({ signal: AbortSignal.abort() }).isThrown);
  t.ok(new Cancel({ stop: AbortSignal.abort() }).signal.aborted, 'one that begins late');
});
