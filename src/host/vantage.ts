import { hostname, networkInterfaces, release } from 'node:os';
import { CapabilityError } from '../core/errors.js';
import { canonicalAddress } from '../net/address/address.js';
import { scopeOf } from '../net/address/scope.js';
import { readResolvConf } from './resolv-conf.js';

/** The host from which measurements were made. */
export interface Vantage {
  /** @maxLength 255 */
  hostname: string;
  /** The host's addresses, canonical, without loopback. @maxItems 1000 @items { $ref: '#/definitions/IpAddress' } */
  addresses: string[];
  /** @items { type: 'string', minLength: 1, maxLength: 255 } */
  nameservers: string[];
  /** System, kernel release and architecture: `linux 6.1.0 x64`. @minLength 1 */
  platform: string;
}

/**
 * Describes this host. Loopback addresses are left out: they do not identify it. The list of nameservers is empty if
 * resolv.conf cannot be read; the DNS probe reports that error.
 */
export async function readVantage(): Promise<Vantage> {
  return {
    hostname: hostname(),
    addresses: ownAddresses(),
    nameservers: await nameservers(),
    platform: `${process.platform} ${release()} ${process.arch}`,
  };
}

function ownAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) =>
    (interfaces ?? []).map((each) => canonicalAddress(each.address)),
  );
  return [...new Set(addresses.filter((address) => scopeOf(address) !== 'loopback'))];
}

async function nameservers(): Promise<string[]> {
  try {
    return (await readResolvConf()).nameservers;
  } catch (error) {
    if (error instanceof CapabilityError) return [];
    throw error;
  }
}
