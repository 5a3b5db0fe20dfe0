import { zoneOf } from '../address/zone.js';
import { InvalidInputError } from '../errors.js';
import { interfaceIndex } from '../libc/sockaddr.js';
import { quoted } from '../quoted.js';

/** Every spelling of an address in fe80::/10 (RFC 4291 section 2.4) begins like this. */
const linkLocal = /^fe[89ab][0-9a-f]:/i;

/** Whether `address` is IPv6 link-local, which says nothing without the link it is on (RFC 4007). */
export function needsZone(address: string): boolean {
  return linkLocal.test(address) && zoneOf(address) === null;
}

/**
 * Checks that a link-local IPv6 address that a user gave names its interface, and one this host has; all other addresses
 * pass. Throws InvalidInputError naming `argument`: the kernel would say EINVAL to either mistake.
 */
export function checkZone(argument: string, address: string): void {
  if (needsZone(address)) {
    throw new InvalidInputError(
      argument,
      `${argument}: ${address} is link-local and means another host on each link; add the interface, as in ${address}%eth0`,
    );
  }
  const zone = zoneOf(address);
  if (zone !== null && linkLocal.test(address) && interfaceIndex(zone) === null) {
    throw new InvalidInputError(
      argument,
      `${argument}: no interface ${quoted(zone)} with a link-local address is up here; give one that \`ip -6 address\` lists`,
    );
  }
}
