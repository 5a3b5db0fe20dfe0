import type { TraceHop } from '../../documents/trace.js';

/** The smallest next-hop MTU that a `!F` on this path named, octets; null when none did. */
export function pathMtu(hops: readonly TraceHop[]): number | null {
  const named = hops.flatMap(({ probes }) => probes.map(({ mtu }) => mtu)).filter((mtu) => mtu !== null);
  return named.length === 0 ? null : Math.min(...named);
}

/**
 * The hops with `rateLimited` told: some of a hop's answers are missing, yet behind it an answer came and not one was
 * lost where any came. Packets that were lost on the way would be missing further on as well; what is missing here
 * alone are the router's own ICMP errors, which it may send only so many of (RFC 1812 section 4.3.2.8).
 */
export function withRateLimits(hops: readonly TraceHop[]): TraceHop[] {
  let isCleanBehind = false;
  let isLossBehind = false;
  const told: TraceHop[] = [];
  for (const hop of hops.toReversed()) {
    const answered = hop.probes.filter(({ from }) => from !== null).length;
    const isLossy = answered > 0 && hop.probes.some(({ reply }) => reply === 'none');
    told.unshift({ ...hop, rateLimited: isLossy && isCleanBehind && !isLossBehind });
    if (answered > 0 && !isLossy) isCleanBehind = true;
    else if (isLossy && !(told[0]?.rateLimited ?? false)) isLossBehind = true;
  }
  return told;
}
