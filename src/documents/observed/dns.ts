import type { DnsAddress, DnsDocument } from '../dns.js';
import type { Evidence, ObservedDns } from '../report.js';

/** An observation and the name a verdict refers to it by. */
export interface Seen<Document> {
  ref: string;
  doc: Document;
}

/** The lookups of the target's own name: first the one that programs make, then those at single servers, in the order made. */
export function hostAnswers({ target, observations }: Evidence): Seen<ObservedDns>[] {
  const endpoint = target.privateApi?.endpointName ?? null;
  const about = seen(observations.dns).filter(({ doc }) =>
    doc.asked === undefined
      ? asksFor(doc, target.host) && !(endpoint !== null && isNamed(doc, endpoint))
      : doc.asked.purpose !== 'endpoint',
  );
  const isUsual = ({ doc }: Seen<ObservedDns>) => doc.asked === undefined || doc.asked.purpose === 'host';
  return [...about.filter(isUsual), ...about.filter((answer) => !isUsual(answer))];
}

/** The lookup of the endpoint's own name (`--vpce`); null when none was given or looked up. */
export function endpointAnswer({ target, observations }: Evidence): Seen<ObservedDns> | null {
  const name = target.privateApi?.endpointName ?? null;
  if (name === null) return null;
  return seen(observations.dns).find(({ doc }) => isNamed(doc, name)) ?? null;
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

function isNamed(doc: DnsDocument, name: string): boolean {
  return doc.question.name.toLowerCase().replace(/\.$/, '') === name;
}

/** The resolver's search list can append a domain to the name (resolv.conf(5)), also to one with dots (`ndots`). */
function asksFor(doc: DnsDocument, name: string): boolean {
  return isNamed(doc, name) || doc.question.name.toLowerCase().startsWith(`${name}.`);
}
