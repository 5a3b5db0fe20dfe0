import type { RoutingLoop, TraceHop } from '../../documents/trace.js';

/**
 * Routers that answer in turn at rising TTLs, twice round at least: packets go in circles. One address that answers at
 * several TTLs in a row is none: behind an address translator every hop answers as the target, and some boxes send the
 * errors of the routers behind them. Only hops that answered from exactly one address count, for several are several
 * paths. null where there is no loop.
 */
export function routingLoop(hops: readonly TraceHop[]): RoutingLoop | null {
  const sole = hops.map(soleRouter);
  for (let start = 0; start < sole.length; start += 1) {
    for (let period = 2; start + 2 * period <= sole.length; period += 1) {
      const members = sole.slice(start, start + period);
      const again = sole.slice(start + period, start + 2 * period);
      const known = members.filter((member) => member !== null);
      const isLoop =
        known.length === period &&
        new Set(known).size === period &&
        members.every((member, index) => member === again[index]);
      if (isLoop) return { firstTtl: hops[start]?.ttl ?? 0, members: known };
    }
  }
  return null;
}

/** The address that sent all of a hop's Time Exceededs; null where none or several did. */
function soleRouter({ probes }: TraceHop): string | null {
  const routers = new Set(probes.filter(({ reply }) => reply === 'time-exceeded').map(({ from }) => from));
  const [router = null] = routers;
  return routers.size === 1 ? router : null;
}

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
