import { Address6 } from 'ip-address';
import { InvalidInputError } from '../errors.js';
import { familyOf } from './family.js';

/**
 * The one spelling of an address: RFC 5952 for IPv6 (lower case, longest run of zeros elided), and plain IPv4 for a
 * v4-mapped address, which is what a socket connected to it speaks. A zone is kept.
 *
 * @throws InvalidInputError when the text is no IP literal.
 */
export function canonicalAddress(address: string): string {
  const family = familyOf(address);
  if (family === null) throw notAnAddress(address);
  if (family === 4) return address;
  const parsed = new Address6(address);
  return parsed.isMapped4() ? parsed.to4().correctForm() : parsed.correctForm() + parsed.zone;
}

/** Whether two literals name the same address, however they are spelled. Neither may be other text. */
export function sameAddress(first: string, second: string): boolean {
  return first === second || canonicalAddress(first) === canonicalAddress(second);
}

function notAnAddress(text: string): InvalidInputError {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return new InvalidInputError('address', `${shown} is not an IP address: write it like 10.0.0.1 or fd00::1`);
}
