import type { HopState, ProbeState } from './strategy.js';

/** Round trips seen so far, by TTL: the longest of each. */
export type SlowestRtts = ReadonlyMap<number, number>;

/**
 * The initial retransmission timeout of TCP (RFC 6298 section 2.1), for what nothing seen so far can bound: all
 * probes at first, and a silent tail, where the target itself may be a satellite hop behind answering routers.
 */
const unboundedMs = 1000;

/** Less than this a router that is not next to us may take longer for some of its answers than for others. */
const floorMs = 50;

/** What a router busy with other things may add to the round trip before it gets to our error message. */
const slowPathMs = 100;

/** How long probes may stay unanswered before they count as silent, judged anew as replies come in. */
export class Waits {
  readonly #maxWaitMs: number;
  readonly #slowest = new Map<number, number>();
  /** By TTL; empty again after every answer that changes what is known. */
  readonly #known = new Map<number, number>();

  constructor(maxWaitMs: number) {
    this.#maxWaitMs = maxWaitMs;
  }

  /** A probe at `ttl` was answered after `rttMs`. */
  note(ttl: number, rttMs: number): void {
    if (rttMs <= (this.#slowest.get(ttl) ?? -1)) return;
    this.#slowest.set(ttl, rttMs);
    this.#known.clear();
  }

  /** Milliseconds from sending. */
  forTtl(ttl: number): number {
    const wait = this.#known.get(ttl) ?? waitMs(ttl, this.#slowest, this.#maxWaitMs);
    this.#known.set(ttl, wait);
    return wait;
  }
}

/**
 * The wait for a probe at `ttl`, milliseconds: other probes of the same hop tell most, later hops bound it from above
 * (their packets passed it), earlier ones only hint. traceroute(8) waits 3 times the same hop, 10 times a later one, and
 * its full 5 s for a silent tail; here a far later hop is not multiplied by ten, and a silent tail waits for what TCP
 * would.
 */
export function waitMs(ttl: number, slowest: SlowestRtts, maxWaitMs: number): number {
  return Math.min(maxWaitMs, Math.max(floorMs, expectedMs(ttl, slowest)));
}

function expectedMs(ttl: number, slowest: SlowestRtts): number {
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
  return Math.max(unboundedMs, 4 * earlier);
}

/** How long after an answer without a time it is asked for again. */
const calmMs = 5;

/**
 * A hop that is silent altogether is asked once more before it is called silent: the first packets towards a neighbour
 * that is not yet resolved, or through a limiter that is empty, are lost together (measured in a cold IPv6 lab).
 */
export function isToBeAskedAgain({ probes, isAskedAgain }: HopState, queries: number): boolean {
  return probes.length === queries && !isAskedAgain && probes.every(({ result }) => result === null);
}

/**
 * When a hop may be asked again on the same 5-tuple. A router may at once, for its probes end there. At the target,
 * or where it may be, only one at a time, and after an answer a round trip later: by then the kernel's RST has
 * cleared what the last SYN left (a second SYN within it gets a challenge ACK or nothing). null: not yet.
 */
export function repeatAtMs(
  { probes }: HopState,
  { isPending, isEnd }: { isPending: boolean; isEnd: boolean },
): number | null {
  if (probes.some(({ result }) => result?.reply === 'time-exceeded')) return 0;
  if (isPending) return null;
  const last = probes.at(-1);
  if (last === undefined || !isEnd) return 0;
  return last.sentAtMs + 2 * (last.result?.rttMs ?? 0);
}

/** Probes answered at a moment nobody knows, because this process was busy: asked once more, for the time alone. */
export class Untimed {
  readonly #waiting: { probe: ProbeState; atMs: number | null }[] = [];

  add(probe: ProbeState): void {
    this.#waiting.push({ probe, atMs: null });
  }

  /**
   * The next of them up to `limitTtl` and when to ask it: some time after it was first looked for here, because by then
   * the process is calm. Told once its time has come, it is no longer waiting.
   */
  next(limitTtl: number, nowMs: number): { probe: ProbeState; atMs: number } | null {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { probe } = next;
      next.atMs ??= nowMs + calmMs;
      const isBeyond = probe.ttl > limitTtl;
      if (isBeyond || next.atMs <= nowMs) this.#waiting.shift();
      if (!isBeyond) return { probe, atMs: next.atMs };
    }
    return null;
  }
}
