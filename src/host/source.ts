import { familyOf } from '../address/family.js';
import { InvalidInputError } from '../errors.js';
import { quoted } from '../quoted.js';
import { needsZone } from './zone.js';

/**
 * The family of a source address. Throws InvalidInputError when it is no address, or when none of `addresses` can be
 * reached from it because all are of the other family. Whether it is this host's own, bind(2) says: networkInterfaces()
 * does not list all of 127.0.0.0/8, nor what ip_nonlocal_bind allows.
 */
export function checkSource(source: string, addresses: readonly string[]): 4 | 6 {
  const family = familyOf(source);
  if (family === null) {
    throw new InvalidInputError(
      'source',
      `source: ${quoted(source)} is not an IP address; give one of this host's own, as \`ip address\` lists them`,
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

/**
 * Whether bind(2) refused the source, in the words of Node's errors or of libc's. EINVAL is an IPv6 link-local address
 * without its zone. The same errno from connect(2) means that the ports have run out.
 */
export function isForeignSource(error: unknown): boolean {
  if (!(error instanceof Error) || !('syscall' in error && 'code' in error)) return false;
  return error.syscall === 'bind' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EINVAL');
}

/** What to throw when bind(2) refused the source: it is an address, but not one of this host's. */
export function sourceNotHere(source: string): InvalidInputError {
  if (needsZone(source)) {
    const advice = `add the interface that has it, as in ${source}%eth0`;
    return new InvalidInputError('source', `source: ${source} is link-local; ${advice}`);
  }
  return new InvalidInputError(
    'source',
    `source: ${source} is not an address of this host; give one that \`ip address\` lists`,
  );
}
