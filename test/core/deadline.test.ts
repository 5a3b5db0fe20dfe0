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
