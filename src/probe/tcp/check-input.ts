import { familyOf } from '../../address/family.js';
import { InvalidInputError } from '../../errors.js';
import { quoted } from '../../quoted.js';

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
