import { Address4, Address6 } from 'ip-address';

/** An address as the wire has it: 4 or 16 octets. Throws ip-address's AddressError when `address` is not one. */
export function addressToBytes(address: string): Uint8Array {
  const bare = address.split('%', 1)[0] ?? address;
  if (!bare.includes(':')) return Uint8Array.from(new Address4(bare).toArray());
  // ip-address drops leading zero octets of the number; the wire has all sixteen.
  const octets = new Address6(bare).toUnsignedByteArray();
  const bytes = new Uint8Array(16);
  bytes.set(octets.slice(-16), 16 - Math.min(16, octets.length));
  return bytes;
}

/** The text of 4 or 16 octets: dotted quad, or RFC 5952. Any other length is a caller's mistake and gives ''. */
export function bytesToAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length === 16) return Address6.fromUnsignedByteArray([...bytes]).correctForm();
  return '';
}
