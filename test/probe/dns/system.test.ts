import t from 'tap';
import { lookupSystem } from '../../../src/probe/dns/compare.js';

t.test('every system has addresses for localhost', async (t) => {
  const { addresses, errorCode, durationMs } = await lookupSystem('localhost');
  t.equal(errorCode, null);
  t.ok(addresses.includes('127.0.0.1') || addresses.includes('::1'), addresses.join());
  t.equal(new Set(addresses).size, addresses.length);
  t.ok(durationMs > 0);
});

t.test('an invalid name is refused, and an abort rejects', async (t) => {
  await t.rejects(lookupSystem('a..b'), { name: 'InvalidInputError' });
  await t.rejects(lookupSystem('localhost', { signal: AbortSignal.abort(new Error('no')) }), {
    message: 'no',
  });
  const abort = new AbortController();
  const asking = lookupSystem('localhost', { signal: abort.signal });
  abort.abort(new Error('now'));
  await t.rejects(asking, { message: 'now' });
});
