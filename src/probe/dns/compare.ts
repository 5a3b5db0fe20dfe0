import {
  abortSignal,
  checkOptions,
  type OptionChecks,
  oneOf,
  waitBound,
  within,
} from '../../core/check-options.js';
import { checkRuntime } from '../../core/runtime.js';
import type { DnsComparison, DnsDocument, SystemComparison, SystemLookup } from '../../documents/dns.js';
import { type SystemAddressesOptions, systemAddresses } from '../../host/getent.js';
import type { HostsEntry } from '../../host/hosts-file.js';
import { canonicalAddress, familyOf } from '../../net/address/address.js';
import { checkName } from '../../target/dns-name.js';

/** How long lookupSystem() waits; the C library itself waits ten seconds and more. */
export const systemLookupBounds = { timeoutMs: waitBound(5000) };

/** The options of lookupSystem(). The default of `timeoutMs` is 5000. */
export interface SystemLookupOptions extends SystemAddressesOptions {
  /** Only addresses of this family. */
  family?: 4 | 6 | undefined;
}

const systemLookupChecks: OptionChecks<SystemLookupOptions> = {
  timeoutMs: within(systemLookupBounds.timeoutMs),
  family: oneOf(4, 6),
  signal: abortSignal,
  stop: abortSignal,
};

/**
 * The addresses that getaddrinfo(3) gives for a name, by way of nsswitch.conf, the hosts file and local caches: what
 * other programs on this host get. Compared with the answer of DNS, it shows whether one of those changes the answer.
 *
 * @throws InvalidInputError for an invalid name
 * @throws CapabilityError if getent(1) is not installed
 * @throws the reason of `options.signal` when it aborts
 */
export async function lookupSystem(name: string, options: SystemLookupOptions = {}): Promise<SystemLookup> {
  checkRuntime();
  checkOptions(systemLookupChecks, options);
  const { family, timeoutMs = systemLookupBounds.timeoutMs.default, ...how } = options;
  const checkedName = checkName(name);
  const found = await systemAddresses(checkedName, { ...how, timeoutMs });
  const addresses = found.addresses.filter((address) => family === undefined || familyOf(address) === family);
  const hasNone = found.errorCode === null && addresses.length === 0;
  return { addresses, errorCode: hasNone ? 'ENOTFOUND' : found.errorCode, durationMs: found.durationMs };
}

/** Compares the system's lookup of a name with the answer of DNS. Pure. */
export function compareSystem(
  lookup: SystemLookup,
  document: DnsDocument,
  hosts: readonly HostsEntry[],
): SystemComparison {
  const { onlyFirst, onlySecond } = difference(lookup.addresses, addressesOfDocument(document));
  const isSettled = ['answered', 'no-data', 'nxdomain'].includes(document.status);
  const isSystemSettled = lookup.errorCode === null || lookup.errorCode === 'ENOTFOUND';
  return {
    ...lookup,
    same: isSettled && isSystemSettled ? onlyFirst.length === 0 && onlySecond.length === 0 : null,
    onlySystem: onlyFirst,
    onlyDns: onlySecond,
    hostsFile: hosts.map(({ address, line }) => ({ address: canonicalAddress(address), line })),
  };
}

/**
 * Compares the addresses of two names. For a private API these are its own name and the name of its endpoint, which must
 * have the same set of addresses. Pure.
 */
export function compareNames(first: DnsDocument, second: DnsDocument): DnsComparison {
  const addresses = addressesOfDocument(first);
  const { onlyFirst, onlySecond } = difference(addresses, addressesOfDocument(second));
  return {
    name: second.question.name,
    status: second.status,
    addresses: second.addresses,
    same: addresses.length > 0 && onlyFirst.length === 0 && onlySecond.length === 0,
    onlyFirst,
    onlySecond,
  };
}

function addressesOfDocument({ addresses }: DnsDocument): string[] {
  return addresses.map(({ address }) => address);
}

function difference(
  first: readonly string[],
  second: readonly string[],
): { onlyFirst: string[]; onlySecond: string[] } {
  return {
    onlyFirst: first.filter((address) => !second.includes(address)),
    onlySecond: second.filter((address) => !first.includes(address)),
  };
}
