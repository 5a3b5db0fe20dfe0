import { invalidText } from '../core/check-options.js';
import { familyOf } from '../net/address/address.js';

/**
 * Refuses a text that inet_aton(3) takes for an IPv4 address although it is not four decimal numbers: `10.1`, `0x7f.1`,
 * `010.0.0.1`, `167772161`. Throws InvalidInputError naming `argument`, with the address that inet_aton(3) makes of it.
 */
export function checkNumberForm(text: string, argument: string): void {
  const address = familyOf(text) === null ? inetAton(text) : null;
  if (address === null) return;
  throw invalidText(
    argument,
    text,
    `is not an IPv4 address of four decimal numbers; inet_aton(3) reads it as ${address}: give that if it is meant`,
  );
}

/**
 * Whether the last label of a name in ASCII is a number, decimal or hexadecimal. Such a text is an IPv4 address or nothing
 * (URL standard, "ends in a number"): no top-level domain is a number (RFC 3696 section 2).
 */
export function endsInNumber(name: string): boolean {
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(name);
}

/**
 * The address that inet_aton(3) makes of one to four numbers with dots between them, each decimal, octal (0…) or
 * hexadecimal (0x…), the last one filling the octets that are left; null for any other text.
 */
export function inetAton(text: string): string | null {
  const parts = text.split('.');
  const numbers = parts.map(numberOf);
  const last = numbers.pop();
  if (parts.length > 4 || last === undefined) return null;
  if (numbers.some((number) => !(number <= 255)) || !(last < 256 ** (5 - parts.length))) return null;
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join('.');
}

/** NaN for a text that is not a number of C. */
function numberOf(text: string): number {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
}
