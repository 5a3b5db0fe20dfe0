import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import { type AddressScope, scopeOf as scopeOfLiteral } from '../net/address/scope.js';

/**
 * Who can reach `address`, an IP literal with or without zone: `private`, `public`, …
 *
 * @throws InvalidInputError when the text is no IP literal.
 */
export function scopeOf(address: string): AddressScope {
  if (familyOf(address) !== null) return scopeOfLiteral(address);
  throw new InvalidInputError(
    'address',
    `address: ${quoted(address)} is not an IP address; write it like 10.0.0.1 or fd00::1`,
  );
}
