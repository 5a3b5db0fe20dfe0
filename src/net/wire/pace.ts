import { type Clock, systemClock } from '../../core/clock.js';
import type { ProbeRequest, Wire, WireListener, WireMethod, WireRoute } from './wire.js';

/** Packets that a busy host could not send in time may follow at once for so long, milliseconds. */
const catchUpMs = 50;

/**
 * Bounds how many packets leave in any one second. Those that have to wait leave in the order in which they came. It counts the first
 * packet of each probe: SYNs and DNS queries, and neither the kernel's retransmissions nor what follows on an open connection.
 */
export class Pace {
  readonly #clock: Clock;
  /** null: no limit. */
  #intervalMs: number | null = null;
  #nextMs = Number.NEGATIVE_INFINITY;
  readonly #waiting = new Set<() => void>();
  #isTimed = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** From now on, at most so many packets a second; null for any number. */
  limit(perSecond: number | null): void {
    this.#intervalMs = perSecond === null ? null : (1000 + catchUpMs) / perSecond;
  }

  get isLimited(): boolean {
    return this.#intervalMs !== null;
  }

  /** Calls `go` when a packet may leave: before it returns where that is now. Returns what gives the turn back. */
  turn(go: () => void): () => void {
    if (this.#waiting.size === 0 && this.#clock.now() >= this.#nextMs) {
      this.left();
      go();
      return () => {};
    }
    this.#waiting.add(go);
    this.#wait();
    return () => {
      this.#waiting.delete(go);
    };
  }

  /** As turn(), with a promise; null where it is now. `stop` ends the wait. */
  wait(stop?: AbortSignal): Promise<void> | null {
    if (this.#intervalMs === null || stop?.aborted) return null;
    return new Promise((resolve) => {
      const leave = (): void => {
        giveBack();
        resolve();
      };
      let giveBack = (): void => {};
      stop?.addEventListener('abort', leave);
      giveBack = this.turn(() => {
        stop?.removeEventListener('abort', leave);
        resolve();
      });
    });
  }

  /** A packet has left, which could not wait. Others wait for it instead. */
  left(): void {
    if (this.#intervalMs === null) return;
    this.#nextMs = Math.max(this.#nextMs, this.#clock.now() - catchUpMs) + this.#intervalMs;
  }

  #wait(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.after(Math.max(0, this.#nextMs - this.#clock.now()), () => {
      this.#isTimed = false;
      for (const go of this.#waiting) {
        if (this.#clock.now() < this.#nextMs) break;
        this.#waiting.delete(go);
        this.left();
        go();
      }
      if (this.#waiting.size > 0) this.#wait();
    });
  }
}

/** The pace of all probes of this process. An agent limits it. */
export const packetPace = new Pace();

/** A wire whose probes leave at a pace. Until then they are queued. */
export class PacedWire implements Wire {
  /** The queue always moves, however slowly. No job of an agent takes longer. */
  readonly longestQueueMs = 600_000;
  readonly #wire: Wire;
  readonly #listener: WireListener;
  readonly #pace: Pace;
  /** What gives the turn of a probe back, by its id. */
  readonly #queued = new Map<number, () => void>();

  constructor(wire: Wire, listener: WireListener, pace: Pace) {
    this.#wire = wire;
    this.#listener = listener;
    this.#pace = pace;
  }

  get method(): WireMethod {
    return this.#wire.method;
  }

  get source(): string {
    return this.#wire.source;
  }

  get route(): WireRoute | null {
    return this.#wire.route ?? null;
  }

  get longestRttMs(): number | undefined {
    return this.#wire.longestRttMs;
  }

  send(probe: ProbeRequest): void {
    const { id } = probe;
    let hasLeft = false;
    const giveBack = this.#pace.turn(() => {
      hasLeft = true;
      const wasQueued = this.#queued.delete(id);
      this.#wire.send(probe);
      if (wasQueued && !this.#wire.isQueued?.(id)) this.#listener.onLeft?.(id);
    });
    if (!hasLeft) this.#queued.set(id, giveBack);
  }

  isQueued(id: number): boolean {
    return this.#queued.has(id) || (this.#wire.isQueued?.(id) ?? false);
  }

  retire(id: number): void {
    this.#queued.get(id)?.();
    this.#queued.delete(id);
    this.#wire.retire?.(id);
  }

  receive(): void {
    this.#wire.receive();
  }

  silentNeighbour(): string | null {
    return this.#wire.silentNeighbour();
  }

  close(): void {
    for (const giveBack of this.#queued.values()) giveBack();
    this.#queued.clear();
    this.#wire.close();
  }
}
