import type { HopState, ProbeState } from './engine-state.js';

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
