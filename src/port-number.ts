import { InvalidInputError } from './errors.js';

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
