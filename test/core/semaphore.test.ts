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

t.test('a small request does not overtake a large one, which could wait forever', async (t) => {
  const semaphore = new Semaphore(3);
  const entered: string[] = [];
  t.equal(semaphore.acquire(undefined, 2), null);
  const large = semaphore.acquire(undefined, 3)?.then(() => entered.push('large'));
  const small = semaphore.acquire()?.then(() => entered.push('small'));
  await new Promise(setImmediate);
  t.same(entered, [], 'one permit is free');
  semaphore.release(2);
  await large;
  t.same(entered, ['large']);
  semaphore.release(3);
  await small;
  t.same(entered, ['large', 'small']);
});

t.test('one release admits all callers for whom there are permits', async (t) => {
  const semaphore = new Semaphore(2);
  t.equal(semaphore.acquire(undefined, 2), null);
  const waits = [semaphore.acquire(), semaphore.acquire()];
  semaphore.release(2);
  await Promise.all(waits);
  t.not(semaphore.acquire(), null, 'both permits are taken again');
});
