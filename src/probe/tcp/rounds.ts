import type { Soon } from '../../soon.js';
import type { Cancel } from './cancel.js';

export interface Rounds {
  count: number;
  /** From the beginning of one to that of the next. */
  intervalMs: number;
  /** Begins no more rounds; the first begins in any case. */
  cancel: Cancel;
}

/**
 * Begins the same work `count` times, every `intervalMs`, whether the earlier ones have ended or not: a silent address must
 * not slow down what is asked of the others. The results in the order of the rounds; rejects as soon as one does.
 */
export function inRounds<Result>(
  work: () => Soon<Result[]>,
  { count, intervalMs, cancel }: Rounds,
): Soon<Result[]> {
  if (count === 1) return work();
  const stop = cancel.signal;
  return new Promise((resolve, reject) => {
    const rounds: Promise<Result[]>[] = [];
    const finish = (): void => {
      clearInterval(timer);
      stop.removeEventListener('abort', finish);
      Promise.all(rounds).then((results) => resolve(results.flat()), reject);
    };
    const begin = (): void => {
      const round = new Promise<Result[]>((resolveRound) => resolveRound(work()));
      rounds.push(round);
      round.catch((error: unknown) => {
        clearInterval(timer);
        stop.removeEventListener('abort', finish);
        reject(error);
      });
      if (rounds.length === count) finish();
    };
    const timer = setInterval(begin, intervalMs);
    begin();
    if (stop.aborted) finish();
    else stop.addEventListener('abort', finish);
  });
}
