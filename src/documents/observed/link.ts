import type { OwnNetwork } from '../../host/vantage.js';
import { familyOf, withoutZone, zoneOf } from '../../net/address/address.js';
import { inRange, isBroadcast, parseRange } from '../../net/address/range.js';
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
  if (familyOf(address) !== null && scopeOf(address) === 'loopback') return true;
  // A connection to the unspecified address arrives at this host (RFC 1122 section 3.2.1.3; connect(2) of Linux).
  return address === '0.0.0.0' || address === '::' || vantage.addresses.includes(address);
}

/**
 * Whether an address is that of many hosts: multicast, or a broadcast address, that of a network of this host included. Linux lets
 * no TCP connection begin to one (ENETUNREACH), whatever its routes are.
 */
export function isOfManyHosts({ vantage }: Evidence, address: string): boolean {
  const own = parseRange(withoutZone(address));
  if (own === null) return false;
  if (scopeOf(address) === 'multicast') return true;
  return (vantage.networks ?? []).some(({ network }) => {
    const range = parseRange(network);
    return range !== null && isBroadcast(own, range);
  });
}

/** Whether a router is on the way to an address; null where the networks of this host are not known. */
export function isRouted(evidence: Evidence, address: string): boolean | null {
  if (familyOf(address) === null) return null;
  const scope = scopeOf(address);
  if (scope === 'link-local' || scope === 'loopback' || evidence.vantage.addresses.includes(address))
    return false;
  return evidence.vantage.networks === undefined ? null : linkOf(evidence, address) === null;
}
