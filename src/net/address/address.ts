import { isIPv4, isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';
import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';

/**
 * The one spelling of an address: RFC 5952 for IPv6 (lower case, longest run of zeros elided), and plain IPv4 for a
 * v4-mapped address, which is what a socket connected to it speaks. A zone is kept.
 *
 * @throws RangeError when the text is no IP literal: ask `familyOf` first of what a user typed.
 */
export function canonicalAddress(address: string): string {
  const family = familyOf(address);
  if (family === null) throw new RangeError('canonicalAddress: the text is no IP literal');
  if (family === 4) return address;
  const parsed = new Address6(address);
  return parsed.isMapped4() ? parsed.to4().correctForm() : parsed.correctForm() + parsed.zone;
}

/**
 * The family of an IP literal, or null when the text is none. An IPv6 literal may carry a zone (`fe80::1%eth0`,
 * RFC 4007) but no prefix length and no brackets; octets with leading zeros are refused, because the C library reads
 * them as octal. A v4-mapped literal is IPv6 as it is written: `canonicalAddress` turns it into the IPv4 address.
 */
export function familyOf(address: string): 4 | 6 | null {
  if (address !== latest.address) latest = { address, family: readFamily(address) };
  return latest.family;
}

/** Whoever handles an address asks several times in a row, and of a sweep that is a good part of the work. */
let latest: { address: string; family: 4 | 6 | null } = { address: '', family: null };

function readFamily(address: string): 4 | 6 | null {
  // Node compiles a regular expression for each when it is first asked (9 ms for IPv6): ask for the likely one alone.
  if (address.includes(':')) return isIPv6(address) ? 6 : null;
  return isIPv4(address) ? 4 : null;
}

/** An address without its zone: `fe80::1` of `fe80::1%eth0` (RFC 4007 section 11). Packets carry none. */
export function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address;
}

/** The zone alone, `eth0` or `2`; null where the address has none. */
export function zoneOf(address: string): string | null {
  return address.split('%', 2)[1] ?? null;
}

/** The family of an address to send to. Throws InvalidInputError when it is not an IP literal. */
export function checkAddress(address: string): 4 | 6 {
  const family = familyOf(address);
  if (family !== null) return family;
  throw new InvalidInputError(
    'address',
    `address: ${quoted(address)} is not an IP address; resolve the name first`,
  );
}
