import { type DnsDocument, type DnsServerView, replyTimeMs } from '../../documents/dns.js';
import { startDocument } from '../../documents/header.js';
import { formatServer } from '../../target/server.js';
import type { ResolveOptions } from './options.js';
import { makePlan } from './plan.js';
import { resolve, sumCounts } from './resolve.js';

/** Statuses of a server that knows what records the name has. */
const settledStatuses = new Set(['answered', 'no-data', 'nxdomain']);

/**
 * Looks up a name at every server, all at the same time. The document is that of the first server, in the order of the
 * servers, that settles the question: the answer that a program gets which asks them in turn. `allServers` compares the
 * answers of all servers. The errors are those of resolve().
 */
export async function resolveAtAll(name: string, options: ResolveOptions = {}): Promise<DnsDocument> {
  const { servers } = await makePlan(options);
  const finish = startDocument('dns');
  const documents = await Promise.all(
    servers.map((server) => resolve(name, { ...options, servers: [formatServer(server)] })),
  );
  const header = finish();
  const views = documents.map(viewOf);
  const [first] = documents;
  const main = documents.find(({ status }) => settledStatuses.has(status)) ?? first;
  if (main === undefined) throw new RangeError('a plan has at least one server');
  return {
    ...main,
    ...header,
    attempts: documents.flatMap(({ attempts }) => attempts),
    discarded: sumCounts(documents),
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
 * Whether the servers that settle the question give the same status and records; TTLs and order are ignored. null if
 * fewer than two servers settle it: a server that fails or does not answer contradicts no other.
 */
function agree(views: readonly DnsServerView[]): boolean | null {
  const [first, ...others] = views.filter(({ status }) => settledStatuses.has(status)).map(answerKey);
  return others.length === 0 ? null : others.every((other) => other === first);
}

function answerKey({ status, records }: DnsServerView): string {
  const texts = records.map(({ type, data }) => `${type} ${data}`);
  return [status, ...[...new Set(texts)].sort()].join('\n');
}
