import type { TraceDocument, TraceHop, TraceOutcome } from '../../documents/trace.js';
import type { HopStatistics, PathChange, WatchRound } from '../../documents/trace-watch.js';
import { HopRecord } from './statistics.js';

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

/** So many answered rounds back, a hop that goes to and fro shows it. */
const memory = 10;
/** A hop that changed this often within its memory is several routers that share the load. */
const balanced = 3;

/**
 * Tells when another router answers at a hop. Where several share the load, each round may hear of another one: a router
 * known at this hop that comes and goes is no change of the path, a new one is.
 */
class RouterChanges {
  readonly #ttl: number;
  readonly #known = new Set<string>();
  /** Who answered first in each of the latest rounds. */
  readonly #recent: string[] = [];
  #current: string[] = [];

  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  /** The change this round brought; null where there is none or nobody answered. */
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
 * Tells when the target answers otherwise than before. One round without an answer is a lost packet; two in a row are a
 * target that no longer answers.
 */
class OutcomeChanges {
  #settled: TraceOutcome | null = null;
  #wasFiltered = false;

  add(outcome: TraceOutcome): PathChange | null {
    if (outcome === 'interrupted') return null;
    const isOnce = outcome === 'filtered' && !this.#wasFiltered;
    this.#wasFiltered = outcome === 'filtered';
    const from = this.#settled;
    if (from === null) this.#settled = outcome;
    if (from === null || outcome === from || isOnce) return null;
    this.#settled = outcome;
    return { what: 'outcome', ttl: null, from, to: outcome };
  }

  /** What the target does, a single lost round left out of account; null before the first whole round. */
  get settled(): TraceOutcome | null {
    return this.#settled;
  }
}
