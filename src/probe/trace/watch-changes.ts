import type { TraceHop, TraceOutcome } from './types.js';

/** What became of the path between two rounds. */
export type PathChange =
  | { what: 'router'; ttl: number; from: string[]; to: string[] }
  /** The TTL at which the path ends. */
  | { what: 'length'; ttl: null; from: number; to: number }
  | { what: 'outcome'; ttl: null; from: TraceOutcome; to: TraceOutcome };

/** So many answered rounds back, a hop that goes to and fro shows it. */
const memory = 10;
/** A hop that changed this often within its memory is several routers that share the load. */
const balanced = 3;

/**
 * Tells when another router answers at a hop. Where several share the load, each round may hear of another one: a router
 * known at this hop that comes and goes is no change of the path, a new one is.
 */
export class RouterChanges {
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
export class OutcomeChanges {
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
