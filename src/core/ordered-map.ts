import { setMaxListeners } from 'node:events';
import type { MaybePromise } from './maybe-promise.js';

/** How a bulk of work is done. */
export interface BulkOptions {
  /** How much is under way at the same time, at least 1. */
  concurrency: number;
  /**
   * How many results may wait for an earlier one before no more work is begun. One item that takes long holds up the
   * output of all behind it, but their work goes on. Default: 64 times `concurrency`.
   */
  ahead?: number | undefined;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Begins no more work, ends what is under way, and gives the results up to the first that was not there yet. */
  stop?: AbortSignal | undefined;
}

/** A source of items, synchronous or asynchronous. */
export type Items<Item> = AsyncIterable<Item> | Iterable<Item>;

type Ended<Result> = { value: Result } | { error: unknown };

/** One piece of work; null while it is under way. */
interface Slot<Result> {
  ended: Ended<Result> | null;
}

const defaultAheadFactor = 64;
/** Timers, signals and whoever reads the output must get their turn, too. */
const mostWithoutTurn = 64;

/**
 * Does the same work for every item, several at a time, and gives the results in the items' order. Work that ends at once
 * gives its result without a promise.
 *
 * Nothing begins before the first result is asked for. A reader who is slow slows the work down: what is under way or
 * waits to be read is never more than `concurrency` and `ahead` allow. Leaving the loop early (`break`, an error, a
 * signal) aborts the signal that the work is given, waits for the work to end and closes the items. The first work to
 * reject, in the items' order, ends the iteration with its error.
 */
export async function* mapOrdered<Item, Result>(
  items: Items<Item>,
  work: (item: Item, signal: AbortSignal) => MaybePromise<Result>,
  options: BulkOptions,
): AsyncGenerator<Result, void, undefined> {
  const crew = openCrew(items, work, options);
  try {
    for (;;) {
      const ended = crew.take();
      options.signal?.throwIfAborted();
      if (ended !== null) yield unwrap(ended);
      else if (!(await crew.more())) break;
    }
    options.signal?.throwIfAborted();
  } finally {
    await crew.close();
  }
}

/** The same, all that is there at a time: each result for itself costs more than work over loopback takes. */
export async function* mapOrderedBatches<Item, Result>(
  items: Items<Item>,
  work: (item: Item, signal: AbortSignal) => MaybePromise<Result>,
  options: BulkOptions,
): AsyncGenerator<Result[], void, undefined> {
  const crew = openCrew(items, work, options);
  try {
    for (;;) {
      const batch: Result[] = [];
      let ended = crew.take();
      for (; ended !== null && 'value' in ended; ended = crew.take()) batch.push(ended.value);
      options.signal?.throwIfAborted();
      if (batch.length > 0) yield batch;
      if (ended !== null) unwrap(ended);
      else if (!(await crew.more())) break;
    }
    options.signal?.throwIfAborted();
  } finally {
    await crew.close();
  }
}

function unwrap<Result>(ended: Ended<Result>): Result {
  if ('error' in ended) throw ended.error;
  return ended.value;
}

function openCrew<Item, Result>(
  items: Items<Item>,
  work: (item: Item, signal: AbortSignal) => MaybePromise<Result>,
  options: BulkOptions,
): Crew<Item, Result> {
  options.signal?.throwIfAborted();
  return new Crew(items, work, options);
}

/** The work under way, and its results in order. */
class Crew<Item, Result> {
  readonly #items: AsyncIterator<Item> | Iterator<Item>;
  readonly #work: (item: Item, signal: AbortSignal) => MaybePromise<Result>;
  readonly #concurrency: number;
  readonly #most: number;
  readonly #options: BulkOptions;
  readonly #leaving = new AbortController();
  readonly #slots = new Map<number, Slot<Result>>();
  /** Of slots: the next to be read, and the next to be filled. */
  #head = 0;
  #tail = 0;
  #underWay = 0;
  readonly #ended = new Bell();
  readonly #room = new Bell();
  #feeding: Promise<void> | null = null;
  /** Waiting for an item, which may never come. */
  #isReading = false;
  /** There are no more items; `error`: because reading them failed. */
  #exhausted: { error: unknown } | 'end' | null = null;
  /** Work that needed no wait, since the event loop last had a turn. */
  #endedAtOnce = 0;

  constructor(
    items: Items<Item>,
    work: (item: Item, signal: AbortSignal) => MaybePromise<Result>,
    options: BulkOptions,
  ) {
    const { concurrency, ahead = concurrency * defaultAheadFactor, signal, stop } = options;
    this.#items = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#work = work;
    this.#concurrency = concurrency;
    this.#most = concurrency + ahead;
    setMaxListeners(0, this.#leaving.signal);
    this.#options = options;
    if (stop?.aborted) this.leave();
    signal?.addEventListener('abort', this.leave);
    stop?.addEventListener('abort', this.leave);
  }

  /** The next result in order; null where it is not there yet. */
  take(): Ended<Result> | null {
    const ended = this.#slots.get(this.#head)?.ended ?? null;
    if (ended === null) return null;
    this.#slots.delete(this.#head++);
    this.#room.ring();
    return ended;
  }

  /**
   * Waits for the next result in order. False behind the last, or when those that are left were told to leave. Rejects when
   * no item can be read any more.
   */
  async more(): Promise<boolean> {
    this.#feeding ??= this.#feed();
    for (;;) {
      const slot = this.#slots.get(this.#head);
      if (slot?.ended) return true;
      if (this.#leaving.signal.aborted) return false;
      if (slot === undefined && this.#exhausted !== null) {
        if (this.#exhausted !== 'end') throw this.#exhausted.error;
        return false;
      }
      await this.#ended.wait();
    }
  }

  /** Begins nothing more and tells the work under way to end. */
  readonly leave = (): void => {
    this.#leaving.abort();
    this.#room.ring();
    this.#ended.ring();
  };

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.leave);
    this.#options.stop?.removeEventListener('abort', this.leave);
    this.leave();
    while (this.#underWay > 0) await this.#ended.wait();
    const closed = this.#items.return?.();
    // A source that is waiting for its next item cannot be closed before it has it.
    if (this.#isReading) Promise.resolve(closed).catch(() => {});
    else await Promise.all([this.#feeding, closed]);
  }

  async #feed(): Promise<void> {
    try {
      for (;;) {
        while (this.#underWay >= this.#concurrency || this.#slots.size >= this.#most) {
          if (this.#leaving.signal.aborted) return;
          await this.#room.wait();
        }
        if (this.#leaving.signal.aborted) return;
        this.#isReading = true;
        const next = this.#items.next();
        // Not every promise of an iterator that somebody gives is a Promise of ours.
        const { done, value } = 'done' in next ? next : await next;
        this.#isReading = false;
        if (this.#leaving.signal.aborted) return;
        if (done) break;
        this.#begin(value);
        if (this.#endedAtOnce < mostWithoutTurn) continue;
        this.#endedAtOnce = 0;
        await new Promise(setImmediate);
      }
      this.#exhausted = 'end';
    } catch (error) {
      this.#isReading = false;
      this.#exhausted = { error };
    }
    this.#ended.ring();
  }

  #begin(item: Item): void {
    const slot: Slot<Result> = { ended: null };
    this.#slots.set(this.#tail++, slot);
    const result = this.#start(item);
    if (!(result instanceof Promise)) {
      this.#endedAtOnce++;
      slot.ended = result;
      this.#ended.ring();
      return;
    }
    this.#underWay++;
    result.then(
      (value) => this.#finish(slot, { value }),
      (error: unknown) => this.#finish(slot, { error }),
    );
  }

  #finish(slot: Slot<Result>, ended: Ended<Result>): void {
    // What ends because it was told to has no result of its own.
    if (!this.#leaving.signal.aborted) slot.ended = ended;
    this.#underWay--;
    this.#room.ring();
    this.#ended.ring();
  }

  #start(item: Item): Ended<Result> | Promise<Result> {
    try {
      const result = this.#work(item, this.#leaving.signal);
      return result instanceof Promise ? result : { value: result };
    } catch (error) {
      return { error };
    }
  }
}

/** Lets one waiter sleep until something has changed. A ring that nobody waits for is forgotten: look before you wait. */
class Bell {
  #ring: (() => void) | null = null;

  ring(): void {
    this.#ring?.();
    this.#ring = null;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve;
    });
  }
}
