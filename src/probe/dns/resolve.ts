import { randomInt } from 'node:crypto';
import { anyOf } from '../../core/deadline.js';
import type { DnsAddress, DnsDocument, DnsRecord, DnsStatus, ExtendedDnsError } from '../../documents/dns.js';
import { type DocumentHeader, startDocument } from '../../documents/header.js';
import type { ResolverRole } from '../../host/resolver-role.js';
import { familyOf } from '../../net/address/address.js';
import { scopeOf } from '../../net/address/scope.js';
import { checkName, withoutFinalDot } from '../../target/dns-name.js';
import { askType, type TypeResult } from './ask-type.js';
import type { AnswerRecord } from './decode.js';
import type { ResolveOptions } from './options.js';
import { searchNames } from './search.js';
import { type Plan, planOf, type Session, startSession } from './session.js';

/**
 * Asks resolvers for a name, on the wire and past every cache of this host, and tells all that was asked and answered.
 * All types are asked together. Servers are asked in order; one that is silent or fails yields to the next.
 *
 * A name that does not exist, or a resolver that does not answer, is a result: see `status`. With the defaults a dead
 * resolver is known as such within three seconds.
 *
 * @param name a domain name as a person writes it, internationalised or not; a final dot makes it absolute
 * @throws InvalidInputError for a name, type, server or number that cannot be asked with
 * @throws CapabilityError when no server is given and this host's resolv.conf names none
 * @throws the reason of `options.signal` when it aborts
 */
export async function resolve(name: string, options: ResolveOptions = {}): Promise<DnsDocument> {
  options.signal?.throwIfAborted();
  checkName(name);
  const plan = await planOf(options);
  const signals = { signal: forMany(options.signal), stop: forMany(options.stop) };
  return await resolveBy(plan, name, nextTurn(), signals);
}

/** resolve() by a plan that was made before. `turn` counts the look-ups made by it. */
export async function resolveBy(
  plan: Plan,
  name: string,
  turn: number,
  signals: Pick<Session, 'signal' | 'stop'>,
): Promise<DnsDocument> {
  const session = startSession(plan, turn, signals);
  const finish = startDocument('dns');
  const result = await askNames(checkName(name), session);
  const header = finish();
  const { server } = result.combined;
  const role = server === null ? null : plan.roleOf(server);
  return documentOf(header, session, result, role instanceof Promise ? await role : role);
}

/** Apart from the waiting: what an async function holds across its waits is allocated for each name of a bulk. */
function documentOf(
  header: DocumentHeader<'dns'>,
  { plan, attempts, discarded }: Session,
  { asked, combined }: NameResult,
  resolver: ResolverRole | null,
): DnsDocument {
  // Member by member: in a bulk, spreading the parts into one another would cost more than all the rest.
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
    discarded,
  };
  if (plan.nsid) document.nsid = combined.nsid;
  if (plan.cookies !== null) document.cookie = combined.cookie;
  if (resolver !== null) document.resolver = resolver;
  if (plan.systemPatience !== null && attempts.some(({ outcome }) => outcome === 'timeout')) {
    document.systemPatience = plan.systemPatience;
  }
  return document;
}

interface NameResult {
  /** Absolute. */
  asked: string;
  combined: Combined;
}

/**
 * Tries the names that the search rules give, in order, until one is answered. As with glibc's res_nsearch, a name that
 * does not exist, has no data or meets SERVFAIL yields to the next; any other failure ends the search, because the
 * servers would fail the next name too.
 */
async function askNames(name: string, session: Session): Promise<NameResult> {
  const names = searchNames(name, session.plan.rules);
  const first = await askName(names.next().value ?? name, session);
  return yieldsToTheNext(first) ? await askOthers(name, names, first, session) : first;
}

async function askOthers(
  name: string,
  others: Iterable<string>,
  first: NameResult,
  session: Session,
): Promise<NameResult> {
  const results = [first];
  for (const asked of others) {
    if (session.stop?.aborted) break;
    const result = await askName(asked, session);
    if (result.combined.status === 'answered') return result;
    results.push(result);
    if (!yieldsToTheNext(result)) break;
  }
  // A name tried as it stands first is what was meant. Else a suffix under which the name exists says more than the rest.
  const asItStands = `${withoutFinalDot(name)}.`;
  return results.reduce((best, result) =>
    best.asked === asItStands || best.combined.status !== 'nxdomain' ? best : result,
  );
}

function askName(asked: string, session: Session): Promise<NameResult> {
  const asking = session.plan.types.map((type) => askType(asked, type, session));
  const [only] = asking;
  // Most of a bulk asks for one type, and Promise.all takes several promises more for each name.
  const all =
    only !== undefined && asking.length === 1 ? only.then((result) => [result]) : Promise.all(asking);
  return all.then((results) => ({ asked, combined: combine(results) }));
}

function yieldsToTheNext({ combined: { status } }: NameResult): boolean {
  return status === 'nxdomain' || status === 'no-data' || status === 'servfail';
}

// glibc begins at a random server, too, and counts on from there (res_send.c).
let turns = randomInt(0x10000);

/** The count of look-ups that resolv.conf's `rotate` goes by. */
export function nextTurn(): number {
  return turns++;
}

function forMany(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && anyOf(signal);
}

/** What of the document the answers decide. */
export type Combined = Pick<
  DnsDocument,
  'status' | 'rcode' | 'server' | 'transport' | 'flags' | 'addresses' | 'chain' | 'records' | 'extendedErrors'
> &
  Pick<TypeResult, 'nsid' | 'cookie'>;

// One type with records makes the name answered. NXDOMAIN is said of the name, whatever the type. A failure leaves open
// what the type would have given; only when every type was settled is the name known to have no data.
const order: readonly DnsStatus[] = [
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

/** Puts the results of one name's types together; the deciding reply is that of the first type with the status. Pure. */
export function combine(results: readonly TypeResult[]): Combined {
  const deciding = results.reduce((best, each) =>
    order.indexOf(each.status) < order.indexOf(best.status) ? each : best,
  );
  const read = ofAll(results, ({ records }) => records, recordKey);
  return {
    status: deciding.status,
    rcode: deciding.rcode,
    server: deciding.server,
    transport: deciding.transport,
    flags: deciding.flags,
    nsid: deciding.nsid,
    cookie: deciding.cookie,
    addresses: distinct(addressesOf(read), addressKey),
    chain: deciding.chain,
    records: read.map(({ name, typeName, ttl, data }): DnsRecord => ({ name, type: typeName, ttl, data })),
    extendedErrors: ofAll(results, ({ extendedErrors }) => extendedErrors, errorKey),
  };
}

const recordKey = ({ key, type, data }: AnswerRecord): string => `${key} ${type} ${data}`;
const errorKey = ({ code, text }: ExtendedDnsError): string => `${code} ${text}`;
const addressKey = ({ address }: DnsAddress): string => address;

function addressesOf(records: readonly AnswerRecord[]): DnsAddress[] {
  const addresses: DnsAddress[] = [];
  for (const { address, ttl } of records) {
    const family = address === null ? null : familyOf(address);
    if (address !== null && family !== null) {
      addresses.push({ address, family, scope: scopeOf(address), ttl });
    }
  }
  return addresses;
}

/** What all results have of something, each once. */
function ofAll<Item>(
  results: readonly TypeResult[],
  items: (result: TypeResult) => Item[],
  key: (item: Item) => string,
): Item[] {
  const [first, ...others] = results;
  if (first !== undefined && others.length === 0) return distinct(items(first), key);
  return distinct(results.flatMap(items), key);
}

/** The items in order, of those with the same key only the first. The same array where there is nothing to leave out. */
function distinct<Item>(items: Item[], key: (item: Item) => string): Item[] {
  if (items.length < 2) return items;
  const seen = new Set<string>();
  return items.filter((item) => {
    const known = seen.has(key(item));
    seen.add(key(item));
    return !known;
  });
}
