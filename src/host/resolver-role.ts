import { readText } from '../core/read-text.js';
import { canonicalAddress } from '../net/address/address.js';
import { isVpcResolver, vpcResolverOf } from '../net/address/scope.js';
import { localInterfaces } from '../net/libc/interfaces.js';
import { isEc2Instance, possibleVpcRanges } from './ec2.js';
import { parseResolvConf } from './resolv-conf.js';

/** The role of a nameserver, judging by its address and by this host's configuration. */
export interface ResolverRole {
  /**
   * `vpc-resolver`: Amazon's resolver, at one of its two fixed addresses or, on an EC2 instance, at base plus two.
   * `base-plus-two`: at base plus two of a network of this host that is not known to be part of a VPC.
   * `local-stub`: systemd-resolved on this host, which forwards to other resolvers.
   */
  role: 'vpc-resolver' | 'base-plus-two' | 'local-stub';
  /** The resolvers to which a local stub forwards, as far as systemd lists them; otherwise empty. */
  upstreams: string[];
}

/** Files to read instead of this host's. */
export interface ResolverRoleSources {
  /** The list of upstream resolvers that systemd-resolved writes (systemd-resolved.service(8)). */
  upstreamsFile?: string | undefined;
  vendorFile?: string | undefined;
}

// systemd-resolved.service(8): the stub, and the proxy stub, which forwards queries unchanged.
const stubs = new Set(['127.0.0.53', '127.0.0.54']);

/** The role of the server at `address`, port 53; null if nothing is known about it. */
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

/** The upstream servers of systemd-resolved; empty if the file cannot be read, because it exists only while it runs. */
async function upstreamsOf(path: string): Promise<string[]> {
  const { nameservers, ignoredNameservers } = parseResolvConf(await readText(path).catch(() => ''));
  return [...nameservers, ...ignoredNameservers];
}

/** The IPv4 networks of this host, except loopback, as `10.0.1.10/24`. */
function ownNetworks(): string[] {
  const own = Object.values(localInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.flatMap(({ family, internal, cidr }) =>
    family === 'IPv4' && !internal && cidr !== null ? [cidr] : [],
  );
}
