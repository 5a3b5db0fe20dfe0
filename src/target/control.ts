import { InvalidInputError } from '../core/errors.js';
import type { ControlTarget } from '../observe/options.js';
import { parseTarget } from './parse-target.js';

/**
 * Reads `host:port`, `host` (port 443) or an address as a place to connect to for contrast.
 *
 * @throws InvalidInputError when it is none; it names `--control`.
 */
export function parseControl(text: string): ControlTarget {
  try {
    const { host, port } = parseTarget(text);
    return { host, port };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const why = error.message.replace(/^[a-z]+: /, '');
    throw new InvalidInputError('--control', `--control: ${why}`, { cause: error });
  }
}
