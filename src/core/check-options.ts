import { familyOf } from '../net/address/address.js';
import { InvalidInputError } from './errors.js';
import { quoted } from './text.js';

/** Longer than any SYN retry schedule, and short enough that a mistyped unit is noticed. */
const longestTimeoutMs = 600_000;
/** A million attempts are eleven days at one a second; all are kept in memory. */
const mostAttempts = 1_000_000;

/** Throws InvalidInputError unless `timeoutMs` is from 1 to 600000 milliseconds. */
export function checkTimeout(timeoutMs: number): void {
  checkMs('timeout', timeoutMs);
}

/** Throws InvalidInputError unless `ms` is from 1 to 600000 milliseconds. */
export function checkMs(argument: string, ms: number): void {
  if (ms >= 1 && ms <= longestTimeoutMs) return;
  throw new InvalidInputError(
    argument,
    `${argument}: ${ms} is out of range; give milliseconds from 1 to ${longestTimeoutMs}`,
  );
}

/** Throws InvalidInputError unless `count` is a whole number of attempts. */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= mostAttempts) return;
  throw new InvalidInputError(
    'count',
    `count: ${count} is out of range; give a whole number from 1 to ${mostAttempts}`,
  );
}

/** The family of an address to connect to. Throws InvalidInputError when it is a name or nothing at all. */
export function checkAddress(address: string): 4 | 6 {
  const family = familyOf(address);
  if (family !== null) return family;
  throw new InvalidInputError(
    'address',
    `address: ${quoted(address)} is not an IP address; resolve the name first`,
  );
}

const lowestPort = 1;
const highestPort = 65_535;

/** Throws InvalidInputError, naming `argument`, unless `port` is a whole number from 1 to 65535. */
export function checkPort(port: number, argument = 'port'): void {
  if (Number.isInteger(port) && port >= lowestPort && port <= highestPort) return;
  throw notAPort(String(port), argument);
}

/** What to throw for what was given as a port and is none. */
function notAPort(given: string, argument = 'port'): InvalidInputError {
  return new InvalidInputError(
    argument,
    `${argument}: ${given} is not a port; give a whole number from ${lowestPort} to ${highestPort}`,
  );
}
