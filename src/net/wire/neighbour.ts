import type { Libc } from '../libc/load.js';
import { isSilentNeighbour, routeTo } from '../libc/netlink.js';

/**
 * The next hop towards `address` when this host has asked for its link-layer address and got no answer so far; null when
 * it has one, or cannot tell. Sends nothing, never throws.
 */
export function silentNeighbour(libc: Libc, address: string, source: string | null): string | null {
  const route = routeTo(libc, address, source);
  if (route === null || 'errno' in route) return null;
  return isSilentNeighbour(libc, route.hop) === true ? route.hop.address : null;
}
