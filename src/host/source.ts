import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { familyOf, zoneOf } from '../net/address/address.js';

/**
 * Returns the family of a source address. Throws InvalidInputError if it is not an address, or if none of `addresses` is
 * of its family. Whether this host has the address is left to bind(2): networkInterfaces() does not list all of
 * 127.0.0.0/8, nor the addresses that ip_nonlocal_bind allows.
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
 * Reports whether an error of Node or libc says that bind(2) refused the source address. EINVAL means a link-local IPv6
 * address without its zone. EADDRNOTAVAIL from connect(2) has another meaning: there are no free ports.
 */
export function isForeignSource(error: unknown): boolean {
  if (!(error instanceof Error) || !('syscall' in error && 'code' in error)) return false;
  return error.syscall === 'bind' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EINVAL');
}

/** The error to throw if bind(2) refused the source: it is an address, but not one of this host. */
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

/** The start of every spelling of an address in fe80::/10 (RFC 4291 section 2.4). */
const linkLocal = /^fe[89ab][0-9a-f]:/i;

/** Reports whether an address is link-local IPv6 and lacks the zone that makes it unambiguous (RFC 4007). */
function needsZone(address: string): boolean {
  return linkLocal.test(address) && zoneOf(address) === null;
}
