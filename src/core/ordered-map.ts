import { setMaxListeners } from 'node:events';
import type { MaybePromise } from './maybe-promise.js';

/** How many items are worked on, and what ends the work. */
export interface BulkOptions {
  /** The most items in progress at the same time, at least 1. */
  concurrency: number;
  /**
   * The most results that may wait for an earlier one before no further item is started. A slow item delays the output of
   * the items after it, but not their work. Default: 64 times `concurrency`.
   */
  ahead?: number | undefined;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Starts no further item, aborts those in progress, and ends the iteration at the first missing result. */
  stop?: AbortSignal | undefined;
}

/** A source of items, synchronous or asynchronous. */
export type Items<Item> = AsyncIterable<Item> | Iterable<Item>;

/** The work for one item. The signal aborts when the result is not needed any more. */
type Work<Item, Result> = (item: Item, signal: AbortSignal) => MaybePromise<Result>;

/**
 * Maps items to results, several at a time, and yields the results in the order of the items. The work may return its
 * result without a promise.
 *
 * Nothing is started before the first result is requested. A slow reader slows the work down: the items in progress and
 * the results that wait are limited by `concurrency` and `ahead`. Leaving the loop early (by `break`, an error or a
 * signal) aborts the signal of the work, waits for the work to end and closes the items. If work rejects, the iteration
 * throws its error in the place of the result.
 */
export async function* mapOrdered<Item, Result>(
  items: Items<Item>,
  work: Work<Item, Result>,
  options: BulkOptions,
): AsyncGenerator<Result, void, undefined> {
  const queue = openQueue(items, work, options);
  try {
    for (;;) {
      const settled = queue.take();
      options.signal?.throwIfAborted();
      if (settled !== null) yield unwrap(settled);
      else if (!(await queue.wait())) break;
    }
    options.signal?.throwIfAborted();
  } finally {
    await queue.close();
  }
}

/** Results that follow each other. */
export interface Batch<Result> {
  results: Result[];
  /** Whether `stop` left out an item before these. The items of a last batch can have others between them that have no result. */
  isBehindGap: boolean;
}

/**
 * Like mapOrdered, but yields all results that are available as one array: a step of the iteration per result can cost
 * more than a connection over loopback. After `stop` there is a further batch of the results that waited for the first missing one.
 * The generator returns whether every item has its result.
 */
export async function* mapOrderedBatches<Item, Result>(
  items: Items<Item>,
  work: Work<Item, Result>,
  options: BulkOptions,
): AsyncGenerator<Batch<Result>, boolean, undefined> {
  const queue = openQueue(items, work, options);
  try {
    for (;;) {
      const results: Result[] = [];
      let settled = queue.take();
      for (; settled !== null && 'value' in settled; settled = queue.take()) results.push(settled.value);
      options.signal?.throwIfAborted();
      if (results.length > 0) yield { results, isBehindGap: false };
      if (settled !== null) unwrap(settled);
      else if (!(await queue.wait())) break;
    }
    options.signal?.throwIfAborted();
    if (queue.isEmpty) return true;
    const results = queue.takeRest().map(unwrap);
    if (results.length > 0) yield { results, isBehindGap: true };
    return false;
  } finally {
    await queue.close();
  }
}

function openQueue<Item, Result>(
  items: Items<Item>,
  work: Work<Item, Result>,
  options: BulkOptions,
): WorkQueue<Item, Result> {
  options.signal?.throwIfAborted();
  return new WorkQueue(items, work, options);
}

type Settled<Result> = { value: Result } | { error: unknown };

function unwrap<Result>(settled: Settled<Result>): Result {
  if ('error' in settled) throw settled.error;
  return settled.value;
}

/** The place of one item's result. */
interface Slot<Result> {
  /** null while the work is in progress. */
  settled: Settled<Result> | null;
}

const defaultAheadFactor = 64;
/** Synchronous results after which the event loop gets a turn, for timers, signals and the reader of the output. */
const maxWithoutTurn = 64;

/** The items in progress, and their results in order. */
class WorkQueue<Item, Result> {
  readonly #items: AsyncIterator<Item> | Iterator<Item>;
  readonly #work: Work<Item, Result>;
  readonly #concurrency: number;
  readonly #maxSlots: number;
  readonly #options: BulkOptions;
  readonly #leaving = new AbortController();
  readonly #slots = new Map<number, Slot<Result>>();
  /** The number of the next slot to be read. */
  #head = 0;
  /** The number of the next slot to be added. */
  #tail = 0;
  #inProgress = 0;
  /** Notified when a slot is settled, or will never be. */
  readonly #progress = new Notification();
  /** Notified when a further item may be started. */
  readonly #capacity = new Notification();
  #feeding: Promise<void> | null = null;
  /** The next item has been requested. It may never come. */
  #isReading = false;
  /** Set when there are no further items, or reading them failed. */
  #exhausted: { error: unknown } | 'end' | null = null;
  /** Synchronous results since the event loop's last turn. */
  #withoutTurn = 0;

  constructor(items: Items<Item>, work: Work<Item, Result>, options: BulkOptions) {
    const { concurrency, ahead = concurrency * defaultAheadFactor, signal, stop } = options;
    this.#items = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#work = work;
    this.#concurrency = concurrency;
    this.#maxSlots = concurrency + ahead;
    setMaxListeners(0, this.#leaving.signal);
    this.#options = options;
    if (stop?.aborted) this.leave();
    signal?.addEventListener('abort', this.leave);
    stop?.addEventListener('abort', this.leave);
  }

  /** Takes the next result in order; null if it is not available yet. */
  take(): Settled<Result> | null {
    const settled = this.#slots.get(this.#head)?.settled ?? null;
    if (settled === null) return null;
    this.#slots.delete(this.#head++);
    this.#capacity.notify();
    return settled;
  }

  /** Whether the items have ended and all results were taken. */
  get isEmpty(): boolean {
    return this.#exhausted === 'end' && this.#slots.size === 0;
  }

  /** Takes all results that are there, in order, without those that are missing between them. */
  takeRest(): Settled<Result>[] {
    const rest = [...this.#slots.values()].flatMap(({ settled }) => settled ?? []);
    this.#slots.clear();
    return rest;
  }

  /**
   * Waits for the next result in order. Resolves to false after the last one, and after leave(). Rejects if reading
   * the items failed.
   */
  async wait(): Promise<boolean> {
    this.#feeding ??= this.#feed();
    for (;;) {
      const slot = this.#slots.get(this.#head);
      if (slot?.settled) return true;
      if (this.#leaving.signal.aborted) return false;
      if (slot === undefined && this.#exhausted !== null) {
        if (this.#exhausted !== 'end') throw this.#exhausted.error;
        return false;
      }
      await this.#progress.wait();
    }
  }

  /** Starts no further item and aborts the work in progress. */
  readonly leave = (): void => {
    this.#leaving.abort();
    this.#capacity.notify();
    this.#progress.notify();
  };

  /** Leaves, and waits for the work in progress and for the items to be closed. */
  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.leave);
    this.#options.stop?.removeEventListener('abort', this.leave);
    this.leave();
    while (this.#inProgress > 0) await this.#progress.wait();
    const closed = this.#items.return?.();
    // An async generator that waits for its next item does not close before it has that item.
    if (this.#isReading) Promise.resolve(closed).catch(() => {});
    else await Promise.all([this.#feeding, closed]);
  }

  async #feed(): Promise<void> {
    try {
      for (;;) {
        while (this.#inProgress >= this.#concurrency || this.#slots.size >= this.#maxSlots) {
          if (this.#leaving.signal.aborted) return;
          await this.#capacity.wait();
        }
        if (this.#leaving.signal.aborted) return;
        this.#isReading = true;
        const next = this.#items.next();
        // `instanceof Promise` would be wrong here: a caller's iterator may return any thenable.
        const { done, value } = 'done' in next ? next : await next;
        this.#isReading = false;
        if (this.#leaving.signal.aborted) return;
        if (done) break;
        this.#start(value);
        if (this.#withoutTurn < maxWithoutTurn) continue;
        this.#withoutTurn = 0;
        await new Promise(setImmediate);
      }
      this.#exhausted = 'end';
    } catch (error) {
      this.#isReading = false;
      this.#exhausted = { error };
    }
    this.#progress.notify();
  }

  #start(item: Item): void {
    const slot: Slot<Result> = { settled: null };
    this.#slots.set(this.#tail++, slot);
    const result = this.#call(item);
    if (!(result instanceof Promise)) {
      this.#withoutTurn++;
      slot.settled = result;
      this.#progress.notify();
      return;
    }
    this.#inProgress++;
    result.then(
      (value) => this.#settle(slot, { value }),
      (error: unknown) => this.#settle(slot, { error }),
    );
  }

  #call(item: Item): Settled<Result> | Promise<Result> {
    try {
      const result = this.#work(item, this.#leaving.signal);
      return result instanceof Promise ? result : { value: result };
    } catch (error) {
      return { error };
    }
  }

  #settle(slot: Slot<Result>, settled: Settled<Result>): void {
    // The results of aborted work are dropped.
    if (!this.#leaving.signal.aborted) slot.settled = settled;
    this.#inProgress--;
    this.#capacity.notify();
    this.#progress.notify();
  }
}

/** Wakes one waiter. A notification without a waiter is lost, so the waiter checks its condition before it waits. */
class Notification {
  #resolve: (() => void) | null = null;

  notify(): void {
    this.#resolve?.();
    this.#resolve = null;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
