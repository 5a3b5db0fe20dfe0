import { canonicalAddress, familyOf, withoutZone } from '../../net/address/address.js';
import { addressToBytes } from '../../net/packet/address-bytes.js';

/** A CIDR block, or an address as a block of one. */
export interface Block {
  family: 4 | 6;
  bytes: Uint8Array;
  /** The length of the prefix, 0 to 32 or 128. */
  length: number;
}

/**
 * The block of an address that packets have: an IPv4-mapped IPv6 address is the IPv4 address, because a socket connected to
 * it sends IPv4. Null for any other text.
 */
export function blockOfAddress(address: string): Block | null {
  const plain = withoutZone(address);
  return familyOf(plain) === null ? null : parsedBlock(canonicalAddress(plain), null);
}

/** Parses `10.0.0.0/16`, `fd00::/8`, or an address alone; bits of the host are ignored. Null for any other text. */
export function blockOf(text: string): Block | null {
  const slash = text.indexOf('/');
  const length = slash < 0 ? null : text.slice(slash + 1);
  if (length !== null && !/^\d{1,3}$/.test(length)) return null;
  return parsedBlock(slash < 0 ? text : text.slice(0, slash), length === null ? null : Number(length));
}

function parsedBlock(address: string, length: number | null): Block | null {
  const family = familyOf(address);
  if (family === null || address.includes('%')) return null;
  const most = family === 4 ? 32 : 128;
  if (length !== null && length > most) return null;
  return { family, bytes: addressToBytes(address), length: length ?? most };
}

/** Whether a block contains all of another one of the same family. Families are never compared: 0.0.0.0/0 has no IPv6. */
export function contains(outer: Block, inner: Block): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  return samePrefix(outer.bytes, inner.bytes, outer.length);
}

function samePrefix(one: Uint8Array, other: Uint8Array, length: number): boolean {
  const whole = length >> 3;
  for (let index = 0; index < whole; index++) if (one[index] !== other[index]) return false;
  const rest = length & 7;
  if (rest === 0) return true;
  const shift = 8 - rest;
  return (one[whole] ?? 0) >> shift === (other[whole] ?? 0) >> shift;
}

/** Whether the block in a text contains an address; null where the text is no block. A text of the other family does not. */
export function covers(text: string, address: Block): boolean | null {
  // Parsing IPv6 takes long, and the rules of a group can be ten thousand.
  if (text.includes(':') !== (address.family === 6)) return blockShape.test(text) ? false : null;
  if (address.family === 4) return covers4(text, address);
  const block = blockOf(text);
  return block === null ? null : contains(block, address);
}

/** The same for IPv4, without an object for each of the thousands of entries of prefix lists. */
function covers4(text: string, { bytes, length }: Block): boolean | null {
  let [octets, octet, digits, prefix] = [0, 0, 0, -1];
  let same = 0;
  let isSame = true;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x2f;
    if (code >= 0x30 && code <= 0x39) {
      octet = octet * 10 + code - 0x30;
      digits++;
      if (digits > 3 || octet > 255 || (digits > 1 && octet < 10)) return null;
    } else if (
      digits > 0 &&
      octets < 4 &&
      ((code === 0x2e && octets < 3) || (code === 0x2f && octets === 3))
    ) {
      if (isSame) {
        const other = octet ^ (bytes[octets] ?? 0);
        same += other === 0 ? 8 : Math.clz32(other) - 24;
        isSame = other === 0;
      }
      octets++;
      octet = 0;
      digits = 0;
      if (octets === 4 && at < text.length) {
        const rest = text.slice(at + 1);
        prefix = /^\d{1,2}$/.test(rest) ? Number(rest) : 33;
        break;
      }
    } else return null;
  }
  if (octets < 4 || prefix > 32) return null;
  const wanted = prefix < 0 ? 32 : prefix;
  return wanted <= length && same >= wanted;
}

const blockShape = /^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/;

/** The longest prefix in a prefix list that contains an address: -1 where none does, null where the list is not known. */
export type PrefixLookup = (id: string) => number | null;

/** Looks an address up in prefix lists, once for each list. A list with an entry that is no block is not known. */
export function prefixLookup(
  lists: Readonly<Record<string, readonly string[]>>,
  address: Block,
): PrefixLookup {
  const known = new Map<string, number | null>();
  return (id) => {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const result = Object.hasOwn(lists, id) ? longest(lists[id] ?? [], address) : null;
    known.set(id, result);
    return result;
  };
}

function longest(cidrs: readonly string[], address: Block): number | null {
  let best = -1;
  let isWhole = true;
  for (const cidr of cidrs) {
    const covered = covers(cidr, address);
    if (covered === null) isWhole = false;
    if (covered === true) best = Math.max(best, blockOf(cidr)?.length ?? -1);
  }
  return best >= 0 || isWhole ? best : null;
}
