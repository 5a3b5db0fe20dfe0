import { mappedIPv4, parseOctets } from './octets.js';
import { inRange, parseRange, type Range } from './range.js';

/** Why no remote caller may have packets sent to an address. */
export type DeniedKind = 'loopback' | 'link-local' | 'metadata' | 'multicast' | 'broadcast' | 'unspecified';

/**
 * The blocks that belong to this host alone, to its link or to more than one host, and the metadata services of clouds, which give out credentials.
 * 168.63.129.16 is Azure's and 100.100.100.200 Alibaba Cloud's; 169.254.169.254 is link-local. Blocks that come first win.
 */
const blocks: ReadonlyArray<readonly [DeniedKind, readonly string[]]> = [
  ['loopback', ['127.0.0.0/8', '::1']],
  ['metadata', ['169.254.169.254', '169.254.170.2', '168.63.129.16', '100.100.100.200', 'fd00:ec2::/32']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['broadcast', ['255.255.255.255']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  // Linux connects 0.0.0.0 and :: to this host itself.
  ['unspecified', ['0.0.0.0/8', '::']],
];

const denied: ReadonlyArray<{ kind: DeniedKind; range: Range }> = blocks.flatMap(([kind, texts]) =>
  texts.flatMap((text) => {
    const range = parseRange(text);
    return range === null ? [] : [{ kind, range }];
  }),
);

/**
 * Prefixes whose addresses stand for an IPv4 address, with the offset of its four octets: IPv4-compatible (RFC 4291), the well-known
 * prefix of NAT64 (RFC 6052), the local one (RFC 8215) with the prefix lengths 96 and 64 that it allows, and 6to4 (RFC 3056).
 */
const embedding: ReadonlyArray<readonly [prefix: string, octets: readonly number[]]> = [
  ['::/96', [12, 13, 14, 15]],
  ['64:ff9b::/96', [12, 13, 14, 15]],
  ['64:ff9b:1::/48', [12, 13, 14, 15]],
  ['64:ff9b:1::/48', [9, 10, 11, 12]],
  ['64:ff9b:1::/48', [7, 9, 10, 11]],
  ['64:ff9b:1::/48', [6, 7, 9, 10]],
  ['2002::/16', [2, 3, 4, 5]],
];

const prefixes = embedding.flatMap(([prefix, places]) => {
  const range = parseRange(prefix);
  return range === null ? [] : [{ range, places }];
});

/**
 * The octets of an address to test, and of every IPv4 address that a translator or tunnel may make of it: `::ffff:127.0.0.1`, which
 * the kernel sends as IPv4, `64:ff9b::7f00:1`, `2002:7f00:1::`. Of an IPv4-mapped address only the IPv4 address.
 */
function forms(octets: Uint8Array): Uint8Array[] {
  const mapped = mappedIPv4(octets);
  if (mapped !== null) return [mapped];
  const whole = { octets, length: 8 * octets.length };
  const inner = prefixes
    .filter(({ range }) => inRange(whole, range))
    .map(({ places }) => Uint8Array.from(places, (at) => octets[at] ?? 0))
    // Most addresses have zeros at the places of the other prefix lengths, and no translator sends to 0.0.0.0/8.
    .filter(([first]) => first !== 0);
  return [octets, ...inner];
}

/**
 * Why packets to `address`, an IP literal with or without zone, are denied to every remote caller; null where they are not. Text that is
 * not an IP literal is `unspecified`. Sees through addresses that contain an IPv4 address. Pure.
 */
export function deniedKindOf(address: string): DeniedKind | null {
  const octets = parseOctets(address.split('%', 1)[0] ?? '');
  if (octets === null) return 'unspecified';
  for (const form of forms(octets)) {
    const whole = { octets: form, length: 8 * form.length };
    const block = denied.find(({ range }) => inRange(whole, range));
    if (block !== undefined) return block.kind;
  }
  return null;
}

/** Whether two IP literals lead to the same host: equal, or one contains the other as an IPv4 address. False for other text. */
export function leadToSameHost(first: string, second: string): boolean {
  const [one, other] = [first, second].map((text) => parseOctets(text.split('%', 1)[0] ?? ''));
  if (one == null || other == null) return false;
  return forms(one).some((form) => forms(other).some((same) => Buffer.compare(form, same) === 0));
}
