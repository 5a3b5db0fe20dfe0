import type { DnsAddress, DnsDocument } from '../dns.js';
import type { Evidence, ObservedDns } from '../report.js';

/** An observation and the name a verdict refers to it by. */
export interface Seen<Document> {
  ref: string;
  doc: Document;
}

/**
 * The answers about the target's own name: first the one that programs get, then those of single servers, each in the
 * order asked.
 */
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

/** The answer about the endpoint's other name (`--vpce`), or null when none was given or asked. */
export function endpointAnswer({ target, observations }: Evidence): Seen<ObservedDns> | null {
  const name = target.privateApi?.endpointName ?? null;
  if (name === null) return null;
  return seen(observations.dns).find(({ doc }) => isNamed(doc, name)) ?? null;
}

/** Whether every address is one that only a private network has. false where there is none. */
export function isPrivateAnswer({ addresses }: Pick<DnsDocument, 'addresses'>): boolean {
  return (
    addresses.length > 0 && addresses.every(({ scope }) => scope === 'private' || scope === 'unique-local')
  );
}

/** Addresses as text, sorted: two answers with the same set read the same. */
export function addressSet(addresses: readonly DnsAddress[], family?: 4 | 6): string[] {
  const wanted = addresses.filter((address) => family === undefined || address.family === family);
  return [...new Set(wanted.map(({ address }) => address))].sort();
}

/** `10.0.0.2` as in `the resolver 10.0.0.2`. */
export function resolverOf(doc: DnsDocument): string {
  const server = doc.server ?? doc.attempts.at(-1)?.server ?? null;
  return server === null ? 'the resolver' : `the resolver ${server}`;
}

/** Every server that was sent a question, once. */
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

/** Search rules may have appended a domain (resolv.conf(5)), to a name with dots as well: that is what `ndots` is for. */
function asksFor(doc: DnsDocument, name: string): boolean {
  return isNamed(doc, name) || doc.question.name.toLowerCase().startsWith(`${name}.`);
}
