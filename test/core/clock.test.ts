import t from 'tap';
import { afterRunning, type Clock } from '../../src/core/clock.js';

/** A clock whose process can stand still: what is due meanwhile is called when it runs again. */
class StoppableClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Map<object, { atMs: number; callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const key = {};
    this.#timers.set(key, { atMs: this.#nowMs + delayMs, callback });
    return () => void this.#timers.delete(key);
  }

  run(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) this.#call(next);
    this.#nowMs = untilMs;
  }

  standStill(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter(([, { atMs }]) => atMs <= this.#nowMs);
    for (const [key] of due) this.#call(key);
  }

  #due(untilMs: number): object | undefined {
    const [first] = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs);
    return first !== undefined && first[1].atMs <= untilMs ? first[0] : undefined;
  }

  #call(key: object): void {
    const timer = this.#timers.get(key);
    this.#timers.delete(key);
    if (timer === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.callback();
  }
}

function started(delayMs: number) {
  const clock = new StoppableClock();
  let calls = 0;
  const onReached = (): void => {
    calls += 1;
  };
  const limit = afterRunning(delayMs, onReached, clock);
  return { clock, limit, calls: () => calls };
}

t.test('a limit is reached once, after its time', async (t) => {
  const { clock, limit, calls } = started(2300);
  clock.run(2299);
  t.equal(calls(), 0);
  t.equal(limit.leftMs(), 1);
  clock.run(1);
  t.equal(calls(), 1);
  t.equal(limit.leftMs(), 0);
  clock.run(10_000);
  t.equal(calls(), 1);
});

t.test('the time in which the process stood still does not count', async (t) => {
  for (const ranMs of [0, 100, 1700, 2290]) {
    const { clock, limit, calls } = started(2300);
    clock.run(ranMs);
    clock.standStill(60_000);
    t.equal(calls(), 0, 'what arrived meanwhile is read first');
    const leftMs = limit.leftMs();
    t.ok(leftMs >= 500 && leftMs <= Math.max(500, 2300 - ranMs + 500), `${leftMs} ms left`);
    clock.run(leftMs);
    t.equal(calls(), 1);
  }
});

t.test('a short delay counts: a busy host must not prolong a limit for ever', async (t) => {
  const { clock, calls } = started(2300);
  for (let round = 0; round < 10; round += 1) clock.standStill(400);
  t.equal(calls(), 1);
});

t.test('a process that never runs for long without a pause reaches its limit all the same', async (t) => {
  const { clock, calls } = started(2300);
  let rounds = 0;
  while (calls() === 0 && rounds < 100) {
    clock.standStill(5000);
    rounds += 1;
  }
  t.equal(calls(), 1);
  t.ok(rounds <= 7, `${rounds} rounds`);
});

t.test('a limit that is canceled is not reached', async (t) => {
  const { clock, limit, calls } = started(2300);
  clock.run(700);
  limit.cancel();
  clock.run(60_000);
  t.equal(calls(), 0);
});

t.test('a limit that is over when it begins is reached at once', async (t) => {
  const { clock, calls } = started(-5);
  clock.run(0);
  t.equal(calls(), 1);
});
