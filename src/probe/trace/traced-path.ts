import {
  routingLoop,
  silentProbe,
  type TraceHop,
  type TraceOutcome,
  type TraceStop,
} from '../../documents/trace.js';
import {
  blockedAt,
  type HopState,
  isUnsent,
  needsRetry,
  outcomeAt,
  type ProbeState,
  reachedAt,
} from './hop-state.js';
import type { StrategyOptions } from './options.js';
import type { TargetAsker } from './target-query.js';

/** Where a path ends, as far as is known. */
interface PathEnd {
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  destinationTtl: number | null;
}

/** The hops of a trace with their probes, and where the path ends. It sends nothing and knows no time. */
export class TracedPath {
  /** In order of TTL, from the first. */
  readonly hops: HopState[] = [];
  readonly #options: StrategyOptions;
  readonly #target: TargetAsker;
  lastAnsweredTtl: number;
  /** The trace was stopped: what is known is all. */
  isStopped = false;
  /** TTL of the first hop that reached the target, or that refused every packet. */
  #reachedTtl: number | null = null;
  /** TTL of the first hop that answers with unreachables alone; the answer to the target's query confirms or refutes it. */
  #blockedTtl: number | null = null;
  #isRefusedHere = false;

  constructor(options: StrategyOptions, target: TargetAsker) {
    this.#options = options;
    this.#target = target;
    this.lastAnsweredTtl = options.firstTtl - 1;
  }

  get reachedTtl(): number | null {
    return this.#reachedTtl;
  }

  at(ttl: number): HopState | undefined {
    return this.hops[ttl - this.#options.firstTtl];
  }

  /** The hop after the last one. */
  addHop(): HopState {
    const ttl = this.#options.firstTtl + this.hops.length;
    const hop: HopState = { ttl, probes: [], isRetried: false, changes: 0, open: 0 };
    this.hops.push(hop);
    return hop;
  }

  /** A probe of this TTL was answered. */
  noteReply(ttl: number): void {
    const { firstTtl } = this.#options;
    this.lastAnsweredTtl = Math.max(this.lastAnsweredTtl, ttl);
    const reached = reachedAt(this.hops);
    const blocked = blockedAt(this.hops);
    this.#reachedTtl = reached === null ? null : firstTtl + reached;
    this.#blockedTtl = blocked === null ? null : firstTtl + blocked;
  }

  /** This host refuses to send at every TTL. */
  refuseHere(): void {
    this.#isRefusedHere = true;
    this.#reachedTtl = this.#options.firstTtl;
  }

  /**
   * The probes that tell about a hop. All packets whose TTL reaches the target say the same about it, so at the target's hop
   * the first ones that were sent count, whatever their TTL and whether they were answered or not, so that loss is not hidden.
   * Not on one 5-tuple, where the target answers only one of them.
   */
  probesAt(ttl: number): readonly ProbeState[] {
    const own = this.at(ttl)?.probes ?? [];
    const { queries, firstTtl, paris } = this.#options;
    if (ttl !== this.#reachedTtl || this.#isRefusedHere || paris) return own;
    const further = this.hops.slice(ttl - firstTtl + 1).flatMap(({ probes }) => probes);
    const first = [...own, ...further].sort((a, b) => a.order - b.order).slice(0, queries);
    // Where all of them were lost, the hop's own answer must not be.
    return first.some(({ result }) => result?.from != null) ? first : [...own, ...further].slice(0, queries);
  }

  /** Whether a reply to a probe can still change what is told of the path. The function is valid until the next event. */
  awaited(): (probe: ProbeState) => boolean {
    const reachedTtl = this.#reachedTtl;
    const limitTtl = this.limitTtl();
    const last = reachedTtl === null ? [] : this.probesAt(reachedTtl);
    return (probe) =>
      reachedTtl === null || probe.ttl < reachedTtl ? probe.ttl <= limitTtl : last.includes(probe);
  }

  /** Whether the hop has all its probes and none is in flight. A late reply can still change it. */
  isSettled(ttl: number): boolean {
    const hop = this.at(ttl);
    const { queries } = this.#options;
    if (hop === undefined || needsRetry(hop, queries)) return false;
    const probes = this.probesAt(ttl);
    return probes.length === queries && probes.every(({ open }) => open === 0);
  }

  /** Number of changes to the hop's results; a greater number than before means news. */
  changesOf(ttl: number): number {
    if (ttl !== this.#reachedTtl) return this.at(ttl)?.changes ?? 0;
    const hops = this.hops.slice(ttl - this.#options.firstTtl);
    return hops.reduce((sum, { changes }) => sum + changes, 0);
  }

  hop(ttl: number): TraceHop {
    const probes = this.probesAt(ttl).map(
      (probe) => probe.result ?? { ...silentProbe, sent: Math.max(1, probe.sent) },
    );
    return { ttl, probes, rateLimited: false };
  }

  /** The highest TTL that has a hop: the one that ended the trace, or the highest one probed. */
  lastTtl(): number {
    return Math.min(this.limitTtl(), this.#options.firstTtl + this.hops.length - 1);
  }

  /** Every hop probed, up to the one that ended the trace. */
  documents(): TraceHop[] {
    const hops: TraceHop[] = [];
    for (let ttl = this.#options.firstTtl; ttl <= this.lastTtl(); ttl += 1) hops.push(this.hop(ttl));
    return hops;
  }

  end(): PathEnd {
    const endTtl = this.endTtl();
    if (endTtl !== null) {
      const outcome = outcomeAt(this.at(endTtl));
      const isTarget = outcome === 'open' || outcome === 'closed';
      return {
        outcome,
        stoppedBy: isTarget ? 'destination' : 'unreachable',
        destinationTtl: this.#isRefusedHere ? null : endTtl,
      };
    }
    if (this.isStopped) return { outcome: 'interrupted', stoppedBy: 'abort', destinationTtl: null };
    const stoppedBy = this.limitTtl() < this.#options.maxTtl ? 'gap-limit' : 'max-ttl';
    return { outcome: this.#outcomeWithoutEnd(), stoppedBy, destinationTtl: null };
  }

  /** The outcome where no hop ended the path. */
  #outcomeWithoutEnd(): TraceOutcome {
    const { stage, ending } = this.#target;
    if (ending === 'prohibited' || ending === 'unreachable' || this.#isBehindWire())
      return ending ?? 'not-reached';
    if (this.isLoop()) return 'filtered';
    if (this.#target.result() === null) return 'not-reached';
    if (stage === 'silent') return 'filtered';
    // The SYNs of full TTL expired: they travel in a circle.
    if (stage === 'answered' && ending === null) return 'filtered';
    return 'not-reached';
  }

  /** The packets travel in a circle up to the last hop, so no TTL brings them to the target. */
  isLoop(): boolean {
    const { maxTtl } = this.#options;
    return (
      this.lastAnsweredTtl === maxTtl && this.isSettled(maxTtl) && routingLoop(this.documents()) !== null
    );
  }

  /** The target answers, but later than the wire can see at any of its hops. */
  #isBehindWire(): boolean {
    const { longestRttMs } = this.#options;
    if (longestRttMs === undefined || !this.#target.isReached) return false;
    return this.#target.elapsedMs > 0.9 * longestRttMs;
  }

  /** TTL of the hop that ends the path, as far as is known. */
  endTtl(): number | null {
    if (this.#reachedTtl !== null || this.#blockedTtl === null) return this.#reachedTtl;
    const { stage, ending, isReached } = this.#target;
    if (ending !== null) return isReached ? null : this.#blockedTtl;
    if (this.isStopped) return this.#blockedTtl;
    return stage === 'silent' && !this.#isForwarding(this.#blockedTtl) ? this.#blockedTtl : null;
  }

  /**
   * Whether the router that answered every probe of this hop with an unreachable answered none of the packets of higher
   * TTLs, which it would have to reject as well: it treats only expiring packets like that, and forwards the others.
   */
  #isForwarding(blockedTtl: number): boolean {
    const hops = this.hops.slice(blockedTtl - this.#options.firstTtl);
    const [rejecting, ...behind] = hops.map(({ probes }) => probes.map(({ result }) => result?.from != null));
    if (rejecting === undefined || behind.length === 0) return false;
    return rejecting.length > 1 && rejecting.every(Boolean) && !behind.flat().some(Boolean);
  }

  /** The highest TTL that belongs to the path, as far as is known. */
  limitTtl(): number {
    const { maxTtl } = this.#options;
    return Math.min(maxTtl, this.#gapTtl(), this.endTtl() ?? maxTtl);
  }

  /**
   * The TTL at which the gap limit ends the trace. Hops whose packets this host refused to send are not silent, and a gap
   * does not count where the target, or a router that rejects, is known to answer.
   */
  #gapTtl(): number {
    const { gapLimit, maxTtl } = this.#options;
    if (gapLimit === 0 || (this.#target.ending !== null && !this.#isBehindWire())) return maxTtl;
    let ttl = this.lastAnsweredTtl;
    for (let silent = 0; silent < gapLimit && ttl < maxTtl; ttl += 1) {
      const hop = this.at(ttl + 1);
      if (hop === undefined || !isUnsent(hop)) silent += 1;
    }
    return ttl;
  }
}
