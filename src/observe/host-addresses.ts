import {
  abortSignal,
  type Check,
  invalidText,
  nested,
  type OptionChecks,
  oneOf,
} from '../core/check-options.js';
import type { DnsDocument } from '../documents/dns.js';
import { lookupHosts } from '../host/hosts-file.js';
import { familyOf } from '../net/address/address.js';
import { type ResolveOptions, resolveChecks } from '../probe/dns/options.js';
import { checkSendable } from '../target/host.js';

export interface HostOptions {
  /** Only addresses of this family. Both when left out. */
  family?: 4 | 6 | undefined;
  /** Passed on to the DNS client: servers, timeouts, tries. */
  dns?: ResolveOptions | undefined;
  signal?: AbortSignal | undefined;
  stop?: AbortSignal | undefined;
}

/** The check of the `family` option, here and in every command that has it. */
export const addressFamily: Check = oneOf(4, 6);

export const hostChecks: OptionChecks<HostOptions> = {
  family: addressFamily,
  dns: nested(resolveChecks),
  signal: abortSignal,
  stop: abortSignal,
};

export interface HostAddresses {
  /** In the order given, without duplicates. */
  addresses: string[];
  /** `literal`: the host is an address; `hosts-file`: this host's own file has the name, and DNS was not asked. */
  source: 'literal' | 'hosts-file' | 'dns';
  resolution: DnsDocument | null;
}

/**
 * The addresses that a connection to `host` would try, in the order of glibc: a literal address, the hosts file, DNS.
 * `host` is one that checkHost gave. Throws InvalidInputError for a literal of the other family or of an interface that
 * this host lacks, and CapabilityError when this host has no nameserver to ask.
 */
export async function findAddresses(host: string, options: HostOptions = {}): Promise<HostAddresses> {
  const { family, signal, stop } = options;
  const literal = literalAddress(host, family);
  if (literal !== null) return literal;
  const named = (await lookupHosts(host)).filter((address) => isWanted(address, family));
  if (named.length > 0) return { addresses: unique(named), source: 'hosts-file', resolution: null };
  const types = family === undefined ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
  // Loaded only here: a literal address needs none of it.
  const { resolve } = await import('../probe/dns/resolve.js');
  const resolution = await resolve(host, { types, ...options.dns, signal, stop });
  const found = resolution.addresses.map(({ address }) => address);
  return { addresses: unique(found), source: 'dns', resolution };
}

/** What findAddresses() gives of a literal address, without a promise; null for a name. Throws InvalidInputError as it does. */
export function literalAddress(host: string, family?: 4 | 6): HostAddresses | null {
  const literal = familyOf(host);
  if (literal === null) return null;
  if (family !== undefined && family !== literal)
    throw invalidText('host', host, `is an IPv${literal} address, but only IPv${family} was asked for`);
  checkSendable(host);
  return { addresses: [host], source: 'literal', resolution: null };
}

function isWanted(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || familyOf(address) === family;
}

function unique(addresses: string[]): string[] {
  return [...new Set(addresses)];
}
