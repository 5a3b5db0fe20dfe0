import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../net/address/address.js';
import { isVpcResolver, vpcResolverOf } from '../net/address/scope.js';
import { isEc2Instance, possibleVpcRanges } from './ec2.js';
import { parseResolvConf } from './resolv-conf.js';

/** What a nameserver is, by its address and by what this host knows of it. */
export interface ResolverRole {
  /**
   * `vpc-resolver`: Amazon's, at one of its two fixed addresses or, seen from an EC2 instance, at base plus two.
   * `base-plus-two`: at base plus two of a network of this host, of which nothing says that it is a VPC's.
   * `local-stub`: systemd-resolved on this host, which asks others in turn.
   */
  role: 'vpc-resolver' | 'base-plus-two' | 'local-stub';
  /** Of a local stub: whom it asks, as far as systemd says so; else empty. */
  upstreams: string[];
}

/** Where to look; a host's own places when left out. */
export interface ResolverRoleSources {
  /** systemd-resolved's own list of its upstreams (systemd-resolved.service(8)). */
  upstreamsFile?: string | undefined;
  vendorFile?: string | undefined;
}

// systemd-resolved.service(8): the stub, and the stub that passes everything on unchanged.
const stubs = new Set(['127.0.0.53', '127.0.0.54']);

/** What the server at `address` is, on port 53; null when nothing is known of it. */
export async function resolverRole(
  address: string,
  { upstreamsFile = '/run/systemd/resolve/resolv.conf', vendorFile }: ResolverRoleSources = {},
): Promise<ResolverRole | null> {
  const canonical = canonicalAddress(address);
  if (stubs.has(canonical)) return { role: 'local-stub', upstreams: await upstreamsOf(upstreamsFile) };
  if (isVpcResolver(canonical)) return { role: 'vpc-resolver', upstreams: [] };
  if (isVpcResolver(canonical, possibleVpcRanges()) && (await isEc2Instance(vendorFile)))
    return { role: 'vpc-resolver', upstreams: [] };
  const isAtBasePlusTwo = ownNetworks().some((range) => vpcResolverOf(range) === canonical);
  return isAtBasePlusTwo ? { role: 'base-plus-two', upstreams: [] } : null;
}

/** A list that cannot be read is an empty one: it is there while systemd-resolved runs. */
async function upstreamsOf(path: string): Promise<string[]> {
  const { nameservers, ignoredNameservers } = parseResolvConf(await readFile(path, 'utf8').catch(() => ''));
  return [...nameservers, ...ignoredNameservers];
}

/** The IPv4 networks that this host is on, loopback apart, as `10.0.1.10/24`. */
function ownNetworks(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.flatMap(({ family, internal, cidr }) =>
    family === 'IPv4' && !internal && cidr !== null ? [cidr] : [],
  );
}
