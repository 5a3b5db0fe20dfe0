import { setMaxListeners } from 'node:events';
import { systemClock } from '../core/clock.js';
import type { ResolveOptions } from '../probe/dns/options.js';
import { withoutFinalDot } from '../target/dns-name.js';

/** Looks up the name of an address; null where it has no name. Rejects only where there is no resolver to ask. */
export type AskName = (address: string, signal: AbortSignal) => Promise<string | null>;

const mostAtOnce = 8;

/**
 * Looks up the names of addresses in the background, as the addresses appear. The trace does not wait for them. Each
 * address is looked up once, and few at a time, so that the resolver sees no burst.
 */
export class HopNames {
  readonly #ask: AskName;
  readonly #onName: (address: string, name: string) => void;
  readonly #names = new Map<string, string | null>();
  readonly #waiting: string[] = [];
  readonly #closing = new AbortController();
  #underWay = 0;
  #settled: (() => void) | null = null;

  constructor(ask: AskName, onName: (address: string, name: string) => void = () => {}) {
    this.#ask = ask;
    this.#onName = onName;
    // One listener per question is meant here.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Asks for the addresses that are new. */
  want(addresses: Iterable<string | null>): void {
    for (const address of addresses) {
      if (address === null || this.#names.has(address) || this.#closing.signal.aborted) continue;
      this.#names.set(address, null);
      this.#waiting.push(address);
    }
    this.#begin();
  }

  /** What is known so far, in the order in which the addresses appeared; null: no name, or not known yet. */
  known(): Record<string, string | null> {
    return Object.fromEntries(this.#names);
  }

  /** Resolves when every answer has come, after `patienceMs`, or when `stop` aborts. */
  async settle(patienceMs: number, stop?: AbortSignal): Promise<void> {
    if (this.#underWay === 0 || stop?.aborted === true) return;
    await new Promise<void>((done) => {
      const cancelTimer = systemClock.after(patienceMs, end);
      function end(): void {
        cancelTimer();
        stop?.removeEventListener('abort', end);
        done();
      }
      this.#settled = end;
      stop?.addEventListener('abort', end);
    });
    this.#settled = null;
  }

  /** Ends what is under way and asks no more. */
  close(): void {
    this.#waiting.length = 0;
    this.#closing.abort();
  }

  #begin(): void {
    while (this.#underWay < mostAtOnce) {
      const address = this.#waiting.shift();
      if (address === undefined) break;
      this.#underWay += 1;
      // It rejects with what the caller's own callback threw, and with nothing else.
      void this.#answer(address);
    }
  }

  async #answer(address: string): Promise<void> {
    // The trace is complete without names: a failed lookup does not end it.
    const name = await this.#ask(address, this.#closing.signal).catch(() => null);
    this.#underWay -= 1;
    try {
      if (name !== null && !this.#closing.signal.aborted) {
        this.#names.set(address, name);
        this.#onName(address, name);
      }
    } finally {
      this.#begin();
      if (this.#underWay === 0) this.#settled?.();
    }
  }
}

/** Asks the resolvers of this host, or those of `options`, for an address's PTR record. */
export function ptrOver(options: ResolveOptions = {}): AskName {
  return async (address, signal) => {
    const [{ resolve }, { reverseName }] = await Promise.all([
      import('../probe/dns/resolve.js'),
      import('../target/dns-name.js'),
    ]);
    const { records } = await resolve(reverseName(address), {
      timeoutMs: 1000,
      ...options,
      types: ['PTR'],
      search: false,
      signal,
      stop: undefined,
    });
    const data = records.find(({ type }) => type === 'PTR')?.data;
    return data === undefined ? null : withoutFinalDot(data);
  };
}
