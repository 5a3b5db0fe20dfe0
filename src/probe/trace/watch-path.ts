import type { TraceDocument, TraceHop, TraceOutcome } from '../../documents/trace.js';
import type { HopStatistics, PathChange, WatchRound } from '../../documents/trace-watch.js';
import { HopRecord } from './statistics.js';

/** SYNs sent to a hop before its losses are compared with those of other hops. */
const fewestSent = 10;

/** A path over many rounds. Pure: it takes the documents of traces and has no clock and no network. */
export class WatchedPath {
  readonly #hops = new Map<number, { record: HopRecord; routers: RouterChanges }>();
  readonly #outcomes = new OutcomeChanges();
  #rounds = 0;
  #endTtl: number | null = null;
  #shownTtl = 0;

  /** Adds the trace of one round and returns the round. */
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
   * TTL of the last hop of the path. Hops behind it belong to an earlier, longer path, or to probes beyond a target that did
   * not answer. For a round without an end it is the last known end.
   */
  #endOf({ outcome, destinationTtl, hops }: TraceDocument): number {
    if (destinationTtl !== null) return destinationTtl;
    const last = hops.at(-1)?.ttl ?? 0;
    const answered = hops.findLast(({ probes }) => probes.some(({ from }) => from !== null))?.ttl ?? 0;
    // An interrupted round sent probes that it did not wait for.
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
        rateLimited: hop.rateLimited || losesOnlyErrors(hop, hops.slice(index + 1)),
      }));
  }
}

/**
 * Reports whether replies of a hop are missing while a hop behind it lost none: packets pass this router, so it limits its
 * ICMP errors. False for too few rounds.
 */
function losesOnlyErrors({ sent, received }: HopStatistics, behind: readonly HopStatistics[]): boolean {
  if (received === 0 || received === sent || sent < fewestSent) return false;
  return behind.some((hop) => hop.sent >= fewestSent && hop.received === hop.sent);
}

/** Number of rounds with replies in which changes of a hop's router are counted. */
const memory = 10;
/** A hop whose router changed this often within `memory` rounds is several routers that share the load. */
const balanced = 3;

/**
 * Finds changes of the router at one hop. Where several routers share the load, any of them can reply in a round; a change
 * between known routers is then not a change of the path, but a new router is.
 */
class RouterChanges {
  readonly #ttl: number;
  readonly #known = new Set<string>();
  /** The first address that replied in each of the latest rounds. */
  readonly #recent: string[] = [];
  #current: string[] = [];

  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  /** Adds a round. Returns the change, or null if nothing changed or no router replied. */
  add({ probes }: TraceHop): PathChange | null {
    const to = [...new Set(probes.map(({ from }) => from).filter((from) => from !== null))];
    const [first] = to;
    if (first === undefined) return null;
    const from = this.#current;
    const isOther = from.length > 0 && !to.some((address) => from.includes(address));
    const isNew = to.some((address) => !this.#known.has(address));
    const isChange = isOther && (isNew || this.#switches() < balanced);
    this.#current = to;
    for (const address of to) this.#known.add(address);
    this.#recent.push(first);
    if (this.#recent.length > memory) this.#recent.shift();
    return isChange ? { what: 'router', ttl: this.#ttl, from, to } : null;
  }

  #switches(): number {
    return this.#recent.filter((address, index) => index > 0 && address !== this.#recent[index - 1]).length;
  }
}

/**
 * Finds changes of the outcome. One silent round is a lost packet, and one round that ends before the target follows a path
 * that became longer; only two in a row are a change.
 */
class OutcomeChanges {
  #settled: TraceOutcome | null = null;
  #latest: TraceOutcome | null = null;

  add(outcome: TraceOutcome): PathChange | null {
    if (outcome === 'interrupted') return null;
    const isOnce = ['filtered', 'not-reached'].includes(outcome) && this.#latest !== outcome;
    this.#latest = outcome;
    const from = this.#settled;
    if (from === null) this.#settled = outcome;
    if (from === null || outcome === from || isOnce) return null;
    this.#settled = outcome;
    return { what: 'outcome', ttl: null, from, to: outcome };
  }

  /** The outcome without single silent rounds; null before the first complete round. */
  get settled(): TraceOutcome | null {
    return this.#settled;
  }
}
