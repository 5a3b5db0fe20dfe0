import t from 'tap';
import { Semaphore } from '../../src/core/semaphore.js';

t.test('a free permit is given at once; callers without one wait in order', async (t) => {
  const semaphore = new Semaphore(2);
  const entered: number[] = [];
  t.equal(semaphore.acquire(), null);
  t.equal(semaphore.acquire(), null);
  const waits = [3, 4].map((number) => semaphore.acquire()?.then(() => entered.push(number)));
  await new Promise(setImmediate);
  t.same(entered, []);
  semaphore.release();
  await waits[0];
  t.same(entered, [3]);
  semaphore.release();
  await waits[1];
  t.same(entered, [3, 4]);
  semaphore.release();
  semaphore.release();
  t.equal(semaphore.acquire(), null, 'both permits are free again');
});

t.test('a canceled caller does not wait and delays no other caller', async (t) => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const { signal } = controller;
  const cancelation = {
    signal,
    get isCanceled() {
      return signal.aborted;
    },
  };
  t.equal(semaphore.acquire(), null);
  const canceled = semaphore.acquire(cancelation);
  let isIn = false;
  const behind = semaphore.acquire()?.then(() => {
    isIn = true;
  });
  controller.abort();
  await canceled;
  t.equal(semaphore.acquire(cancelation), null, 'a later call that is canceled already does not wait either');
  semaphore.release();
  semaphore.release();
  await new Promise(setImmediate);
  t.notOk(isIn, 'the first caller still holds its permit');
  semaphore.release();
  await behind;
  t.ok(isIn);
});
