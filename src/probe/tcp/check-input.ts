import { familyOf } from '../../address/family.js';
import { InvalidInputError } from '../../errors.js';

/** Longer than any SYN retry schedule, and short enough that a mistyped unit is noticed. */
const longestTimeoutMs = 600_000;

/** Throws InvalidInputError unless `port` is a whole number from 1 to 65535. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw new InvalidInputError('port', `port: ${port} is not a port; give a whole number from 1 to 65535`);
}

/** Throws InvalidInputError unless `timeoutMs` is from 1 to 600000 milliseconds. */
export function checkTimeout(timeoutMs: number): void {
  if (timeoutMs >= 1 && timeoutMs <= longestTimeoutMs) return;
  throw new InvalidInputError(
    'timeout',
    `timeout: ${timeoutMs} is out of range; give milliseconds from 1 to ${longestTimeoutMs}`,
  );
}

/** The family of an address to connect to. Throws InvalidInputError when it is a name or nothing at all. */
export function checkAddress(address: string): 4 | 6 {
  const family = familyOf(address);
  if (family !== null) return family;
  throw new InvalidInputError(
    'address',
    `address: ${JSON.stringify(address)} is not an IP address; resolve the name first`,
  );
}

/**
 * The family of a source address. Throws InvalidInputError when it is no address, or when none of `addresses`
 * can be reached from it because all are of the other family.
 */
export function checkSource(source: string, addresses: readonly string[]): 4 | 6 {
  const family = familyOf(source);
  if (family === null) {
    throw new InvalidInputError(
      'source',
      `source: ${JSON.stringify(source)} is not an IP address; give one of this host's own, as \`ip address\` lists them`,
    );
  }
  const [first] = addresses;
  if (first !== undefined && !addresses.some((address) => familyOf(address) === family)) {
    throw new InvalidInputError(
      'source',
      `source: ${source} is IPv${family} and cannot reach ${first}; give an IPv${family === 4 ? 6 : 4} source, or none`,
    );
  }
  return family;
}

/** bind(2) refused the source. The same errno from connect(2) means that the ports have run out. */
export function isForeignSource(error: NodeJS.ErrnoException): boolean {
  return error.syscall === 'bind' && error.code === 'EADDRNOTAVAIL';
}

/** What to throw when bind(2) refused the source: it is an address, but not one of this host's. */
export function sourceNotHere(source: string): InvalidInputError {
  return new InvalidInputError(
    'source',
    `source: ${source} is not an address of this host; give one that \`ip address\` lists`,
  );
}
