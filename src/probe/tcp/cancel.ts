import { setMaxListeners } from 'node:events';

/** The caller's signals that end attempts early. */
export interface CallerSignals {
  /** When aborted, all results are discarded. */
  signal?: AbortSignal | undefined;
  /** When aborted, the attempts end with what is known. */
  stop?: AbortSignal | undefined;
}

/**
 * Cancels all attempts of one call. It listens to the caller's signals only once an attempt has to wait; most attempts of a
 * sweep end without waiting.
 */
export class Cancel {
  readonly #signals: CallerSignals;
  #controller: AbortController | null = null;
  #isDropped = false;
  readonly #abort = (): void => this.#controller?.abort();

  constructor(signals: CallerSignals) {
    this.#signals = signals;
  }

  /** The results are discarded. */
  get isDiscarded(): boolean {
    return this.#isDropped || this.#signals.signal?.aborted === true;
  }

  get isCanceled(): boolean {
    return this.isDiscarded || this.#signals.stop?.aborted === true;
  }

  /** Aborted when the attempts are canceled. Reading it adds listeners to the caller's signals, until `close`. */
  get signal(): AbortSignal {
    if (this.#controller !== null) return this.#controller.signal;
    this.#controller = new AbortController();
    // Each attempt adds a listener, and Node warns of a leak from the eleventh on.
    setMaxListeners(0, this.#controller.signal);
    this.#signals.signal?.addEventListener('abort', this.#abort);
    this.#signals.stop?.addEventListener('abort', this.#abort);
    if (this.isCanceled) this.#abort();
    return this.#controller.signal;
  }

  /** Ends all attempts in progress and discards their results. */
  drop(): void {
    this.#isDropped = true;
    this.#abort();
  }

  /** Removes the listeners from the caller's signals. */
  close(): void {
    if (this.#controller === null) return;
    this.#signals.signal?.removeEventListener('abort', this.#abort);
    this.#signals.stop?.removeEventListener('abort', this.#abort);
  }
}
