import type { TraceEngine } from './engine.js';
import type { TraceHop } from './types.js';

/** Hands out hops in order of TTL, each when nothing more is awaited of it or of those before, and again when it changes. */
export class HopFeed {
  readonly #onHop: (hop: TraceHop) => void;
  /** By TTL, what the engine's count of changes was when the hop was told. */
  readonly #told = new Map<number, number>();
  #lastTtl: number;

  constructor(firstTtl: number, onHop: (hop: TraceHop) => void) {
    this.#onHop = onHop;
    this.#lastTtl = firstTtl - 1;
  }

  /** Call after every event. */
  update(engine: TraceEngine): void {
    const end = engine.lastTtl();
    while (this.#lastTtl < end && engine.isSettled(this.#lastTtl + 1)) {
      this.#lastTtl += 1;
      this.#tell(engine.hop(this.#lastTtl), engine.changesOf(this.#lastTtl));
    }
    for (const [ttl, changes] of this.#told) {
      if (ttl <= end && engine.changesOf(ttl) !== changes) this.#tell(engine.hop(ttl), engine.changesOf(ttl));
    }
  }

  /** The trace is over and these are its hops: tells those not told yet, and those of which the end says more. */
  finish(engine: TraceEngine, hops: readonly TraceHop[]): void {
    for (const hop of hops) {
      const isNews = hop.rateLimited || this.#told.get(hop.ttl) !== engine.changesOf(hop.ttl);
      if (isNews) this.#tell(hop, engine.changesOf(hop.ttl));
    }
  }

  #tell(hop: TraceHop, changes: number): void {
    this.#told.set(hop.ttl, changes);
    this.#onHop(hop);
  }
}
