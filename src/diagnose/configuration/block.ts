import { Address4, Address6 } from 'ip-address';
import { canonicalAddress, familyOf, withoutZone } from '../../net/address/address.js';

/** A CIDR block, or an address as a block of one; `subnetMask` is the length of its prefix. */
export type Block = Address4 | Address6;

/**
 * The block of an address that packets have: an IPv4-mapped IPv6 address is the IPv4 address, because a socket connected to
 * it sends IPv4. Null for any other text.
 */
export function blockOfAddress(address: string): Block | null {
  const plain = withoutZone(address);
  return familyOf(plain) === null ? null : blockOf(canonicalAddress(plain));
}

/** Parses `10.0.0.0/16`, `fd00::/8`, or an address alone; bits of the host are ignored. Null for any other text. */
export function blockOf(text: string): Block | null {
  if (text.includes('%')) return null;
  try {
    return text.includes(':') ? new Address6(text) : new Address4(text);
  } catch {
    return null;
  }
}

/** Whether a block contains all of another one of the same family. Families are never compared: 0.0.0.0/0 has no IPv6. */
export function contains(outer: Block, inner: Block): boolean {
  return outer instanceof Address4 === inner instanceof Address4 && inner.isInSubnet(outer);
}

/** Whether the block in a text contains an address; null where the text is no block. A text of the other family does not. */
export function covers(text: string, address: Block): boolean | null {
  const block = blockOf(text);
  return block === null ? null : contains(block, address);
}

/** The longest prefix in a prefix list that contains an address: -1 where none does, null where the list is not known. */
export type PrefixLookup = (id: string) => number | null;

/**
 * Looks an address up in prefix lists, once for each list. A list with an entry that is no block is not known, and what a list
 * that was cut lacks may be in the rest of it.
 */
export function prefixLookup(
  lists: Readonly<Record<string, readonly string[]>>,
  address: Block,
  isCut = false,
): PrefixLookup {
  const known = new Map<string, number | null>();
  return (id) => {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const result = Object.hasOwn(lists, id) ? longest(lists[id] ?? [], address, !isCut) : null;
    known.set(id, result);
    return result;
  };
}

function longest(cidrs: readonly string[], address: Block, isWholeList: boolean): number | null {
  let best = -1;
  let isWhole = isWholeList;
  for (const cidr of cidrs) {
    const covered = covers(cidr, address);
    if (covered === null) isWhole = false;
    if (covered === true) best = Math.max(best, blockOf(cidr)?.subnetMask ?? -1);
  }
  return best >= 0 || isWhole ? best : null;
}
