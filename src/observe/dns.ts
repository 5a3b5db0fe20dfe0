import { CapabilityError } from '../core/errors.js';
import type {
  AddressOrigin,
  DnsPurpose,
  ObservedDns,
  ObservedSystem,
  SkippedStep,
} from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { isEc2Instance, possibleVpcRanges } from '../host/ec2.js';
import { systemAddresses } from '../host/getent.js';
import { hostsLines, lookupHosts } from '../host/hosts-file.js';
import { readResolvConf } from '../host/resolv-conf.js';
import { familyOf } from '../net/address/address.js';
import { isVpcResolver, vpcResolverIPv4 } from '../net/address/scope.js';
import type { ResolveOptions } from '../probe/dns/options.js';
import { resolve } from '../probe/dns/resolve.js';
import type { Branches, Outcome, Signals } from './branches.js';
import { findAddresses } from './host-addresses.js';
import type { ObserveOptions } from './options.js';

/** Where the target's addresses come from. */
export interface HostLookup {
  origin: AddressOrigin;
  /** null when DNS was not asked. */
  answer: ObservedDns | null;
  skipped: SkippedStep[];
}

/** The target's addresses, as a program on this host finds them: literal, hosts file, or the configured resolvers in turn. */
export async function lookUpHost(
  { host }: Target,
  { family, dns }: ObserveOptions,
  signals: Signals,
): Promise<HostLookup> {
  const { addresses, source, resolution } = await findAddresses(host, { family, dns, ...signals });
  const isListed = source === 'hosts-file';
  const reason = `this host's /etc/hosts says that ${host} is ${addresses.join(', ')}`;
  return {
    origin: { source, addresses, hostsFile: isListed ? await hostsLines(host) : null },
    answer: resolution === null ? null : asked(resolution, 'host', null),
    skipped: isListed ? [{ step: 'dns', reason }] : [],
  };
}

/** The lookup of the endpoint's own name, whose addresses the target must have too; null where the target has no such name. */
export async function lookUpEndpoint(
  { host, privateApi }: Target,
  { dns }: ObserveOptions,
  signals: Signals,
): Promise<ObservedDns | null> {
  const name = privateApi?.endpointName ?? null;
  if (name === null || name === host) return null;
  try {
    return asked(await resolve(name, { search: false, ...dns, ...signals }), 'endpoint', null);
  } catch (error) {
    // The lookup of the target reports what this host lacks.
    if (!(error instanceof CapabilityError)) throw error;
    return null;
  }
}

/**
 * Asks every configured resolver for the target's name, each by itself, and the VPC's own where it is known and not among
 * them. The first configured one is left out, because the ordinary lookup asks it already, unless the hosts file has
 * the name or lookups begin with any of them (the option rotate of resolv.conf). The outcomes are in the order of the configuration, the VPC's resolver last.
 */
export async function askEachResolver(
  { host }: Target,
  nameservers: readonly string[],
  options: ObserveOptions,
  branches: Branches,
  signals: Signals,
): Promise<Outcome<ObservedDns>[]> {
  if (familyOf(host) !== null) return [];
  const configured = options.dns?.servers ?? nameservers;
  const ask = (server: string, purpose: DnsPurpose): Promise<Outcome<ObservedDns>> =>
    branches.run('dns', async () => {
      const answer = await resolve(host, { ...dnsOptions(options), servers: [server], ...signals });
      return asked(answer, purpose, server);
    });
  const isOverridden = (await lookupHosts(host)).length > 0;
  const isRotated = options.dns?.servers === undefined && (await rotates());
  const others = [...new Set(configured)]
    .slice(isOverridden || (isRotated && configured.length > 1) ? 0 : 1)
    .map((server) => ask(server, 'resolver'));
  const vpcResolver = await vpcResolverOf(configured, options);
  return Promise.all([...others, ...(vpcResolver === null ? [] : [ask(vpcResolver, 'vpc-resolver')])]);
}

async function rotates(): Promise<boolean> {
  try {
    return (await readResolvConf()).rotate;
  } catch (error) {
    if (error instanceof CapabilityError) return false;
    throw error;
  }
}

/** The answer of getaddrinfo(3) for the target's name, which most programs use; null if it was not called. */
export async function askSystem(
  { host }: Target,
  { family, dns }: ObserveOptions,
  signals: Signals,
): Promise<ObservedSystem | null> {
  // Where other resolvers are given, the answer of this host's own is not comparable.
  if (familyOf(host) !== null || process.platform !== 'linux' || dns?.servers !== undefined) return null;
  try {
    const { addresses, ...rest } = await systemAddresses(host, signals);
    const wanted = addresses.filter((address) => family === undefined || familyOf(address) === family);
    return { name: host, addresses: wanted, ...rest };
  } catch (error) {
    // The report is complete without it.
    if (!(error instanceof CapabilityError)) throw error;
    return null;
  }
}

function asked(answer: ObservedDns, purpose: DnsPurpose, server: string | null): ObservedDns {
  return { ...answer, asked: { purpose, server } };
}

function dnsOptions({ family, dns }: ObserveOptions): ResolveOptions {
  const types = family === undefined ? ['A', 'AAAA'] : [family === 4 ? 'A' : 'AAAA'];
  return { types, ...dns };
}

async function vpcResolverOf(
  configured: readonly string[],
  { vpcResolver, permit }: ObserveOptions,
): Promise<string | null> {
  if (vpcResolver !== undefined) return configured.includes(vpcResolver) ? null : vpcResolver;
  if (permit?.(vpcResolverIPv4, 53) === false || !(await isEc2Instance())) return null;
  const ranges = possibleVpcRanges();
  const isKnown = (server: string) => familyOf(server) !== null && isVpcResolver(server, ranges);
  return configured.some(isKnown) ? null : vpcResolverIPv4;
}
