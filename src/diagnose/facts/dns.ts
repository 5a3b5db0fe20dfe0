import type { DnsAddress, DnsDocument } from '../../probe/dns/types.js';
import type { Evidence } from '../observations.js';

/** An observation and the name a verdict refers to it by. */
export interface Seen<Document> {
  ref: string;
  doc: Document;
}

/** The answers about the target's own name, in the order they were asked: the first is the one programs get. */
export function hostAnswers({ target, observations }: Evidence): Seen<DnsDocument>[] {
  return seen(observations.dns).filter(({ doc }) => asksFor(doc, target.host));
}

/** The answer about the endpoint's other name (`--vpce`), or null when none was given or asked. */
export function endpointAnswer({ target, observations }: Evidence): Seen<DnsDocument> | null {
  const name = target.privateApi?.endpointName ?? null;
  if (name === null) return null;
  return seen(observations.dns).find(({ doc }) => asksFor(doc, name)) ?? null;
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

function seen(docs: readonly DnsDocument[]): Seen<DnsDocument>[] {
  return docs.map((doc, index) => ({ ref: `dns[${index}]`, doc }));
}

/** Search rules may have appended a domain to a short name (resolv.conf(5)). */
function asksFor(doc: DnsDocument, name: string): boolean {
  const asked = doc.question.name.toLowerCase().replace(/\.$/, '');
  return asked === name || (!name.includes('.') && asked.startsWith(`${name}.`));
}
