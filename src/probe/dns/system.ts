import type { DnsDocument, SystemComparison, SystemLookup } from '../../documents/dns.js';
import { type SystemAddressesOptions, systemAddresses } from '../../host/getent.js';
import type { HostsEntry } from '../../host/hosts-file.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { checkName } from '../../target/dns-name.js';

/** How to ask the system. `timeoutMs`: 5000 if not given. */
export interface SystemLookupOptions extends SystemAddressesOptions {
  /** Only addresses of this family. */
  family?: 4 | 6 | undefined;
}

/**
 * What getaddrinfo(3) says of a name: what every other program on this host gets, by way of nsswitch.conf, the hosts
 * file and local caches. Beside the answer from the wire it tells whether one of those is in between.
 *
 * @throws InvalidInputError for a name that is none
 * @throws CapabilityError where getent(1) is not installed
 * @throws the reason of `options.signal` when it aborts
 */
export async function lookupSystem(name: string, options: SystemLookupOptions = {}): Promise<SystemLookup> {
  const { family, ...how } = options;
  const checkedName = checkName(name);
  const found = await systemAddresses(checkedName, { timeoutMs: 5000, ...how });
  const addresses = found.addresses.filter((address) => family === undefined || familyOf(address) === family);
  const gaveNone = found.errorCode === null && addresses.length === 0;
  return { addresses, errorCode: gaveNone ? 'ENOTFOUND' : found.errorCode, durationMs: found.durationMs };
}

/** Lays the system's look-up of a name beside the answer that DNS gave. Pure. */
export function compareSystem(
  lookup: SystemLookup,
  document: DnsDocument,
  hosts: readonly HostsEntry[],
): SystemComparison {
  const fromDns = document.addresses.map(({ address }) => address);
  const onlySystem = lookup.addresses.filter((address) => !fromDns.includes(address));
  const onlyDns = fromDns.filter((address) => !lookup.addresses.includes(address));
  const isKnown = ['answered', 'no-data', 'nxdomain'].includes(document.status);
  const isTold = lookup.errorCode === null || lookup.errorCode === 'ENOTFOUND';
  return {
    ...lookup,
    same: isKnown && isTold ? onlySystem.length === 0 && onlyDns.length === 0 : null,
    onlySystem,
    onlyDns,
    hostsFile: hosts.map(({ address, line }) => ({ address: canonicalAddress(address), line })),
  };
}
