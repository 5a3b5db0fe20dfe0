import type { OwnNetwork } from '../../host/vantage.js';
import { familyOf, withoutZone, zoneOf } from '../../net/address/address.js';
import { inRange, parseRange } from '../../net/address/range.js';
import { scopeOf } from '../../net/address/scope.js';
import type { Evidence } from '../report.js';

/**
 * The network of this host's interfaces that contains an address: the most specific one. null where no interface is in such a
 * network, so that a router is on the way, and where the networks are not known.
 */
export function linkOf({ vantage }: Evidence, address: string): OwnNetwork | null {
  const own = parseRange(withoutZone(address));
  const zone = zoneOf(address);
  if (own === null) return null;
  let best: { network: OwnNetwork; bits: number } | null = null;
  for (const network of vantage.networks ?? []) {
    const range = parseRange(network.network);
    const bits = Number(network.network.split('/')[1] ?? 0);
    if (range === null || !inRange(own, range) || (zone !== null && zone !== network.interface)) continue;
    if (best === null || bits > best.bits) best = { network, bits };
  }
  return best?.network ?? null;
}

/** Whether an address is one of this host itself, so that packets to it never leave it. */
export function isOwnAddress({ vantage }: Evidence, address: string): boolean {
  return (
    (familyOf(address) !== null && scopeOf(address) === 'loopback') || vantage.addresses.includes(address)
  );
}

/** Whether a router is on the way to an address; null where the networks of this host are not known. */
export function isRouted(evidence: Evidence, address: string): boolean | null {
  if (familyOf(address) === null) return null;
  const scope = scopeOf(address);
  if (scope === 'link-local' || scope === 'loopback' || evidence.vantage.addresses.includes(address))
    return false;
  return evidence.vantage.networks === undefined ? null : linkOf(evidence, address) === null;
}
