import { hostname, networkInterfaces, release } from 'node:os';
import { canonicalAddress } from '../address/canonical.js';
import { scopeOf } from '../address/scope.js';
import type { Vantage } from '../diagnose/observations.js';
import { CapabilityError } from '../errors.js';
import { readResolvConf } from './resolv-conf.js';

/**
 * Where the measurements are made from. Loopback addresses are left out: they tell nobody where that is. A host
 * without readable resolv.conf has no nameservers here; the DNS probe says why.
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
