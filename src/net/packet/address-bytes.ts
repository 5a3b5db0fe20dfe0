import { withoutZone } from '../address/address.js';
import { parseOctets } from '../address/octets.js';

export { formatOctets as bytesToAddress } from '../address/octets.js';

/** An address as 4 or 16 octets in network order, without its zone. Throws RangeError when `address` is not an IP literal. */
export function addressToBytes(address: string): Uint8Array {
  const octets = parseOctets(withoutZone(address));
  if (octets === null) throw new RangeError('addressToBytes: the text is not an IP literal');
  return octets;
}
