import type { TraceOutcome } from '../../probe/trace/types.js';
import type { PathChange } from '../../probe/trace/watch-changes.js';
import type { WatchRound } from '../../probe/trace/watch-path.js';

export interface LoggedChange {
  round: number;
  /** Of the round, as in its document. */
  startedAt: string;
  change: PathChange;
}

/** A watch may go on for weeks. */
const mostChanges = 100;

/** What a table of a watch says beyond the latest round: how many rounds ended how, and what changed when. */
export class WatchLog {
  #latest: WatchRound | null = null;
  #telling: WatchRound | null = null;
  readonly #outcomes = new Map<TraceOutcome, number>();
  readonly #changes: LoggedChange[] = [];
  #forgotten = 0;
  readonly #changedTtls = new Set<number>();

  add(round: WatchRound): void {
    this.#latest = round;
    if (this.#telling === null || round.outcome === round.settledOutcome) this.#telling = round;
    this.#outcomes.set(round.outcome, (this.#outcomes.get(round.outcome) ?? 0) + 1);
    for (const change of round.changes) {
      if (change.what === 'router') this.#changedTtls.add(change.ttl);
      this.#changes.push({ round: round.round, startedAt: round.startedAt, change });
      if (this.#changes.length > mostChanges) this.#forget();
    }
  }

  /** null before the first round. */
  get latest(): WatchRound | null {
    return this.#latest;
  }

  /** The latest round that ended as the target now does: a round that lost a packet tells less. */
  get telling(): WatchRound | null {
    return this.#telling;
  }

  get outcomes(): ReadonlyMap<TraceOutcome, number> {
    return this.#outcomes;
  }

  /** The latest, in order; `forgotten` came before them. */
  get changes(): readonly LoggedChange[] {
    return this.#changes;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  hasChanged(ttl: number): boolean {
    return this.#changedTtls.has(ttl);
  }

  #forget(): void {
    this.#changes.shift();
    this.#forgotten += 1;
  }
}
