import { roundMs } from '../../core/clock.js';
import type { TcpAttempt, TcpStatistics, TcpStatus } from '../../documents/tcp.js';

/** The statuses that the target's own TCP answers with. */
const answers: readonly TcpStatus[] = ['open', 'refused', 'reset'];

/** Summarizes the attempts on each address, in the order in which the addresses first appear. Pure. */
export function statisticsOf(attempts: readonly TcpAttempt[]): TcpStatistics[] {
  const byAddress = new Map<string, TcpAttempt[]>();
  for (const attempt of attempts) {
    const known = byAddress.get(attempt.address);
    if (known === undefined) byAddress.set(attempt.address, [attempt]);
    else known.push(attempt);
  }
  return [...byAddress].map(([address, own]) => summarize(address, own));
}

function summarize(address: string, attempts: readonly TcpAttempt[]): TcpStatistics {
  // An attempt that this process could not make, or that was canceled, says nothing about the target.
  const sent = attempts.filter(({ status }) => status !== 'error');
  const answered = sent.filter(({ status }) => answers.includes(status));
  const times = answered.map(({ durationMs }) => durationMs);
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  const variance = times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / times.length;
  const orNull = (value: number) => (times.length === 0 ? null : roundMs(value));
  return {
    address,
    sent: sent.length,
    answered: answered.length,
    open: sent.filter(({ status }) => status === 'open').length,
    lossPercent: sent.length === 0 ? null : Math.round((1 - answered.length / sent.length) * 100_000) / 1000,
    minMs: orNull(times.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)),
    avgMs: orNull(mean),
    maxMs: orNull(times.reduce((most, each) => Math.max(most, each), 0)),
    mdevMs: orNull(Math.sqrt(variance)),
  };
}
