import t from 'tap';
import { Cancel } from '../../../src/probe/tcp/cancel.js';

t.test('a cancel adds no listener before its signal is read, and has none after close()', async (t) => {
  const stop = new AbortController();
  const cancel = new Cancel({ stop: stop.signal });
  t.notOk(cancel.isCanceled);
  const { signal } = cancel;
  t.equal(cancel.signal, signal);
  cancel.close();
  stop.abort();
  t.notOk(signal.aborted);
  t.ok(cancel.isCanceled);
  t.notOk(cancel.isDiscarded, 'the results are still used');
  t.ok(new Cancel({ signal: AbortSignal.abort() }).isDiscarded);
  t.ok(new Cancel({ stop: AbortSignal.abort() }).signal.aborted, 'aborted before it was created');
});
