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

/** Read when first asked for: that takes longer than all else a short command does before it sends. */
function ranges(): readonly ScopedRange[] {
  known ??= blocks.flatMap(([scope, texts]) =>
    texts.flatMap((text) => {
      const range = parseRange(text);
      return range === null ? [] : [{ scope, range }];
    }),
  );
  return known;
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
  let parsed = parseRange(plain);
  if (parsed instanceof Address6) parsed = parsed.embeddedIPv4() ?? parsed;
  for (const { scope, range } of ranges()) if (parsed !== null && inRange(parsed, range)) return scope;
  return 'public';
}
