import type {
  DnsAddress,
  DnsDocument,
  DnsRecord,
  DnsStatus,
  EdnsHabit,
  ExtendedDnsError,
} from '../../documents/dns.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { isAbsolute, isQueryName, withoutFinalDot } from '../../target/dns-name.js';
import { formatServer } from '../../target/server.js';
import { askType, type TypeResult } from './ask-type.js';
import type { AnswerRecord } from './message/decode.js';
import type { Lookup, SearchRules } from './plan.js';
import type { SentQuery } from './sent-query.js';

/** How the lookup of a name ended. */
export interface NameResult {
  /** The name that decides, absolute: as typed, or with a suffix of the search list. */
  asked: string;
  combined: Combined;
  /** All queries that were sent, in order. */
  sent: readonly SentQuery[];
}

/** The members of a document that follow from the answers. */
export type Combined = Pick<
  DnsDocument,
  'status' | 'rcode' | 'server' | 'transport' | 'flags' | 'addresses' | 'chain' | 'records' | 'extendedErrors'
> &
  Pick<TypeResult, 'nsid' | 'cookie'> & {
    /** One per type asked. */
    results: readonly TypeResult[];
  };

/**
 * Asks for all types of a name, under the names that the search rules give, in order, until one is answered. As in
 * glibc's res_nsearch, a name with NXDOMAIN, without data or with SERVFAIL is followed by the next. Any other failure ends
 * the search list, and only the name as typed is still asked for: a resolver can drop queries for one suffix alone. Where no
 * server has replied to anything, it would fail for the name as typed too.
 *
 * @param name as checkQueryName returned it
 */
export async function askName(name: string, lookup: Lookup): Promise<NameResult> {
  const names = searchNames(name, lookup.plan.search);
  const first = await askTypes(names.next().value ?? name, lookup);
  if (first.combined.status === 'answered') return first;
  return await confirmed(await askOthers(name, names, first, lookup), lookup);
}

/**
 * Asks once more in the form of programs where a server says to queries with EDNS that the name or its records do not
 * exist: some servers say so of queries that they do not understand. If the answer differs, it is the one of programs. A
 * server that shows aliases of the name has understood.
 */
async function confirmed(result: NameResult, lookup: Lookup): Promise<NameResult> {
  const { status, server, rcode } = result.combined;
  const { plan, stop } = lookup;
  const asked = server === null ? undefined : lookup.servers.find((each) => formatServer(each) === server);
  if (asked === undefined || server === null || stop?.aborted || plan.programsSendEdns) return result;
  if ((status !== 'nxdomain' && status !== 'no-data') || result.combined.records.length > 0) return result;
  if (plan.ednsHabits.has(server) || plan.ednsProven.has(server)) return result;
  const again = await askTypes(result.asked, { ...lookup, servers: [asked], asPrograms: true });
  const sent = [...result.sent, ...again.sent];
  if (again.combined.status !== 'answered') {
    if (again.combined.status === status) plan.ednsProven.add(server);
    return { ...result, sent };
  }
  const habit: EdnsHabit = { server, outcome: status, rcode };
  plan.ednsHabits.set(server, habit);
  const results = again.combined.results.map((each) => ({ ...each, ednsHabit: habit }));
  return { ...again, combined: { ...again.combined, results }, sent };
}

/**
 * The absolute names under which a name is looked up, in order and with final dot, by the rules of resolv.conf(5) and
 * glibc's res_nsearch: a name with a final dot is absolute; one with at least `ndots` dots is tried as typed first, one
 * with fewer dots last; with `no-tld-query`, a name without dots is tried as typed only if there is no suffix. Suffixes that would make the name too long are left out. Never empty.
 *
 * @param name as checkQueryName returned it
 */
export function* searchNames(
  name: string,
  { search, ndots, noTldQuery = false }: SearchRules,
): Generator<string> {
  if (isAbsolute(name)) return yield name;
  const asTyped = `${name}.`;
  const isTypedFirst = dotsIn(name) >= ndots;
  if (isTypedFirst) yield asTyped;
  const suffixed = search.flatMap((suffix) => {
    const joined = suffix === '.' ? asTyped : `${name}.${suffix}.`;
    return isQueryName(joined) ? [joined] : [];
  });
  const isTypedLast = !noTldQuery || dotsIn(name) > 0 || search.length === 0;
  for (const each of new Set(isTypedFirst || !isTypedLast ? suffixed : [...suffixed, asTyped])) {
    if (!isTypedFirst || each !== asTyped) yield each;
  }
}

function dotsIn(name: string): number {
  let dots = 0;
  for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) {
    if (isAbsolute(name.slice(0, at + 1))) dots++;
  }
  return dots;
}

async function askOthers(
  name: string,
  others: Iterable<string>,
  first: NameResult,
  lookup: Lookup,
): Promise<NameResult> {
  const results = [first];
  const asTyped = `${withoutFinalDot(name)}.`;
  let isListEnded = !isFollowedByNext(first);
  for (const asked of others) {
    if (lookup.stop?.aborted) break;
    if (isListEnded && (asked !== asTyped || !isHeard(lookup, results))) continue;
    const result = await askTypes(asked, lookup);
    results.push(result);
    if (result.combined.status === 'answered') return withSentOfAll(result, results);
    isListEnded ||= !isFollowedByNext(result);
  }
  // The name as typed decides if it was tried first; otherwise a name that exists says more than one that does not.
  const best = results.reduce((best, result) =>
    best.asked === asTyped || best.combined.status !== 'nxdomain' ? best : result,
  );
  return withSentOfAll(best, results);
}

/** Whether a server has replied to any query, or shows otherwise that it runs. */
function isHeard({ plan: { life }, servers }: Lookup, results: readonly NameResult[]): boolean {
  return (
    servers.some((server) => life.isAlive(formatServer(server))) ||
    results.some(({ sent }) => sent.some(({ attempt }) => attempt.rcode !== null))
  );
}

function withSentOfAll(result: NameResult, results: readonly NameResult[]): NameResult {
  return { ...result, sent: results.flatMap(({ sent }) => sent) };
}

function askTypes(asked: string, lookup: Lookup): Promise<NameResult> {
  const asking = lookup.plan.types.map((type) => askType(asked, type, lookup));
  const [only] = asking;
  // Bulk lookups mostly ask for one type, and Promise.all costs several promises more per name.
  const all =
    only !== undefined && asking.length === 1 ? only.then((result) => [result]) : Promise.all(asking);
  return all.then((results) => ({ asked, combined: combine(results), sent: sentInOrder(results) }));
}

function isFollowedByNext({ combined: { status } }: NameResult): boolean {
  return status === 'nxdomain' || status === 'no-data' || status === 'servfail';
}

/** The queries of several types, which are sent at the same time, in the order in which they were sent. */
function sentInOrder(results: readonly TypeResult[]): readonly SentQuery[] {
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0) return only.sent;
  return results.flatMap(({ sent }) => sent).sort((first, second) => first.startedMs - second.startedMs);
}

// Records of one type make the name answered. NXDOMAIN applies to the name, for all types. After a failure it is
// unknown whether the type has records, so `no-data` needs a reply for every type.
const statusOrder: readonly DnsStatus[] = [
  'answered',
  'nxdomain',
  'servfail',
  'refused',
  'malformed',
  'timeout',
  'unreachable',
  'error',
  'no-data',
];

/** Combines the results of one name's types. The first type with the deciding status gives the deciding reply. Pure. */
export function combine(results: readonly TypeResult[]): Combined {
  const deciding = results.reduce((best, each) =>
    statusOrder.indexOf(each.status) < statusOrder.indexOf(best.status) ? each : best,
  );
  const records = ofAll(results, (result) => result.records, recordKey);
  return {
    status: deciding.status,
    rcode: deciding.rcode,
    server: deciding.server,
    transport: deciding.transport,
    flags: deciding.flags,
    nsid: deciding.nsid,
    cookie: deciding.cookie,
    addresses: distinct(addressesIn(records), addressKey),
    chain: deciding.chain,
    records: records.map(({ name, typeName, ttl, data }): DnsRecord => ({ name, type: typeName, ttl, data })),
    extendedErrors: ofAll(results, ({ extendedErrors }) => extendedErrors, errorKey),
    results,
  };
}

const recordKey = ({ key, type, data }: AnswerRecord): string => `${key} ${type} ${data}`;
const errorKey = ({ code, text }: ExtendedDnsError): string => `${code} ${text}`;
const addressKey = ({ address }: DnsAddress): string => address;

function addressesIn(records: readonly AnswerRecord[]): DnsAddress[] {
  const addresses: DnsAddress[] = [];
  for (const { address, ttl } of records) {
    const family = address === null ? null : familyOf(address);
    if (address !== null && family !== null) {
      addresses.push({ address, family, scope: scopeOf(address), ttl });
    }
  }
  return addresses;
}

/** The items of all results, without duplicates. */
function ofAll<Item>(
  results: readonly TypeResult[],
  items: (result: TypeResult) => Item[],
  key: (item: Item) => string,
): Item[] {
  const [first, ...others] = results;
  if (first !== undefined && others.length === 0) return distinct(items(first), key);
  return distinct(results.flatMap(items), key);
}

/** The items in order, only the first of those with the same key. Returns the same array if it has fewer than two. */
function distinct<Item>(items: Item[], key: (item: Item) => string): Item[] {
  if (items.length < 2) return items;
  const seen = new Set<string>();
  return items.filter((item) => {
    const isKnown = seen.has(key(item));
    seen.add(key(item));
    return !isKnown;
  });
}
