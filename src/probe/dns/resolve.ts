import { checkOptions } from '../../core/check-options.js';
import { anyOf } from '../../core/deadline.js';
import { checkRuntime } from '../../core/runtime.js';
import type { DnsDocument } from '../../documents/dns.js';
import { type DocumentHeader, startDocument } from '../../documents/header.js';
import type { ResolverRole } from '../../host/resolver-role.js';
import { checkQueryName, withoutFinalDot } from '../../target/dns-name.js';
import type { ServerAddress } from '../../target/server.js';
import { askName, type NameResult } from './ask-name.js';
import { noteworthy } from './noteworthy.js';
import { type ResolveOptions, resolveChecks } from './options.js';
import { type LookupSignals, makePlan, type Plan, startLookup } from './plan.js';
import type { Heard } from './sent-query.js';

/**
 * Looks up a name by sending queries to resolvers, past all caches of this host, and reports every query and reply. All
 * types are asked for at the same time. Servers are asked in order: one that fails or does not answer is followed by the
 * next. A query that is not answered with records is followed by one as programs on this host send it, without EDNS.
 *
 * A name that does not exist, or a resolver that does not answer, is a result: see `status`. With the defaults, a lookup
 * ends within three seconds if no resolver answers or shows signs of life; one that does is awaited as long as programs on
 * this host would wait.
 *
 * @param name a domain name, internationalized or not, or with escapes (`\032`, `\.`); a final dot makes it absolute
 * @throws InvalidInputError for an invalid name, type, server, source or number
 * @throws CapabilityError if no server is given and this host's resolv.conf cannot be read
 * @throws the reason of `options.signal` when it aborts
 */
export async function resolve(name: string, options: ResolveOptions = {}): Promise<DnsDocument> {
  checkRuntime();
  checkOptions(resolveChecks, options);
  checkQueryName(name);
  options.signal?.throwIfAborted();
  const plan = await makePlan(options);
  const signals = { signal: forMany(options.signal), stop: forMany(options.stop) };
  return await resolveWith(plan, name, signals);
}

/** Queries add their listeners to a derived signal: Node warns of a leak if the caller's has more than ten. */
function forMany(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && anyOf(signal);
}

/** Looks up a name by a plan. The errors are those of resolve(). */
export async function resolveWith(plan: Plan, name: string, signals: LookupSignals): Promise<DnsDocument> {
  const lookup = startLookup(plan, signals);
  const finish = startDocument('dns');
  const result = await askName(checkQueryName(name), lookup);
  const header = finish();
  const { server } = result.combined;
  const role = server === null ? null : plan.roleOf(server);
  return documentOf(header, plan, result, lookup.servers, role instanceof Promise ? await role : role);
}

/**
 * Members are set one by one: in a bulk, object spreads would take longer than the rest of the lookup. It is a separate
 * function, because everything that an async function holds across an await is allocated for each name.
 */
function documentOf(
  header: DocumentHeader<'dns'>,
  plan: Plan,
  { asked, combined, sent }: NameResult,
  servers: readonly ServerAddress[],
  resolver: ResolverRole | null,
): DnsDocument {
  const attempts = sent.map(({ attempt }) => attempt);
  const document: DnsDocument = {
    kind: header.kind,
    version: header.version,
    tool: header.tool,
    startedAt: header.startedAt,
    durationMs: header.durationMs,
    question: { name: withoutFinalDot(asked), type: plan.typeNames },
    status: combined.status,
    rcode: combined.rcode,
    server: combined.server,
    transport: combined.transport,
    flags: combined.flags?.authenticData
      ? { ...combined.flags, authenticDataTrusted: plan.trustAd }
      : combined.flags,
    addresses: combined.addresses,
    chain: combined.chain,
    records: combined.records,
    extendedErrors: combined.extendedErrors,
    attempts,
    discarded: sumCounts(sent.map(({ heard }) => heard)),
  };
  if (plan.nsid) document.nsid = combined.nsid;
  if (plan.cookies !== null) document.cookie = combined.cookie;
  if (resolver !== null) document.resolver = resolver;
  if (plan.systemPatience !== null && attempts.some(({ outcome }) => outcome === 'timeout')) {
    document.systemPatience = plan.systemPatience;
  }
  if (plan.resolverOptions.length > 0) document.resolverOptions = [...plan.resolverOptions];
  if (plan.withoutNameserver !== null)
    document.nameserverMissing = { ignored: [...plan.withoutNameserver.ignored] };
  return Object.assign(document, noteworthy(document, combined.results, servers, plan.life));
}

/** The number of discarded packets, by reason. */
export function sumCounts(each: readonly Pick<Heard, 'discarded'>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { discarded } of each) {
    for (const reason in discarded) sum[reason] = (sum[reason] ?? 0) + (discarded[reason] ?? 0);
  }
  return sum;
}
