import { canonicalAddress, familyOf } from '../../net/address/address.js';
import type { NetworkInterfaceFacts } from '../facts.js';

/** The addresses that a network interface has, each once, in canonical form. What is not an address is left out. Pure. */
export function addressesOfInterface({
  PrivateIpAddress,
  PrivateIpAddresses = [],
  Ipv6Addresses = [],
}: NetworkInterfaceFacts): string[] {
  const all = [
    PrivateIpAddress,
    ...PrivateIpAddresses.map((each) => each.PrivateIpAddress),
    ...Ipv6Addresses.map((each) => each.Ipv6Address),
  ];
  const canonical = all.flatMap((address) =>
    address === undefined || familyOf(address) === null ? [] : [canonicalAddress(address)],
  );
  return [...new Set(canonical)];
}
