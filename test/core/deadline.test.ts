import t from 'tap';
import { type Limits, startLimits } from '../../src/core/deadline.js';

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
