import { roundMs } from '../../clock.js';
import type { TcpAttempt, TcpStatistics, TcpStatus } from './types.js';

/** The target's own TCP answered, whatever it said. */
const answers: readonly TcpStatus[] = ['open', 'refused', 'reset'];

/** Sums up the attempts on each address, in the order in which the addresses come first. Pure. */
export function statisticsOf(attempts: readonly TcpAttempt[]): TcpStatistics[] {
  const byAddress = new Map<string, TcpAttempt[]>();
  for (const attempt of attempts) {
    const known = byAddress.get(attempt.address);
    if (known === undefined) byAddress.set(attempt.address, [attempt]);
    else known.push(attempt);
  }
  return [...byAddress].map(([address, own]) => sumUp(address, own));
}

function sumUp(address: string, attempts: readonly TcpAttempt[]): TcpStatistics {
  // What this process could not try, or was told to end, says nothing of the target.
  const sent = attempts.filter(({ status }) => status !== 'error');
  const answered = sent.filter(({ status }) => answers.includes(status));
  const times = answered.map(({ durationMs }) => durationMs);
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  const variance = times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / times.length;
  const known = (value: number) => (times.length === 0 ? null : roundMs(value));
  return {
    address,
    sent: sent.length,
    answered: answered.length,
    open: sent.filter(({ status }) => status === 'open').length,
    lossPercent: sent.length === 0 ? null : Math.round((1 - answered.length / sent.length) * 100_000) / 1000,
    minMs: known(times.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)),
    avgMs: known(mean),
    maxMs: known(times.reduce((most, each) => Math.max(most, each), 0)),
    mdevMs: known(Math.sqrt(variance)),
  };
}
