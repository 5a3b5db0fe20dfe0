import type { TraceHop } from '../../documents/trace.js';

/** The smallest MTU of a next hop that an ICMP error on this path reports (`!F`), octets; null if no error does. */
export function pathMtu(hops: readonly TraceHop[]): number | null {
  const reported = hops.flatMap(({ probes }) => probes.map(({ mtu }) => mtu)).filter((mtu) => mtu !== null);
  return reported.length === 0 ? null : Math.min(...reported);
}

/**
 * The hops with `rateLimited` filled in. A hop is rate limited if some of its replies are missing, a hop behind it
 * replied to all its probes, and no hop behind it lost any. Packets lost on the way would be missing behind the hop as
 * well. What is missing at this hop alone are the router's ICMP errors, whose rate it may limit (RFC 1812 section 4.3.2.8).
 */
export function withRateLimits(hops: readonly TraceHop[]): TraceHop[] {
  let isCleanBehind = false;
  let isLossBehind = false;
  const marked: TraceHop[] = [];
  for (const hop of hops.toReversed()) {
    const answered = hop.probes.filter(({ from }) => from !== null).length;
    const isLossy = answered > 0 && hop.probes.some(({ reply }) => reply === 'none');
    const rateLimited = isLossy && isCleanBehind && !isLossBehind;
    marked.unshift({ ...hop, rateLimited });
    if (answered > 0 && !isLossy) isCleanBehind = true;
    else if (isLossy && !rateLimited) isLossBehind = true;
  }
  return marked;
}
