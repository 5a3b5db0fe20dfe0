import { test } from 'tap';
import { CapabilityError, InvalidInputError } from '../../src/core/errors.js';
import { resultsOf, skippedOf, startBranches } from '../../src/observe/branches.js';

const noEngine = () => new CapabilityError('CAP_NET_RAW', 'raw sockets need CAP_NET_RAW', 'sudo pprobe');

/** A measurement that ends when the signal aborts. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

test('a step that this host cannot make is skipped, and the results of the others are kept', async (t) => {
  const branches = startBranches(undefined, undefined);
  const outcomes = await Promise.all([
    branches.run('trace', async () => 'first'),
    branches.run<string>('trace', () => Promise.reject(noEngine())),
    branches.run<string>('trace', () => Promise.reject(noEngine())),
    branches.run('trace', async () => 'last'),
  ]);
  t.same(resultsOf(outcomes), ['first', 'last']);
  t.same(skippedOf(outcomes), [
    {
      step: 'trace',
      reason: 'raw sockets need CAP_NET_RAW',
      missing: 'CAP_NET_RAW',
      remedy: 'sudo pprobe',
    },
  ]);
  t.doesNotThrow(() => branches.throwIfFailed());
});

test('a system call that fails is a skipped step, with its error code', async (t) => {
  const branches = startBranches(undefined, undefined);
  const error = Object.assign(new Error('socket failed'), { syscall: 'socket', code: 'EMFILE' });
  const outcomes = await Promise.all([
    branches.run<string>('tls', () => Promise.reject(error)),
    branches.run('tcp', async () => 'connected'),
  ]);
  t.same(resultsOf(outcomes), ['connected']);
  t.same(skippedOf(outcomes), [{ step: 'tls', reason: 'socket failed (EMFILE)' }]);
  t.doesNotThrow(() => branches.throwIfFailed());
});

test('any other error aborts the other measurements, and is thrown', async (t) => {
  const branches = startBranches(undefined, undefined);
  const wrong = new InvalidInputError('dns.servers', 'dns.servers: not an address');
  const outcomes = await Promise.all([
    branches.run('trace', () => untilAborted(branches.signals.signal)),
    branches.run('dns', () => Promise.reject(wrong)),
  ]);
  t.same(outcomes, [
    { result: null, skipped: [] },
    { result: null, skipped: [] },
  ]);
  t.throws(() => branches.throwIfFailed(), wrong);
});

test("the reason of the caller's signal is thrown, and no step is skipped because of it", async (t) => {
  const caller = new AbortController();
  const branches = startBranches(caller.signal, undefined);
  const tracing = branches.run('trace', () => untilAborted(branches.signals.signal));
  const reason = new Error('the caller gave up');
  caller.abort(reason);
  t.same(await tracing, { result: null, skipped: [] });
  t.throws(() => branches.throwIfFailed(), reason);
});

test('stop ends the measurements with what they have, and throws nothing', async (t) => {
  const stop = new AbortController();
  const branches = startBranches(undefined, stop.signal);
  const tracing = branches.run('trace', async () => {
    await untilAborted(branches.signals.stop).catch(() => {});
    return 'the hops so far';
  });
  stop.abort();
  t.same(resultsOf([await tracing]), ['the hops so far']);
  t.doesNotThrow(() => branches.throwIfFailed());
});
