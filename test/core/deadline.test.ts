import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { anyOf, type Limits, startLimits } from '../../src/core/deadline.js';

const timeoutMs = 60_000;

/** The handler that is called first; 'too early' if it is called before `startLimits` has returned. */
async function firstOf(limits: Omit<Limits, 'timeoutMs'>): Promise<string> {
  return await new Promise((resolve) => {
    let cancelLimits: () => void = () => resolve('too early');
    const is = (what: string) => () => {
      cancelLimits();
      resolve(what);
    };
    cancelLimits = startLimits(
      { timeoutMs, ...limits },
      { onTimeout: is('timeout'), onStop: is('stop'), onAbort: is('abort') },
    );
  });
}

t.test('the handler of a signal that has aborted already is called', async (t) => {
  const reached = AbortSignal.abort();
  t.equal(await firstOf({ stop: reached }), 'stop');
  t.equal(await firstOf({ signal: reached }), 'abort');
  t.equal(await firstOf({ signal: reached, stop: reached }), 'abort', 'an abort has precedence over a stop');
});

t.test('after cancellation no handler is called', async (t) => {
  const stopping = new AbortController();
  stopping.abort();
  const never = () => t.fail('the limits were canceled');
  const limits = { timeoutMs: 1, stop: stopping.signal };
  startLimits(limits, { onTimeout: never, onStop: never })();
  await new Promise((resolve) => setTimeout(resolve, 20));
});

t.test(
  'a combined signal follows a timeout signal that nothing else refers to, through garbage collection',
  async (t) => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const never = new AbortController();
    const collecting = setInterval(collect, 10);
    t.teardown(() => clearInterval(collecting));
    const combined = [anyOf(AbortSignal.timeout(200)), anyOf(anyOf(AbortSignal.timeout(200)), never.signal)];
    const reasons = combined.map(
      (signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason.name))),
    );
    t.same(await Promise.all(reasons), ['TimeoutError', 'TimeoutError']);
  },
);

t.test(
  'a signal that lives long keeps nothing of the signals that were combined from it, whether they had listeners or not',
  async (t) => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const lasting = new AbortController();
    const collectAll = async (): Promise<number> => {
      for (let turn = 0; turn < 3; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        collect();
      }
      return process.memoryUsage().heapUsed;
    };
    const combine = (): void => {
      for (let count = 0; count < 2000; count++) {
        const combined = anyOf(anyOf(lasting.signal), undefined);
        const listener = (): void => {};
        combined.addEventListener('abort', listener);
        combined.removeEventListener('abort', listener);
      }
    };
    combine();
    await collectAll();
    combine();
    const before = await collectAll();
    combine();
    combine();
    const octets = ((await collectAll()) - before) / 8000;
    // AbortSignal.any() leaves at least 64.
    t.ok(octets < 50, `${octets} octets for each combined signal`);
    const late = anyOf(anyOf(lasting.signal), new AbortController().signal);
    const reason = new Promise((resolve) => late.addEventListener('abort', () => resolve(late.reason)));
    lasting.abort('over');
    t.equal(await reason, 'over');
    t.equal(late.aborted, true);
  },
);

t.test('a combined signal has aborted as soon as its source has', async (t) => {
  const source = new AbortController();
  const combined = anyOf(undefined, anyOf(source.signal));
  t.equal(combined.aborted, false);
  source.abort('now');
  t.equal(combined.reason, 'now');
  t.equal(anyOf(source.signal, new AbortController().signal).reason, 'now');
  t.equal(anyOf().aborted, false);
});
