import fc from 'fast-check';
import { test } from 'tap';
import { unsentProbe } from '../../../src/probe/trace/probe-result.js';
import { HopRecord, RunningStatistics } from '../../../src/probe/trace/statistics.js';
import { hop, probe, silence } from '../../report/documents.js';

test('mean and deviation in one pass equal those of two passes', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 2 }), (microseconds) => {
      const values = microseconds.map((value) => value / 1000);
      const running = new RunningStatistics();
      for (const value of values) running.add(value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const close = (first: number | null, second: number) => Math.abs((first ?? Number.NaN) - second) < 1e-6;
      return (
        close(running.mean, mean) &&
        close(running.standardDeviation, Math.sqrt(squares / (values.length - 1))) &&
        running.best === Math.min(...values) &&
        running.worst === Math.max(...values) &&
        running.last === values.at(-1)
      );
    }),
  );
  t.pass();
});

test('a small spread far from zero is not lost to rounding', async (t) => {
  const running = new RunningStatistics();
  for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) running.add(value);
  t.equal(running.standardDeviation, Math.sqrt(30));
});

test('without replies all is null, and one reply has no deviation', async (t) => {
  const record = new HopRecord(3);
  t.match(record.statistics(), { ttl: 3, sent: 0, lossPercent: null, lastMs: null, averageMs: null });
  record.add(hop(3, probe({ rttMs: 2 })));
  t.match(record.statistics(), { lossPercent: 0, averageMs: 2, bestMs: 2, standardDeviationMs: null });
});

test('loss counts SYNs: a lost first one counts, one that was never sent does not', async (t) => {
  const record = new HopRecord(1);
  record.add(hop(1, probe({ sent: 2 }), silence, unsentProbe('ENOBUFS')));
  t.match(record.statistics(), { sent: 3, received: 1, lossPercent: 66.667 });
  record.add(hop(1, probe({ sent: 2, duplicates: 1 })));
  t.match(record.statistics(), { sent: 5, received: 3, lossPercent: 40 }, 'both SYNs were answered');
});

test('an interrupted round does not count missing replies as losses', async (t) => {
  const record = new HopRecord(1);
  record.add(hop(1, probe(), silence), true);
  t.match(record.statistics(), { sent: 1, received: 1, lossPercent: 0 });
});

test('addresses appear once, the latest first', async (t) => {
  const record = new HopRecord(1);
  for (const from of ['10.0.0.1', '10.0.0.2', '10.0.0.1']) record.add(hop(1, probe({ from })));
  t.same(record.statistics().addresses, ['10.0.0.1', '10.0.0.2']);
});
