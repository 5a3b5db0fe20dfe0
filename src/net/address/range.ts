import { Address4, Address6 } from 'ip-address';
import { familyOf } from './address.js';

/** A block of addresses. A single address is a block of one. */
export type Range = Address4 | Address6;

/** Parses `10.0.0.0/8`, `fd00::/8` or a single address without zone; null for any other text. */
export function parseRange(text: string): Range | null {
  const [address = ''] = text.split('/', 1);
  const family = familyOf(address);
  if (family === 4) return Address4.isValid(text) ? new Address4(text) : null;
  if (family === 6 && !address.includes('%')) return Address6.isValid(text) ? new Address6(text) : null;
  return null;
}

/** Whether `outer` contains all of `inner`. False for different families. */
export function inRange(inner: Range, outer: Range): boolean {
  if (inner instanceof Address4) return outer instanceof Address4 && inner.isInSubnet(outer);
  return outer instanceof Address6 && inner.isInSubnet(outer);
}
