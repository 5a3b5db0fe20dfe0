import { test } from 'tap';
import { parseGetent, systemAddresses } from '../../src/host/getent.js';

test('the addresses of getent are parsed, without duplicates and other lines', async (t) => {
  t.same(parseGetent('10.0.2.20       STREAM name\n10.0.2.20       DGRAM  \nfd10::20  STREAM\nbad\n'), [
    '10.0.2.20',
    'fd10::20',
  ]);
});

test('localhost has addresses; a stop is reported, and an abort rejects with its reason', async (t) => {
  t.match(await systemAddresses('localhost'), { errorCode: null });
  const stop = AbortSignal.abort();
  t.match(await systemAddresses('localhost', { stop }), { addresses: [], errorCode: 'ECANCELED' });
  await t.rejects(systemAddresses('localhost', { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
});
