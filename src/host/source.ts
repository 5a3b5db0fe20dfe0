import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { familyOf, zoneOf } from '../net/address/address.js';

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

/** Every spelling of an address in fe80::/10 (RFC 4291 section 2.4) begins like this. */
const linkLocal = /^fe[89ab][0-9a-f]:/i;

/** Whether `address` is IPv6 link-local, which says nothing without the link it is on (RFC 4007). */
function needsZone(address: string): boolean {
  return linkLocal.test(address) && zoneOf(address) === null;
}
