import { canonicalAddress } from './address.js';
import { formatOctets } from './octets.js';
import { inRange, parseRange, type Range } from './range.js';

/** Who can reach an address. The names are part of the JSON contract. */
export type AddressScope =
  | 'public'
  | 'private'
  | 'shared'
  | 'loopback'
  | 'link-local'
  | 'unique-local'
  | 'documentation'
  | 'multicast'
  | 'unspecified';

// Blocks of the IANA special-purpose registries that limit who can reach an address. They do not overlap.
const blocks: ReadonlyArray<[AddressScope, readonly string[]]> = [
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['shared', ['100.64.0.0/10']],
  ['loopback', ['127.0.0.0/8', '::1']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['unique-local', ['fc00::/7']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  // The limited broadcast address is one-to-many as well; no TCP service answers at it.
  ['multicast', ['224.0.0.0/4', '255.255.255.255', 'ff00::/8']],
  // 0/8 means "this network" (RFC 1122 section 3.2.1.3): a source address, never a destination.
  ['unspecified', ['0.0.0.0/8', '::']],
];

interface ScopedRange {
  scope: AddressScope;
  range: Range;
}

let known: readonly ScopedRange[] | null = null;

/** The well-known prefix, whose addresses contain an IPv4 address. */
const nat64 = parseRange('64:ff9b::/96');

/** The IPv6 blocks. They are parsed at first use, because parsing takes longer than the rest of a short command's start. */
function ranges(): readonly ScopedRange[] {
  known ??= blocks.flatMap(([scope, texts]) =>
    texts.flatMap((text) => {
      const range = text.includes(':') ? parseRange(text) : null;
      return range === null ? [] : [{ scope, range }];
    }),
  );
  return known;
}

// The IPv4 blocks as numbers, because a bulk of a hundred thousand names looks up a scope for each address.
const blocks4 = blocks.flatMap(([scope, texts]) =>
  texts.flatMap((text) => {
    if (text.includes(':')) return [];
    const [first = '', length = '32'] = text.split('/');
    const size = 2 ** (32 - Number(length));
    return [{ scope, size, index: Math.floor(numberOf(first) / size) }];
  }),
);

function scopeOf4(address: string): AddressScope {
  const number = numberOf(address);
  for (const { scope, size, index } of blocks4) if (Math.floor(number / size) === index) return scope;
  return 'public';
}

/** The 32 bits of an IPv4 literal. */
function numberOf(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

/**
 * Who can reach `address`, an IP literal with or without zone. Throws RangeError for any other text.
 *
 * An address that contains an IPv4 address (IPv4-mapped, or with the well-known NAT64 prefix of RFC 6052) has the scope of
 * that IPv4 address. `public` are globally routed addresses and the reserved blocks that are not private (198.18/15, 240/4,
 * 192.0.0/24, fec0::/10), because a VPC routes those like Internet addresses.
 */
export function scopeOf(address: string): AddressScope {
  const [plain = ''] = canonicalAddress(address).split('%', 1);
  if (!plain.includes(':')) return scopeOf4(plain);
  const parsed = parseRange(plain);
  if (parsed === null) return 'public';
  // The canonical text of an IPv4-mapped address is that of the IPv4 address.
  if (nat64 !== null && inRange(parsed, nat64)) return scopeOf4(formatOctets(parsed.octets.subarray(12)));
  for (const { scope, range } of ranges()) if (inRange(parsed, range)) return scope;
  return 'public';
}

/** The Amazon-provided resolver, at the same address in every VPC ("Amazon DNS server" in the VPC user guide). */
export const vpcResolverIPv4 = '169.254.169.253';
/** The IPv6 address of the same resolver, on Nitro instances. */
export const vpcResolverIPv6 = 'fd00:ec2::253';

const names: ReadonlyMap<string, string> = new Map([
  [vpcResolverIPv4, 'the VPC resolver'],
  [vpcResolverIPv6, 'the VPC resolver'],
  ['127.0.0.53', 'the local stub of systemd-resolved'],
  ['127.0.0.54', 'the local stub of systemd-resolved'],
]);

/** Words for a well-known resolver address that complete "10.0.0.5 is …"; null for any other address. */
export function wellKnownResolver(address: string): string | null {
  return names.get(canonicalAddress(address)) ?? null;
}

/**
 * The VPC resolver's second IPv4 address: the base of the VPC's primary range plus two, `10.0.0.2` for `10.0.0.0/16`.
 * null for text that is not an IPv4 range, and for a range that is too small.
 */
export function vpcResolverOf(range: string): string | null {
  const parsed = parseRange(range);
  if (parsed?.octets.length !== 4 || parsed.length > 30) return null;
  // Without the bits of the host.
  const size = 2 ** (32 - parsed.length);
  const resolver = Math.floor(numberOf(formatOctets(parsed.octets)) / size) * size + 2;
  return [24, 16, 8, 0].map((shift) => (resolver >>> shift) & 0xff).join('.');
}

/**
 * Whether `address` is the VPC resolver: one of its two fixed addresses, or base plus two of one of `vpcRanges`. Throws
 * RangeError when `address` is not an IP literal.
 */
export function isVpcResolver(address: string, vpcRanges: readonly string[] = []): boolean {
  const canonical = canonicalAddress(address);
  if (canonical === vpcResolverIPv4 || canonical === vpcResolverIPv6) return true;
  return vpcRanges.some((range) => vpcResolverOf(range) === canonical);
}
