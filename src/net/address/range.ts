import { parseOctets } from './octets.js';

/** A block of addresses: those that have the first `length` bits of `octets`. A single address is a block of one. */
export interface Range {
  octets: Uint8Array;
  length: number;
}

/** Parses `10.0.0.0/8`, `fd00::/8` or a single address without zone; null for any other text. */
export function parseRange(text: string): Range | null {
  const [address = '', length, extra] = text.split('/');
  const octets = parseOctets(address);
  if (octets === null || extra !== undefined) return null;
  const bits = 8 * octets.length;
  if (length === undefined) return { octets, length: bits };
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { octets, length: Number(length) } : null;
}

/** Whether `outer` contains all of `inner`. False for different families. */
export function inRange(inner: Range, outer: Range): boolean {
  if (inner.octets.length !== outer.octets.length || inner.length < outer.length) return false;
  const whole = outer.length >> 3;
  for (let index = 0; index < whole; index += 1) {
    if (inner.octets[index] !== outer.octets[index]) return false;
  }
  const rest = outer.length & 7;
  const difference = (inner.octets[whole] ?? 0) ^ (outer.octets[whole] ?? 0);
  return rest === 0 || difference >> (8 - rest) === 0;
}

/** Whether a single address is the broadcast address of an IPv4 network (RFC 919 section 7). Those of /31 and /32 have none (RFC 3021). */
export function isBroadcast(address: Range, network: Range): boolean {
  const { octets } = address;
  if (octets.length !== 4 || network.length > 30 || !inRange(address, network)) return false;
  const bit = (at: number): number => ((octets[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  return Array.from({ length: 32 - network.length }, (_, at) => bit(network.length + at)).every(Boolean);
}
