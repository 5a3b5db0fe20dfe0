import fc from 'fast-check';
import t from 'tap';
import type { TcpAttempt, TcpStatus } from '../../../src/documents/tcp.js';
import { statisticsOf } from '../../../src/probe/tcp/statistics.js';
import { tcpAttempt } from '../../report/documents.js';

function attempts(address: string, ...ends: [status: TcpStatus, durationMs: number][]): TcpAttempt[] {
  return ends.map(([status, durationMs]) => tcpAttempt({ address, status, durationMs }));
}

t.test('as in ping: loss over all attempts, times over the answered ones, per address', async (t) => {
  const first = attempts('10.0.0.1', ['open', 10], ['refused', 20], ['timeout', 3000], ['open', 30]);
  const second = attempts('10.0.0.2', ['timeout', 3000], ['unreachable', 5]);
  t.same(statisticsOf([...first.slice(0, 2), ...second, ...first.slice(2)]), [
    {
      address: '10.0.0.1',
      sent: 4,
      answered: 3,
      open: 2,
      lossPercent: 25,
      minMs: 10,
      avgMs: 20,
      maxMs: 30,
      mdevMs: 8.165,
    },
    {
      address: '10.0.0.2',
      sent: 2,
      answered: 0,
      open: 0,
      lossPercent: 100,
      minMs: null,
      avgMs: null,
      maxMs: null,
      mdevMs: null,
    },
  ]);
});

t.test('an attempt that was never made is not a loss', async (t) => {
  const [statistics] = statisticsOf(attempts('10.0.0.1', ['error', 0], ['open', 7]));
  t.match(statistics, { sent: 1, answered: 1, lossPercent: 0, minMs: 7, mdevMs: 0 });
  t.match(statisticsOf(attempts('10.0.0.1', ['error', 0])), [{ sent: 0, lossPercent: null, minMs: null }]);
});

t.test("min, avg, max and mdev are in order, and iputils' formula agrees", async () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3_000_000 }), { minLength: 1, maxLength: 50 }),
      (micros) => {
        const times = micros.map((each) => each / 1000);
        const ends = times.map((time): [TcpStatus, number] => ['open', time]);
        const [found] = statisticsOf(attempts('10.0.0.1', ...ends));
        const { minMs, avgMs, maxMs, mdevMs } = found ?? {};
        if (minMs == null || avgMs == null || maxMs == null || mdevMs == null) return false;
        // ping.c: the square root of the mean of squares less the square of the mean.
        const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
        const squares = times.reduce((sum, time) => sum + time * time, 0) / times.length;
        const mdev = Math.sqrt(Math.max(0, squares - mean * mean));
        const isOrdered = minMs <= avgMs + 0.001 && avgMs <= maxMs + 0.001;
        return isOrdered && Math.abs(mdevMs - mdev) < 0.01 && Math.abs(avgMs - mean) < 0.001;
      },
    ),
  );
});
