import { setMaxListeners } from 'node:events';

/** Who may end attempts before their time. */
export interface Enders {
  /** Throw everything away. */
  signal?: AbortSignal | undefined;
  /** Finish now, with what is known. */
  stop?: AbortSignal | undefined;
}

/** The end of all attempts of one call. Listens to nobody until an attempt has to wait: most of a sweep never do. */
export class Cancel {
  readonly #enders: Enders;
  #controller: AbortController | null = null;
  #isDropped = false;
  readonly #abort = (): void => this.#controller?.abort();

  constructor(enders: Enders) {
    this.#enders = enders;
  }

  /** No result is wanted any more. */
  get isThrown(): boolean {
    return this.#isDropped || this.#enders.signal?.aborted === true;
  }

  get isCanceled(): boolean {
    return this.isThrown || this.#enders.stop?.aborted === true;
  }

  /** Aborts when it is canceled. Only `close` frees what asking for it takes. */
  get signal(): AbortSignal {
    if (this.#controller !== null) return this.#controller.signal;
    this.#controller = new AbortController();
    // One listener per attempt is meant here, and Node would warn of a leak from the eleventh on.
    setMaxListeners(0, this.#controller.signal);
    this.#enders.signal?.addEventListener('abort', this.#abort);
    this.#enders.stop?.addEventListener('abort', this.#abort);
    if (this.isCanceled) this.#abort();
    return this.#controller.signal;
  }

  /** Ends all attempts under way; nobody wants their results. */
  drop(): void {
    this.#isDropped = true;
    this.#abort();
  }

  close(): void {
    if (this.#controller === null) return;
    this.#enders.signal?.removeEventListener('abort', this.#abort);
    this.#enders.stop?.removeEventListener('abort', this.#abort);
  }
}
