import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import type { DnsAddress, DnsAttempt, DnsDocument } from '../dns.js';
import type { Evidence, ObservedDns } from '../report.js';
import { once } from './memo.js';

/** An observation and the name a verdict refers to it by. */
export interface Seen<Document> {
  ref: string;
  doc: Document;
}

/** The lookups of the target's own name: first the one that programs make, then those at single servers, in the order made. */
export function hostAnswers(evidence: Evidence): Seen<ObservedDns>[] {
  return once(evidence, lookups);
}

function lookups({ observations }: Evidence): Seen<ObservedDns>[] {
  const all = seen(observations.dns);
  return [
    ...all.filter(({ doc }) => doc.asked?.purpose === 'host'),
    ...all.filter(({ doc }) => doc.asked?.purpose === 'resolver' || doc.asked?.purpose === 'vpc-resolver'),
  ];
}

/**
 * The lookups of the target's name at single nameservers of this host, where programs begin each lookup with another one (the option
 * rotate of resolv.conf); none where they do not.
 */
export function inTurn(evidence: Evidence): Seen<ObservedDns>[] {
  const [used, ...others] = hostAnswers(evidence);
  return used?.doc.resolverOptions?.includes('rotate') === true
    ? others.filter(({ doc }) => doc.asked?.purpose === 'resolver')
    : [];
}

/** The hosts file has the target's name, so that no program uses what DNS has. */
export function isInHosts({ observations }: Evidence): boolean {
  return observations.origin?.source === 'hosts-file';
}

/** The lookup of the endpoint's own name (`--vpce`), or null. */
export function endpointAnswer({ observations }: Evidence): Seen<ObservedDns> | null {
  return seen(observations.dns).find(({ doc }) => doc.asked?.purpose === 'endpoint') ?? null;
}

/** Whether all addresses are private; false where there are no addresses. */
export function isPrivateAnswer({ addresses }: Pick<DnsDocument, 'addresses'>): boolean {
  return (
    addresses.length > 0 && addresses.every(({ scope }) => scope === 'private' || scope === 'unique-local')
  );
}

/** The distinct addresses as text, sorted, of one family or both. */
export function addressSet(addresses: readonly DnsAddress[], family?: 4 | 6): string[] {
  const wanted = addresses.filter((address) => family === undefined || address.family === family);
  return [...new Set(wanted.map(({ address }) => address))].sort();
}

/** Whether the server replied to a query with something that can be read. */
export function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error' && outcome !== 'malformed';
}

/** `the resolver 10.0.0.2`, or `the resolver` where no server is known. */
export function resolverOf(doc: DnsDocument): string {
  const server = doc.server ?? doc.attempts.at(-1)?.server ?? null;
  return server === null ? 'the resolver' : `the resolver ${server}`;
}

/** The distinct servers that were asked. */
export function serversOf(doc: DnsDocument): string[] {
  const servers = [...doc.attempts.map(({ server }) => server), ...(doc.server === null ? [] : [doc.server])];
  return [...new Set(servers)];
}

function seen(docs: readonly ObservedDns[]): Seen<ObservedDns>[] {
  return docs.map((doc, index) => ({ ref: `dns[${index}]`, doc }));
}

/** Addresses of one family that getaddrinfo(3) gives, and those of DNS, where the two have none in common. */
export interface SystemDifference {
  system: string[];
  dns: string[];
}

/**
 * How the answer of getaddrinfo(3) differs from that of DNS; null where it does not, or where one of them is not known. Two sets
 * of public addresses may be parts of a set that rotates, which is no difference.
 */
export function systemDifference(evidence: Evidence): SystemDifference | null {
  const { system } = evidence.observations;
  const [lookup] = hostAnswers(evidence);
  if (system === undefined || lookup === undefined) return null;
  for (const family of [4, 6] as const) {
    const ours = system.addresses.filter((address) => familyOf(address) === family);
    const theirs = addressSet(lookup.doc.addresses, family);
    if (ours.length === 0 || theirs.length === 0) continue;
    const rotates = [...ours, ...theirs].every(
      (address) => familyOf(address) !== null && scopeOf(address) === 'public',
    );
    if (!rotates && ours.every((address) => !theirs.includes(address))) return { system: ours, dns: theirs };
  }
  return null;
}
