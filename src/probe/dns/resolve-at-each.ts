import {
  type DnsComparison,
  type DnsDocument,
  type DnsServerView,
  replyTimeMs,
} from '../../documents/dns.js';
import { startDocument } from '../../documents/header.js';
import { formatServer } from '../../target/server.js';
import type { ResolveOptions } from './options.js';
import { resolve } from './resolve.js';
import { planOf } from './session.js';

// A server that says so knows the name, or knows that it has none of it.
const settled = new Set(['answered', 'no-data', 'nxdomain']);

/**
 * Asks every server for a name, all at the same time, and lays their answers side by side. The document is that of the
 * first server, in their order, that settles the question: what a program gets that asks them in turn. Throws as
 * resolve() does.
 */
export async function resolveAtEach(name: string, options: ResolveOptions = {}): Promise<DnsDocument> {
  const { servers } = await planOf(options);
  const finish = startDocument('dns');
  const documents = await Promise.all(
    servers.map((server) => resolve(name, { ...options, servers: [formatServer(server)] })),
  );
  const header = finish();
  const views = documents.map(viewOf);
  const [first] = documents;
  const main = documents.find(({ status }) => settled.has(status)) ?? first;
  if (main === undefined) throw new RangeError('a plan has a server');
  return {
    ...main,
    ...header,
    attempts: documents.flatMap(({ attempts }) => attempts),
    discarded: sum(documents.map(({ discarded }) => discarded)),
    allServers: { agree: agree(views), views },
  };
}

function viewOf(document: DnsDocument): DnsServerView {
  const { server, status, rcode, addresses, records } = document;
  return {
    server: server ?? '',
    status,
    rcode,
    addresses: addresses.map(({ address }) => address),
    records: records.map(({ type, data }) => ({ type, data })),
    durationMs: replyTimeMs(document) ?? document.durationMs,
  };
}

/**
 * Whether the servers that know say the same: status and records, TTLs and order apart. null when fewer than two know;
 * a server that is silent or fails contradicts nobody.
 */
export function agree(views: readonly DnsServerView[]): boolean | null {
  const [first, ...others] = views.filter(({ status }) => settled.has(status)).map(said);
  return others.length === 0 ? null : others.every((other) => other === first);
}

function said({ status, records }: DnsServerView): string {
  const texts = records.map(({ type, data }) => `${type} ${data}`);
  return [status, ...[...new Set(texts)].sort()].join('\n');
}

function sum(counts: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const each of counts) {
    for (const [reason, count] of Object.entries(each)) total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}

/**
 * Lays the answers of two names side by side. For a private API these are its own name and its endpoint's: the sets
 * must be equal, else the first name leads elsewhere. Pure.
 */
export function compareAnswers(first: DnsDocument, second: DnsDocument): DnsComparison {
  const ofFirst = first.addresses.map(({ address }) => address);
  const ofSecond = second.addresses.map(({ address }) => address);
  const onlyFirst = ofFirst.filter((address) => !ofSecond.includes(address));
  const onlySecond = ofSecond.filter((address) => !ofFirst.includes(address));
  return {
    name: second.question.name,
    status: second.status,
    addresses: second.addresses,
    same: ofFirst.length > 0 && onlyFirst.length === 0 && onlySecond.length === 0,
    onlyFirst,
    onlySecond,
  };
}
