import { InvalidInputError } from '../core/errors.js';
import type { DnsDocument } from '../documents/dns.js';
import { lookupHosts } from '../host/hosts-file.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';
import type { ResolveOptions } from '../probe/dns/options.js';

export interface HostOptions {
  /** Only addresses of this family. Both when left out. */
  family?: 4 | 6 | undefined;
  /** Passed on to the DNS client: servers, timeouts, tries. */
  dns?: ResolveOptions | undefined;
  signal?: AbortSignal | undefined;
  stop?: AbortSignal | undefined;
}

export interface HostAddresses {
  /** In the order given, without duplicates. */
  addresses: string[];
  /** `literal`: the host is an address; `hosts-file`: this host's own file says so, and DNS was not asked. */
  source: 'literal' | 'hosts-file' | 'dns';
  resolution: DnsDocument | null;
}

/**
 * The addresses a connection to `host` would try, in the order glibc looks: a literal address, the hosts file, DNS.
 * Throws InvalidInputError for a name DNS cannot carry or a literal of the other family, and CapabilityError when
 * this host has no nameserver to ask.
 */
export async function addressesOf(host: string, options: HostOptions = {}): Promise<HostAddresses> {
  const { family, signal, stop } = options;
  const literal = literalAddress(host, family);
  if (literal !== null) return literal;
  const named = (await lookupHosts(host)).filter((address) => isWanted(address, family));
  if (named.length > 0) return { addresses: unique(named), source: 'hosts-file', resolution: null };
  const types = family === undefined ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
  // A literal address needs none of it.
  const { resolve } = await import('../probe/dns/resolve.js');
  const resolution = await resolve(host, { types, ...options.dns, signal, stop });
  const found = resolution.addresses.map(({ address }) => address);
  return { addresses: unique(found), source: 'dns', resolution };
}

/** What addressesOf() gives of a literal address, at once; null for a name. Throws InvalidInputError for the other family. */
export function literalAddress(host: string, family?: 4 | 6): HostAddresses | null {
  const literal = familyOf(host);
  if (literal === null) return null;
  if (family !== undefined && family !== literal) {
    throw new InvalidInputError(
      'host',
      `"${host}" is an IPv${literal} address, but only IPv${family} was asked for`,
    );
  }
  return { addresses: [canonicalAddress(host)], source: 'literal', resolution: null };
}

function isWanted(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || familyOf(address) === family;
}

function unique(addresses: string[]): string[] {
  return [...new Set(addresses)];
}
