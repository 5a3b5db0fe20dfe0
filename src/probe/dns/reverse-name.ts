import { Address4, Address6 } from 'ip-address';
import { canonicalAddress } from '../../address/canonical.js';
import { familyOf } from '../../address/family.js';
import { InvalidInputError } from '../../errors.js';
import { quoted } from '../../quoted.js';
import { withoutFinalDot } from './name.js';

/**
 * The name whose PTR record names an address: `5.0.0.10.in-addr.arpa` (RFC 1035 section 3.5) or the 32 nibbles under
 * ip6.arpa (RFC 3596 section 2.5). A v4-mapped address is reversed as IPv4; a zone is local and drops out.
 *
 * @throws InvalidInputError when the text is no IP literal.
 */
export function reverseName(address: string): string {
  if (familyOf(address) === null) {
    throw new InvalidInputError(
      'address',
      `address: ${quoted(address)} is not an IP address; write it like 10.0.0.1 or fd00::1`,
    );
  }
  const [plain = ''] = canonicalAddress(address).split('%', 1);
  const parsed = plain.includes(':') ? new Address6(plain) : new Address4(plain);
  return withoutFinalDot(parsed.reverseForm());
}
