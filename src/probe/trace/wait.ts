import type { ProbeState } from './hop-state.js';
import type { StrategyOptions } from './options.js';

/** By TTL, the longest round trip seen, milliseconds. */
export type SlowestRtts = ReadonlyMap<number, number>;

/**
 * The wait where no round trip bounds it: for all probes at first, and for silent hops behind the last answer, because the
 * target may be behind a satellite link. It is the initial retransmission timeout of TCP (RFC 6298 section 2.1). A wait
 * that the user gave replaces it.
 */
const unboundedMs = 1000;

/**
 * How long the target is asked with SYNs of full TTL before its silence counts. Where only the first hop answered, or none,
 * the link that makes round trips long may be right behind it: a satellite or a loaded mobile link takes up to 1.8 s.
 */
const targetMs = { near: 1900, far: 1500 };

/**
 * Both for a target in the private network of this host, as long as no router but the first one has answered. A connection
 * attempt with SYNs of its own runs beside such a trace, and is over no sooner.
 */
const nearNetworkMs = { unbounded: 700, target: 1000 };

/** The shortest wait. A router that is not a neighbour takes longer for some replies than for others. */
const floorMs = 50;

/** Time that a busy router adds to the round trip before it sends an ICMP error. */
const slowPathMs = 100;

type WaitOptions = Pick<StrategyOptions, 'maxWaitMs' | 'isWaitGiven' | 'isNear'>;

/** How long a probe stays in flight before it counts as silent. The waits follow the round trips seen so far. */
export class Waits {
  readonly #maxWaitMs: number;
  /** The wait that the user gave; null for the default. */
  readonly #givenMs: number | null;
  readonly #isNear: boolean;
  readonly #slowest = new Map<number, number>();
  /** Waits computed since the last change of `#slowest`, by TTL. */
  readonly #computed = new Map<number, number>();

  /** `isWaitGiven`: the user gave the longest wait, and it is obeyed where no round trip bounds the wait. */
  constructor({ maxWaitMs, isWaitGiven = false, isNear = false }: WaitOptions) {
    this.#maxWaitMs = maxWaitMs;
    this.#givenMs = isWaitGiven ? maxWaitMs : null;
    this.#isNear = isNear;
  }

  /** A probe at `ttl` was answered after `rttMs`. */
  note(ttl: number, rttMs: number): void {
    if (rttMs <= (this.#slowest.get(ttl) ?? -1)) return;
    this.#slowest.set(ttl, rttMs);
    this.#computed.clear();
  }

  /** The target answered a SYN of full TTL after `rttMs`, so every packet that passes a hop needs no longer. */
  noteTarget(rttMs: number): void {
    this.note(beyondAllHops, rttMs);
  }

  /** The longest round trip so far; 0 without one. */
  get slowestMs(): number {
    return Math.max(0, ...this.#slowest.values());
  }

  /** Milliseconds from sending. */
  forTtl(ttl: number): number {
    const unbounded = this.#givenMs ?? (this.#isWithinNetwork ? nearNetworkMs.unbounded : unboundedMs);
    const wait = this.#computed.get(ttl) ?? waitMs(ttl, this.#slowest, this.#maxWaitMs, unbounded);
    this.#computed.set(ttl, wait);
    return wait;
  }

  /** Milliseconds from the first SYN of full TTL until the silence of the target counts. */
  forTarget(): number {
    if (this.#givenMs !== null) return this.#givenMs;
    const byHops = this.#slowest.size < 2 ? targetMs.near : targetMs.far;
    const wait = this.#isWithinNetwork ? nearNetworkMs.target : byHops;
    return Math.min(this.#maxWaitMs, Math.max(wait, 4 * this.slowestMs));
  }

  get #isWithinNetwork(): boolean {
    return this.#isNear && ![...this.#slowest.keys()].some((ttl) => ttl > 1 && ttl !== beyondAllHops);
  }
}

/** A key behind all TTLs. */
const beyondAllHops = 256;

/**
 * The wait for a probe at `ttl`, milliseconds. Round trips of the same hop decide. Without them, those of later hops bound
 * the wait from above, because their packets passed this hop; those of earlier hops bound it from below. traceroute(8)
 * waits 3 times the round trip of the same hop, 10 times that of a later hop, and 5 s for the silent hops at the end. Here
 * the round trip of a far later hop is not multiplied by ten, and the silent hops at the end get TCP's timeout.
 */
export function waitMs(
  ttl: number,
  slowest: SlowestRtts,
  maxWaitMs: number,
  unbounded: number = unboundedMs,
): number {
  return Math.min(maxWaitMs, Math.max(floorMs, expectedMs(ttl, slowest, unbounded)));
}

function expectedMs(ttl: number, slowest: SlowestRtts, unbounded: number): number {
  let here: number | null = null;
  let later: number | null = null;
  let earlier = 0;
  for (const [hop, rttMs] of slowest) {
    if (hop === ttl) here = rttMs;
    else if (hop > ttl) later = Math.min(later ?? Number.POSITIVE_INFINITY, rttMs);
    else earlier = Math.max(earlier, rttMs);
  }
  if (here !== null) return 3 * (here + 1);
  if (later !== null) return Math.min(10 * (later + 1), 2 * later + slowPathMs);
  return Math.max(unbounded, 4 * earlier);
}

/** Delay before a probe is sent again for its round trip. The event loop has then handled what made it late. */
const retimeDelayMs = 5;

/** Probes whose reply has no time, because the process was busy when it arrived. Each is sent once more. */
export class UntimedProbes {
  readonly #waiting: { probe: ProbeState; atMs: number | null }[] = [];

  add(probe: ProbeState): void {
    this.#waiting.push({ probe, atMs: null });
  }

  /**
   * The next of these probes with a TTL up to `limitTtl`, and when to send it; null if no probe is left. The delay starts
   * with the first call that finds the probe. A probe whose time has come is removed.
   */
  next(limitTtl: number, nowMs: number): { probe: ProbeState; atMs: number } | null {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { probe } = next;
      next.atMs ??= nowMs + retimeDelayMs;
      const isBeyond = probe.ttl > limitTtl;
      if (isBeyond || next.atMs <= nowMs) this.#waiting.shift();
      if (!isBeyond) return { probe, atMs: next.atMs };
    }
    return null;
  }
}
