import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import { mapOrdered, mapOrderedBatches } from '../../src/core/ordered-map.js';

/** Waits until everything that needs no timer has run. */
async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** Work that ends when the test calls `finish`, and counts of what has begun and is in progress. */
function controlledWork() {
  const finish = new Map<number, () => void>();
  const seen = { begun: 0, underway: 0, most: 0 };
  const signals: AbortSignal[] = [];
  const work = async (item: number, signal: AbortSignal): Promise<number> => {
    seen.begun++;
    seen.most = Math.max(seen.most, ++seen.underway);
    signals.push(signal);
    await new Promise<void>((resolve) => {
      finish.set(item, resolve);
      signal.addEventListener('abort', () => resolve());
    });
    seen.underway--;
    return item * 10;
  };
  return { work, finish: (item: number) => finish.get(item)?.(), seen, signals };
}

t.test('results have the order of the items, in whatever order the work ends', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 5 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 5 }),
      async (delays, concurrency, ahead) => {
        let underway = 0;
        const results: number[] = [];
        const work = async (index: number): Promise<number> => {
          if (++underway > concurrency) t.fail(`${underway} in progress, ${concurrency} allowed`);
          await turns(delays[index]);
          underway--;
          return index;
        };
        for await (const result of mapOrdered(delays.keys(), work, { concurrency, ahead }))
          results.push(result);
        t.same(results, [...delays.keys()]);
      },
    ),
    { numRuns: 50 },
  );
});

t.test('a slow first item delays the output, and the work only after `ahead` results', async (t) => {
  const { work, finish, seen } = controlledWork();
  const results = mapOrdered(Array(100).keys(), work, { concurrency: 4, ahead: 6 });
  t.equal(seen.begun, 0, 'nothing is started before the first request');
  const first = results.next();
  await turns();
  t.equal(seen.underway, 4);
  for (let item = 1; item < 100; item++) {
    finish(item);
    await turns();
  }
  t.equal(seen.begun, 10, 'four in progress or six waiting for the first');
  finish(0);
  t.same(await first, { done: false, value: 0 });
  t.equal(seen.most, 4);
  for (let item = 10; item < 100; item++) {
    finish(item);
    await turns();
  }
  t.equal(seen.begun, 11, 'without further requests no work is started');
  await results.return();
});

t.test('leaving the loop aborts the work, waits for it and closes the items', async (t) => {
  const { work, finish, seen, signals } = controlledWork();
  let closed = false;
  function* items() {
    try {
      for (let item = 0; ; item++) yield item;
    } finally {
      closed = true;
    }
  }
  setImmediate(() => finish(0));
  for await (const result of mapOrdered(items(), work, { concurrency: 3 })) {
    t.equal(result, 0);
    break;
  }
  t.ok(signals.every(({ aborted }) => aborted));
  t.match(seen, { underway: 0 });
  t.ok(closed);
});

t.test(
  'a stop yields the results up to the first missing one; an abort rejects with its reason',
  async (t) => {
    for (const kind of ['stop', 'signal'] as const) {
      const { work, finish, seen } = controlledWork();
      const control = new AbortController();
      const results = mapOrdered(Array(9).keys(), work, { concurrency: 5, [kind]: control.signal });
      const first = results.next();
      await turns();
      for (const item of [0, 1, 3]) finish(item);
      t.match(await first, { value: 0 });
      await turns();
      control.abort(new Error('enough'));
      if (kind === 'stop') {
        t.same(await results.next(), { done: false, value: 10 });
        t.same(await results.next(), { done: true, value: undefined });
      } else await t.rejects(results.next(), { message: 'enough' });
      t.match(seen, { underway: 0 });
    }
    const before = mapOrdered([1], async () => 1, { concurrency: 1, stop: AbortSignal.abort() });
    t.match(await before.next(), { done: true });
  },
);

t.test('batches: after a stop come the results that waited for a missing one', async (t) => {
  const { work, finish } = controlledWork();
  const control = new AbortController();
  const batches = mapOrderedBatches(Array(9).keys(), work, { concurrency: 5, stop: control.signal });
  const first = batches.next();
  await turns();
  for (const item of [0, 2, 4]) finish(item);
  t.same((await first).value, { results: [0], isBehindGap: false });
  const rest = batches.next();
  await turns();
  control.abort();
  t.same(await rest, { done: false, value: { results: [20, 40], isBehindGap: true } });
  t.same(await batches.next(), { done: true, value: false }, 'items are left');
  const whole = mapOrderedBatches([1], async (item) => item, { concurrency: 1 });
  t.same((await whole.next()).value, { results: [1], isBehindGap: false });
  t.same(await whole.next(), { done: true, value: true });
});

t.test('a stop does not wait for an item that never comes', async (t) => {
  const stop = new AbortController();
  async function* items() {
    yield 1;
    await new Promise(() => {});
  }
  const results = mapOrdered(items(), async (item) => item, { concurrency: 2, stop: stop.signal });
  t.match(await results.next(), { value: 1 });
  const second = results.next();
  await turns();
  stop.abort();
  t.match(await second, { done: true });
});

t.test('an error ends the iteration in the place of the result', async (t) => {
  const results: number[] = [];
  const failing = async (item: number): Promise<number> => {
    if (item === 2) throw new Error('two');
    return item;
  };
  await t.rejects(
    async () => {
      for await (const result of mapOrdered([0, 1, 2, 3], failing, { concurrency: 4 })) results.push(result);
    },
    { message: 'two' },
  );
  t.same(results, [0, 1]);
  async function* broken() {
    yield 1;
    throw new Error('no more');
  }
  const read: number[] = [];
  await t.rejects(
    async () => {
      for await (const result of mapOrdered(broken(), async (item) => item, { concurrency: 3 }))
        read.push(result);
    },
    { message: 'no more' },
  );
  t.same(read, [1], 'items read before the error are processed');
});

t.test('synchronous work leaves turns to the event loop', async (t) => {
  let turnsSeen = 0;
  const count = (): void => {
    turnsSeen++;
    if (turnsSeen < 1000) turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  const results: number[] = [];
  for await (const result of mapOrdered(Array(1000).keys(), (item) => item * 2, { concurrency: 4 }))
    results.push(result);
  clearImmediate(turn);
  t.same(
    results,
    Array.from({ length: 1000 }, (_, index) => index * 2),
  );
  t.ok(turnsSeen >= 10, `${turnsSeen} turns`);
});

t.test('batches have the same results, and an error follows the results before it', async (t) => {
  const seen: number[] = [];
  const work = (item: number): number => {
    if (item === 150) throw new Error('the 151st');
    return item;
  };
  await t.rejects(
    async () => {
      for await (const batch of mapOrderedBatches(Array(300).keys(), work, { concurrency: 8 })) {
        t.ok(batch.results.length > 0);
        seen.push(...batch.results);
      }
    },
    { message: 'the 151st' },
  );
  t.same(seen, [...Array(150).keys()]);
});

t.test('promises of another realm are awaited', async (t) => {
  const other: PromiseConstructor = runInNewContext('Promise');
  let given = 0;
  const next = (): Promise<IteratorResult<number>> =>
    other.resolve(given < 3 ? { done: false, value: given++ } : { done: true, value: undefined });
  const items = { [Symbol.asyncIterator]: () => ({ next }) };
  t.notOk(next() instanceof Promise);
  given = 0;
  const results: number[] = [];
  for await (const result of mapOrdered(items, (item) => item, { concurrency: 2 })) results.push(result);
  t.same(results, [0, 1, 2]);
});
