import { isServicePort } from '../core/service-names.js';
import { familyOf } from '../net/address/address.js';

/**
 * A note about a text that is an IPv6 address, and more likely an address and a port without brackets: `::1:443`. null for any
 * other text. It cannot be refused: the number of a service is also the last part of an address.
 */
export function bracketsNote(text: string): string | null {
  const colon = text.lastIndexOf(':');
  const [address, port] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  if (!/^\d{1,5}$/.test(port) || !address.includes('::')) return null;
  if (familyOf(text) !== 6 || familyOf(address) !== 6 || !isServicePort(Number(port))) return null;
  return `${text} is one IPv6 address; with a port it is written [${address}]:${port}`;
}
