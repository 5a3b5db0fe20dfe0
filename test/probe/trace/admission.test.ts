import t from 'tap';
import { acquireProbes } from '../../../src/probe/trace/driver.js';

const never = new AbortController().signal;

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const first = await Promise.race([promise.then(() => null), Promise.resolve(pending)]);
  return first !== pending;
}

t.test('1,024 probes at a time, in first-come order', async (t) => {
  const leave = await Promise.all(Array.from({ length: 64 }, () => acquireProbes(16, never)));
  const large = acquireProbes(1000, never);
  const small = acquireProbes(16, never);
  leave[0]?.();
  leave[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(await isSettled(small), 'a small request does not overtake a large one, which could wait forever');
  for (const each of leave) each();
  (await large)();
  (await small)();
});

t.test('an aborted wait lets the next ones in', async (t) => {
  const leave = await acquireProbes(1024, never);
  const giveUp = new AbortController();
  const first = acquireProbes(1024, giveUp.signal);
  const second = acquireProbes(1, never);
  giveUp.abort(new Error('enough'));
  await t.rejects(first, { message: 'enough' });
  leave();
  (await second)();
  t.rejects(acquireProbes(1, AbortSignal.abort(new Error('before'))), { message: 'before' });
});
