import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { formatOctets, mappedIPv4, parseOctets } from './octets.js';

/**
 * The canonical text of an address: RFC 5952 for IPv6 (lower case, longest run of zeros elided), and the IPv4 address for an
 * IPv4-mapped one, because a socket connected to it uses IPv4. A zone is kept. Throws RangeError when the text is not an IP
 * literal; check user input with `familyOf` first.
 */
export function canonicalAddress(address: string): string {
  const family = familyOf(address);
  if (family === 4) return address;
  const octets = family === null ? null : parseOctets(withoutZone(address));
  if (octets === null) throw new RangeError('canonicalAddress: the text is not an IP literal');
  const mapped = mappedIPv4(octets);
  return mapped === null
    ? formatOctets(octets) + address.slice(withoutZone(address).length)
    : formatOctets(mapped);
}

/**
 * The family of an IP literal; null for any other text. An IPv6 literal can have a zone (`fe80::1%eth0`, RFC 4007), but no
 * prefix length and no brackets. IPv4 octets with leading zeros are refused, because the C library reads them as octal. An
 * IPv4-mapped literal is IPv6; `canonicalAddress` converts it to the IPv4 address.
 */
export function familyOf(address: string): 4 | 6 | null {
  if (address !== latest.address) latest = { address, family: readFamily(address) };
  return latest.family;
}

/** The result of the latest call. Callers ask for the same address several times in a row, which costs time in a sweep. */
let latest: { address: string; family: 4 | 6 | null } = { address: '', family: null };

function readFamily(address: string): 4 | 6 | null {
  // node:net takes 3 ms to load and its expression for IPv6 9 ms to compile. A zone has the characters that Node accepts.
  const isIPv6 = address.includes(':');
  const plain = isIPv6 ? address.replace(/%[\da-z.:-]+$/i, '') : address;
  if (parseOctets(plain) === null) return null;
  return isIPv6 ? 6 : 4;
}

/** An address without its zone: `fe80::1` of `fe80::1%eth0` (RFC 4007 section 11). Addresses in packets have no zone. */
export function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address;
}

/** Where Linux sends what is sent to an address: to loopback where it is unspecified (RFC 1122 section 3.2.1.3), else to it. */
export function whereSent(address: string): string {
  return address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
}

/** The zone, `eth0` or `2`; null where the address has no zone. */
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
