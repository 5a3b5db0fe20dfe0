import { isIPv4, isIPv6 } from 'node:net';

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
