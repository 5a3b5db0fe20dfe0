import { Address6 } from 'ip-address';
import { canonicalAddress } from './canonical.js';
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

// The blocks of the IANA special-purpose registries that say who can reach an address. No two overlap.
const blocks: ReadonlyArray<[AddressScope, readonly string[]]> = [
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['shared', ['100.64.0.0/10']],
  ['loopback', ['127.0.0.0/8', '::1']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['unique-local', ['fc00::/7']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  // The limited broadcast address is one-to-many as well: no TCP service ever answers at it.
  ['multicast', ['224.0.0.0/4', '255.255.255.255', 'ff00::/8']],
  // All of 0/8 means "this network" (RFC 1122 section 3.2.1.3): it can be a source, never a destination.
  ['unspecified', ['0.0.0.0/8', '::']],
];

interface ScopedRange {
  scope: AddressScope;
  range: Range;
}

let known: readonly ScopedRange[] | null = null;

/** The IPv6 blocks, read when first asked for: that takes longer than all else a short command does before it sends. */
function ranges(): readonly ScopedRange[] {
  known ??= blocks.flatMap(([scope, texts]) =>
    texts.flatMap((text) => {
      const range = text.includes(':') ? parseRange(text) : null;
      return range === null ? [] : [{ scope, range }];
    }),
  );
  return known;
}

// Of IPv4, numbers: a look-up of a hundred thousand names asks for as many scopes.
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
 * Who can reach `address`, an IP literal with or without zone.
 *
 * An address that carries an IPv4 address, v4-mapped or behind the well-known NAT64 prefix (RFC 6052), is judged as
 * that IPv4 address. `public` is what is left: globally routed addresses, and with them the blocks that are reserved
 * without being private (198.18/15, 240/4, 192.0.0/24, fec0::/10). A VPC routes those as it routes the Internet, so
 * to call them anything narrower would claim a privacy that nothing gives them.
 *
 * @throws RangeError when the text is no IP literal.
 */
export function scopeOf(address: string): AddressScope {
  const [plain = ''] = canonicalAddress(address).split('%', 1);
  if (!plain.includes(':')) return scopeOf4(plain);
  const parsed = parseRange(plain);
  const embedded = parsed instanceof Address6 ? parsed.embeddedIPv4() : null;
  if (embedded) return scopeOf4(embedded.correctForm());
  for (const { scope, range } of ranges()) if (parsed !== null && inRange(parsed, range)) return scope;
  return 'public';
}
