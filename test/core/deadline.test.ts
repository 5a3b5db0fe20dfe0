import t from 'tap';
import { giveUpAt, type Limits } from '../../src/core/deadline.js';

const timeoutMs = 60_000;

/** Which handler is called, and not before `giveUpAt` has returned. */
async function firstOf(limits: Omit<Limits, 'timeoutMs'>): Promise<string> {
  return await new Promise((resolve) => {
    let callOff: () => void = () => resolve('too early');
    const is = (what: string) => () => {
      callOff();
      resolve(what);
    };
    callOff = giveUpAt(
      { timeoutMs, ...limits },
      { onTimeout: is('timeout'), onStop: is('stop'), onAbort: is('abort') },
    );
  });
}

t.test('a limit that was reached before counts at once', async (t) => {
  const reached = AbortSignal.abort();
  t.equal(await firstOf({ stop: reached }), 'stop');
  t.equal(await firstOf({ signal: reached }), 'abort');
  t.equal(await firstOf({ signal: reached, stop: reached }), 'abort', 'who throws all away wants no result');
});

t.test('called off, nothing is called any more', async (t) => {
  const stopping = new AbortController();
  stopping.abort();
  const never = () => t.fail('it was called off');
  const limits = { timeoutMs: 1, stop: stopping.signal };
  giveUpAt(limits, { onTimeout: never, onStop: never })();
  await new Promise((resolve) => setTimeout(resolve, 20));
});
