import type { TraceHop, TraceProbe } from '../../documents/trace.js';
import type { HopStatistics } from '../../documents/trace-watch.js';

/**
 * Mean and standard deviation of a stream of values, in one pass and without the loss of precision of a sum of squares (B. P.
 * Welford, Technometrics 4, 1962).
 */
export class RunningStatistics {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #last: number | null = null;
  #best: number | null = null;
  #worst: number | null = null;

  add(value: number): void {
    this.#count += 1;
    const before = value - this.#mean;
    this.#mean += before / this.#count;
    this.#squares += before * (value - this.#mean);
    this.#last = value;
    this.#best = Math.min(value, this.#best ?? value);
    this.#worst = Math.max(value, this.#worst ?? value);
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number | null {
    return this.#count === 0 ? null : this.#mean;
  }

  get standardDeviation(): number | null {
    return this.#count < 2 ? null : Math.sqrt(this.#squares / (this.#count - 1));
  }

  get last(): number | null {
    return this.#last;
  }

  get best(): number | null {
    return this.#best;
  }

  get worst(): number | null {
    return this.#worst;
  }
}

/** Collects the results of one hop over many rounds. */
export class HopRecord {
  readonly #ttl: number;
  readonly #rtt = new RunningStatistics();
  #addresses: string[] = [];
  #sent = 0;
  #received = 0;
  #rateLimited = false;

  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  /** Adds a round. `isCut`: the round was interrupted, so probes without a reply do not count. */
  add({ probes, rateLimited }: TraceHop, isCut = false): void {
    this.#rateLimited = rateLimited;
    for (const probe of probes) {
      if (probe.reply === 'send-error' || (isCut && probe.reply === 'none')) continue;
      this.#sent += probe.sent;
      this.#received += answersTo(probe);
      if (probe.rttMs !== null) this.#rtt.add(probe.rttMs);
      const { from } = probe;
      if (from !== null) this.#addresses = [from, ...this.#addresses.filter((each) => each !== from)];
    }
  }

  statistics(): HopStatistics {
    const lost = this.#sent - this.#received;
    return {
      ttl: this.#ttl,
      addresses: [...this.#addresses],
      sent: this.#sent,
      received: this.#received,
      lossPercent: this.#sent === 0 ? null : rounded((lost / this.#sent) * 100),
      lastMs: rounded(this.#rtt.last),
      averageMs: rounded(this.#rtt.mean),
      bestMs: rounded(this.#rtt.best),
      worstMs: rounded(this.#rtt.worst),
      standardDeviationMs: rounded(this.#rtt.standardDeviation),
      rateLimited: this.#rateLimited,
    };
  }
}

/** Number of the probe's SYNs that were answered. Further copies of a reply do not count. */
function answersTo({ from, sent, duplicates }: TraceProbe): number {
  return from === null ? 0 : Math.min(sent, 1 + duplicates);
}

function rounded(value: number): number;
function rounded(value: number | null): number | null;
/** To a thousandth, the precision of the measurement. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
