import { Address6 } from 'ip-address';
import { familyOf } from './family.js';

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
