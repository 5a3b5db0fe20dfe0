import type { DocumentHeader } from '../../document.js';
import { HopRecord, type HopStatistics } from './statistics.js';
import type { TraceDocument, TraceOutcome } from './types.js';
import { OutcomeChanges, type PathChange, RouterChanges } from './watch-changes.js';

/** One round of a watch, `pprobe trace --watch --json`: its trace, and what all rounds so far came to. */
export interface WatchRound extends DocumentHeader<'trace-watch'>, Omit<TraceDocument, 'kind'> {
  kind: 'trace-watch';
  /** From 1. */
  round: number;
  /** Over all rounds, in order of TTL, up to where the path ends now. */
  statistics: HopStatistics[];
  /** What became of the path since the round before. */
  changes: PathChange[];
  /** `outcome`, a single round without an answer left out of account: one lost packet is no filter. */
  settledOutcome: TraceOutcome;
}

const fewestRounds = 10;

/** A path watched round by round: pure, so that it runs on any trace, from any network. */
export class WatchedPath {
  readonly #hops = new Map<number, { record: HopRecord; routers: RouterChanges }>();
  readonly #outcomes = new OutcomeChanges();
  #rounds = 0;
  #endTtl: number | null = null;
  #shownTtl = 0;

  /** Adds the trace of one round and tells it as a round. */
  add(trace: TraceDocument): WatchRound {
    this.#rounds += 1;
    const changes: PathChange[] = [];
    const isCut = trace.outcome === 'interrupted';
    this.#shownTtl = this.#endOf(trace);
    for (const hop of trace.hops) {
      if (hop.ttl > this.#shownTtl) break;
      const { record, routers } = this.#hopAt(hop.ttl);
      record.add(hop, isCut);
      const change = routers.add(hop);
      if (change !== null) changes.push(change);
    }
    const { destinationTtl } = trace;
    if (destinationTtl !== null) {
      if (this.#endTtl !== null && this.#endTtl !== destinationTtl) {
        changes.push({ what: 'length', ttl: null, from: this.#endTtl, to: destinationTtl });
      }
      this.#endTtl = destinationTtl;
    }
    const change = this.#outcomes.add(trace.outcome);
    if (change !== null) changes.push(change);
    return {
      ...trace,
      kind: 'trace-watch',
      round: this.#rounds,
      statistics: this.#statistics(),
      changes,
      settledOutcome: this.#outcomes.settled ?? trace.outcome,
    };
  }

  #hopAt(ttl: number): { record: HopRecord; routers: RouterChanges } {
    const known = this.#hops.get(ttl);
    if (known !== undefined) return known;
    const hop = { record: new HopRecord(ttl), routers: new RouterChanges(ttl) };
    this.#hops.set(ttl, hop);
    return hop;
  }

  /**
   * The last hop that belongs to the path: behind it are hops of a path that was longer once, or of a search for a target
   * that did not answer. While a lost round has no end, the last known end holds.
   */
  #endOf({ outcome, destinationTtl, hops }: TraceDocument): number {
    if (destinationTtl !== null) return destinationTtl;
    const last = hops.at(-1)?.ttl ?? 0;
    const answered = hops.findLast(({ probes }) => probes.some(({ from }) => from !== null))?.ttl ?? 0;
    // A round that was broken off has asked for more than it waited for.
    if (outcome === 'interrupted' && this.#shownTtl > 0) return Math.max(answered, this.#shownTtl);
    return Math.max(answered, this.#endTtl ?? last);
  }

  #statistics(): HopStatistics[] {
    return [...this.#hops]
      .filter(([ttl]) => ttl <= this.#shownTtl)
      .sort(([first], [second]) => first - second)
      .map(([, { record }]) => record.statistics())
      .map((hop, index, hops) => ({
        ...hop,
        rateLimited: hop.rateLimited || isAlone(hop, hops.slice(index + 1)),
      }));
  }
}

/**
 * Some answers of a hop are missing and none of a hop behind it: what passed this router was not lost, so what is missing
 * are its own ICMP errors. Few rounds say nothing.
 */
function isAlone({ sent, received }: HopStatistics, behind: readonly HopStatistics[]): boolean {
  if (received === 0 || received === sent || sent < fewestRounds) return false;
  return behind.some((hop) => hop.sent >= fewestRounds && hop.received === hop.sent);
}
