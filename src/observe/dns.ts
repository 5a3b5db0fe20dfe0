import { CapabilityError } from '../core/errors.js';
import type { DnsPurpose, Observations, ObservedDns } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import { isEc2Instance, possibleVpcRanges } from '../host/ec2.js';
import { systemAddresses } from '../host/getent.js';
import { hostsLines, lookupHosts } from '../host/hosts-file.js';
import { familyOf } from '../net/address/address.js';
import { isVpcResolver, vpcResolverIPv4 } from '../net/address/scope.js';
import type { ResolveOptions } from '../probe/dns/options.js';
import { resolve } from '../probe/dns/resolve.js';
import { addressesOf } from './addresses-of.js';
import type { Branches, Signals } from './branches.js';
import type { ObserveOptions } from './options.js';

/**
 * The target's addresses, as a program on this host would find them: literal, hosts file, or the configured resolvers in
 * turn. The answer and where the addresses came from go into `observations`.
 */
export async function lookUpHost(
  target: Target,
  options: ObserveOptions,
  { signals, skipped }: Branches,
  observations: Observations,
): Promise<string[]> {
  const { family, dns } = options;
  const { addresses, source, resolution } = await addressesOf(target.host, { family, dns, ...signals });
  const hostsFile = source === 'hosts-file' ? await hostsLines(target.host) : null;
  observations.origin = { source, addresses, hostsFile };
  if (resolution !== null) observations.dns.push(asked(resolution, 'host', null));
  if (source === 'hosts-file') {
    const reason = `this host's /etc/hosts says that ${target.host} is ${addresses.join(', ')}`;
    skipped.push({ step: 'dns', reason });
  }
  return addresses;
}

/** The endpoint's own name, whose addresses the target's must equal. */
export async function lookUpEndpoint(
  { host, privateApi }: Target,
  options: ObserveOptions,
  { signals }: Branches,
  observations: Observations,
): Promise<void> {
  const name = privateApi?.endpointName ?? null;
  if (name === null || name === host) return;
  try {
    const answer = await resolve(name, { search: false, ...options.dns, ...signals });
    observations.dns.push(asked(answer, 'endpoint', null));
  } catch (error) {
    // The look-up of the target itself says what this host lacks.
    if (!(error instanceof CapabilityError)) throw error;
  }
}

/**
 * The target's name put to every configured resolver, and to the VPC's own where it is known and not among them. Each for
 * itself: one that is silent must not speak for another. The first one is left out, for the ordinary look-up asks it
 * already; not where the hosts file comes before DNS, and what DNS would have said is known from nowhere else.
 */
export async function askEachResolver(
  { host }: Target,
  nameservers: readonly string[],
  options: ObserveOptions,
  signals: Signals,
  observations: Observations,
): Promise<void> {
  if (familyOf(host) !== null) return;
  const configured = options.dns?.servers ?? nameservers;
  const ask = async (server: string, purpose: DnsPurpose): Promise<void> => {
    const answer = await resolve(host, { ...dnsOptions(options), servers: [server], ...signals });
    observations.dns.push(asked(answer, purpose, server));
  };
  const isOverridden = (await lookupHosts(host)).length > 0;
  const others = [...new Set(configured)]
    .slice(isOverridden ? 0 : 1)
    .map((server) => ask(server, 'resolver'));
  const vpcResolver = await vpcResolverOf(configured, options);
  await Promise.all([...others, ...(vpcResolver === null ? [] : [ask(vpcResolver, 'vpc-resolver')])]);
}

/** What getaddrinfo(3) says of the target's name: what every program gets that does not ask DNS itself. */
export async function askSystem(
  { host }: Target,
  { family, dns }: ObserveOptions,
  signals: Signals,
  observations: Observations,
): Promise<void> {
  // Where other resolvers are to be asked than this host's, what this host's say is another question.
  if (familyOf(host) !== null || process.platform !== 'linux' || dns?.servers !== undefined) return;
  try {
    const { addresses, ...rest } = await systemAddresses(host, signals);
    const wanted = addresses.filter((address) => family === undefined || familyOf(address) === family);
    observations.system = { name: host, addresses: wanted, ...rest };
  } catch (error) {
    // A second opinion: nothing is missed where there is none to be had.
    if (!(error instanceof CapabilityError)) throw error;
  }
}

/** The answers in the order of `DnsPurpose`, then as the resolvers are configured: whichever answered first. */
export function sortAnswers(answers: readonly ObservedDns[], nameservers: readonly string[]): ObservedDns[] {
  const purposes: readonly (DnsPurpose | undefined)[] = ['host', 'endpoint', 'resolver', 'vpc-resolver'];
  const place = ({ asked: why }: ObservedDns) => [
    purposes.indexOf(why?.purpose),
    nameservers.indexOf(why?.server ?? ''),
  ];
  return [...answers].sort((first, second) => {
    const [purpose = 0, server = 0] = place(first);
    const [otherPurpose = 0, otherServer = 0] = place(second);
    return purpose - otherPurpose || server - otherServer;
  });
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
  { vpcResolver }: ObserveOptions,
): Promise<string | null> {
  if (vpcResolver !== undefined) return configured.includes(vpcResolver) ? null : vpcResolver;
  if (!(await isEc2Instance())) return null;
  const ranges = possibleVpcRanges();
  const isKnown = (server: string) => familyOf(server) !== null && isVpcResolver(server, ranges);
  return configured.some(isKnown) ? null : vpcResolverIPv4;
}
