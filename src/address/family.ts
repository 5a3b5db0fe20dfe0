import { isIP } from 'node:net';

/**
 * The family of an IP literal, or null when the text is none. An IPv6 literal may carry a zone (`fe80::1%eth0`,
 * RFC 4007) but no prefix length and no brackets; octets with leading zeros are refused, because the C library reads
 * them as octal. A v4-mapped literal is IPv6 as it is written: `canonicalAddress` turns it into the IPv4 address.
 */
export function familyOf(address: string): 4 | 6 | null {
  const family = isIP(address);
  return family === 4 || family === 6 ? family : null;
}
