import { type HopState, needsRetry, type ProbeState, repeatAtMs } from './hop-state.js';
import type { StrategyOptions } from './options.js';
import type { TargetAsker } from './target-query.js';
import type { TracedPath } from './traced-path.js';

/** The next packet to send: a new probe, or `probe` once more. */
export interface Due {
  hop: HopState;
  probe: ProbeState | null;
  /** The earliest time to send it. */
  atMs: number;
}

/**
 * All probes of a hop before those of the next one, as traceroute(8) sends them: for one 5-tuple, where packets of high TTLs
 * would be in each other's way at the target, and for few packets in flight. `fromTtl` is the first hop that may need a probe.
 */
export function hopByHop(path: TracedPath, options: StrategyOptions, fromTtl: number): Due | null {
  const { queries, paris } = options;
  const limit = path.limitTtl();
  for (let ttl = fromTtl; ttl <= limit; ttl += 1) {
    const hop = path.at(ttl);
    if (hop === undefined) return { hop: path.addHop(), probe: null, atMs: 0 };
    if (path.probesAt(ttl).length < queries) {
      const atMs = paris ? repeatAtMs(hop, { isPending: hop.open > 0, isEnd: path.reachedTtl === ttl }) : 0;
      if (atMs !== null) return { hop, probe: null, atMs };
    }
    const retry = retryOf(hop, queries);
    if (retry !== null) return retry;
  }
  return null;
}

/**
 * The scouts that are sent before anything is known, and those ahead of the last answer. With these numbers a path of up to 25
 * hops takes as many packets as traceroute(8) sends, or fewer; of 2 to 6 hops one or two more (simulated).
 */
const scouts = { atOnce: 11, ahead: 5 };

/** Repeats are sent at most this many hops ahead of the last answer, whose own first answer is then on its way. */
const repeatsAhead = 5;

/** The same where the answer of the target suggests how far its hop is. */
const repeatsTowards = 12;

/** Time in which a router answers, beyond twice the longest round trip seen. */
const slackMs = 50;

/** Time after which a packet without an answer is overdue: it is not likely to be answered, though it is still waited for. */
export function overdueAfterMs(slowestMs: number): number {
  return slackMs + 2 * slowestMs;
}

/**
 * First one probe for each hop, the scout, so that the whole path is known after one round trip to its end; then the repeats,
 * those with the longest round trip first, so that they end together. Behind the last answer, repeats wait until it is clear
 * that the hop is silent, or not there: packets of too high TTLs are in vain.
 */
export function scoutsFirst(
  path: TracedPath,
  options: StrategyOptions,
  { fromTtl, nowMs, slowestMs, target }: Progress,
): Due | null {
  const nextTtl = options.firstTtl + path.hops.length;
  if (nextTtl <= scoutLimit(path, options, target)) return { hop: path.addHop(), probe: null, atMs: 0 };
  const { queries } = options;
  const limit = Math.min(path.limitTtl(), nextTtl - 1);
  let best: { due: Due; rank: number } | null = null;
  let retry: Due | null = null;
  let areAllAnswered = true;
  const aheadTtl = repeatLimit(path, options, target);
  for (let ttl = options.firstTtl; ttl <= limit; ttl += 1) {
    const hop = path.at(ttl);
    if (hop === undefined) break;
    const rttMs = longestRtt(hop);
    const isAhead = ttl <= (areAllAnswered ? aheadTtl : path.lastAnsweredTtl);
    if (rttMs === null && ttl <= path.lastAnsweredTtl) areAllAnswered = false;
    if (ttl < fromTtl) continue;
    if (path.probesAt(ttl).length < queries) {
      const [scout] = hop.probes;
      const isAllowed = isAhead || ttl === path.endTtl() || scout === undefined;
      const atMs = isAllowed ? 0 : scout.sentAtMs + overdueAfterMs(slowestMs);
      const rank = rttMs ?? unknownRank - ttl;
      const isDue = atMs <= nowMs;
      const isBetter =
        best === null ||
        (isDue && best.due.atMs > nowMs) ||
        (isDue ? rank > best.rank : best.due.atMs > nowMs && atMs < best.due.atMs);
      if (isBetter) best = { due: { hop, probe: null, atMs: isDue ? 0 : atMs }, rank };
    } else retry ??= retryOf(hop, queries);
  }
  if (best !== null && best.due.atMs <= nowMs) return best.due;
  return retry ?? best?.due ?? furtherScout(path, options, nowMs, slowestMs);
}

/** What the order of the probes depends on, besides the path. */
interface Progress {
  /** The first hop that may need a probe. */
  fromTtl: number;
  nowMs: number;
  /** The longest round trip of the trace. */
  slowestMs: number;
  target: TargetAsker;
}

/** Hops without an answer come before all that have one, the nearest first: it may be the target's. */
const unknownRank = 1e6;

function scoutLimit(path: TracedPath, options: StrategyOptions, target: TargetAsker): number {
  const { firstTtl, maxTtl, gapLimit, queries } = options;
  const end = path.endTtl();
  if (end !== null) return end;
  // A small gap limit of the user is obeyed.
  if (gapLimit > 0 && gapLimit < scouts.ahead) return path.limitTtl();
  const ahead = path.lastAnsweredTtl + scouts.ahead;
  const { byTtl, byRtt } = hintsOf(path, target);
  const hinted = byTtl ?? Math.max(ahead - queries + 1, byRtt ?? 0);
  // Scouts beyond the target's hop are probes of that hop.
  return Math.min(maxTtl, Math.max(firstTtl - 1 + scouts.atOnce, hinted + queries - 1));
}

/** The highest TTL of which repeats are worth sending before its first answer. */
function repeatLimit(path: TracedPath, { firstTtl }: StrategyOptions, target: TargetAsker): number {
  const last = path.lastAnsweredTtl;
  const ahead = Math.min(repeatsAhead, last - firstTtl + 2);
  const { byTtl, byRtt } = hintsOf(path, target);
  // The target's own hop gets its repeats from packets of higher TTLs.
  const hinted = Math.min(last + repeatsTowards, (byTtl ?? byRtt ?? 0) - 1);
  return byTtl === null ? Math.max(last + ahead, hinted) : Math.max(last, hinted);
}

/**
 * The TTL of the target's hop as its answer suggests it; null where nothing suggests one behind the last answer. By the TTL of
 * the answer, if the way back has as many hops as the way there; by its round trip, if hops are equally long. It only decides
 * how far ahead probes are sent now.
 */
function hintsOf(path: TracedPath, target: TargetAsker): { byTtl: number | null; byRtt: number | null } {
  if (!target.isReached) return { byTtl: null, byRtt: null };
  const last = path.lastAnsweredTtl;
  const hops = target.backwardHops;
  if (hops !== null && hops > last) return { byTtl: hops, byRtt: null };
  const hop = path.at(last);
  const rttMs = hop === undefined ? null : longestRtt(hop);
  const byRtt = rttMs ? Math.ceil((last * target.elapsedMs) / rttMs) : 0;
  return { byTtl: null, byRtt: byRtt > last ? Math.min(byRtt, last + repeatsTowards) : null };
}

/**
 * Where nothing else is left to send, and the target answers or no gap ends the trace: its hop is further than was thought.
 * Further scouts follow, a few at a time, when those before them are overdue.
 */
function furtherScout(
  path: TracedPath,
  options: StrategyOptions,
  nowMs: number,
  slowestMs: number,
): Due | null {
  const nextTtl = options.firstTtl + path.hops.length;
  if (nextTtl > Math.min(path.limitTtl(), options.maxTtl)) return null;
  const [scout] = path.at(nextTtl - scouts.ahead)?.probes ?? [];
  const atMs = scout === undefined ? 0 : scout.sentAtMs + overdueAfterMs(slowestMs);
  if (atMs <= nowMs) return { hop: path.addHop(), probe: null, atMs: 0 };
  const [hop] = path.hops;
  return hop === undefined ? null : { hop, probe: null, atMs };
}

function longestRtt({ probes }: HopState): number | null {
  let longest: number | null = null;
  for (const { result } of probes)
    if (result?.from != null) longest = Math.max(longest ?? 0, result.rttMs ?? 0);
  return longest;
}

/** A hop that is silent is probed once more. */
function retryOf(hop: HopState, queries: number): Due | null {
  const [first] = hop.probes;
  if (first === undefined || !needsRetry(hop, queries) || hop.open > 0) return null;
  return { hop, probe: first, atMs: 0 };
}
