import { Address4 } from 'ip-address';
import { canonicalAddress } from './canonical.js';
import { parseRange } from './range.js';

/** The Amazon-provided resolver, at the same address in every VPC ("Amazon DNS server" in the VPC user guide). */
export const vpcResolverIPv4 = '169.254.169.253';
/** The same over IPv6, on Nitro instances. */
export const vpcResolverIPv6 = 'fd00:ec2::253';

const names: ReadonlyMap<string, string> = new Map([
  [vpcResolverIPv4, 'the VPC resolver'],
  [vpcResolverIPv6, 'the VPC resolver'],
  ['127.0.0.53', 'the local stub of systemd-resolved'],
  ['127.0.0.54', 'the local stub of systemd-resolved'],
]);

/** What a well-known resolver address is, in words that complete "10.0.0.5 is …"; null for any other address. */
export function wellKnownResolver(address: string): string | null {
  return names.get(canonicalAddress(address)) ?? null;
}

/**
 * The VPC resolver's second IPv4 address: the base of the VPC's primary range plus two, `10.0.0.2` for `10.0.0.0/16`.
 * null when the text is no IPv4 range or one too small to hold it.
 */
export function vpcResolverOf(range: string): string | null {
  const parsed = parseRange(range);
  if (!(parsed instanceof Address4) || parsed.subnetMask > 30) return null;
  return parsed.startAddress().offset(2).addressMinusSuffix;
}

/**
 * Whether `address` is the VPC resolver: one of its two fixed addresses, or base plus two of one of `vpcRanges`.
 *
 * @throws RangeError when `address` is no IP literal.
 */
export function isVpcResolver(address: string, vpcRanges: readonly string[] = []): boolean {
  const canonical = canonicalAddress(address);
  if (canonical === vpcResolverIPv4 || canonical === vpcResolverIPv6) return true;
  return vpcRanges.some((range) => vpcResolverOf(range) === canonical);
}
