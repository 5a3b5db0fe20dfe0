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
