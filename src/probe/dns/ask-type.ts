import type { DnsCookie, DnsFlags, DnsStatus, DnsTransport, ExtendedDnsError } from '../../documents/dns.js';
import { statusOfRcode } from '../../documents/terms/rcode.js';
import { isName, nameKey } from '../../target/dns-name.js';
import {
  askServers,
  outcomeOfFirst,
  type SentQuery,
  type ServerOutcome,
  sendFirstQuery,
} from './ask-server.js';
import type { AnswerRecord, Reply } from './message/decode.js';
import type { Cookie } from './message/edns.js';
import { type RecordType, typeNumber } from './message/record-type.js';
import type { Lookup } from './plan.js';

/** How the question for one type of one name ended. */
export interface TypeResult {
  status: DnsStatus;
  rcode: string | null;
  server: string;
  transport: DnsTransport;
  flags: DnsFlags | null;
  extendedErrors: ExtendedDnsError[];
  nsid: string | null;
  cookie: DnsCookie | null;
  chain: string[];
  records: AnswerRecord[];
  /** All queries that were sent, in order. */
  sent: readonly SentQuery[];
}

// A recursive server follows a whole chain within one reply. One that needs more queries than this is not recursive.
const maxRequeries = 8;

/**
 * Asks for one type of one absolute name. If an answer ends at an alias without records of the type, and without the SOA
 * of a no-data answer (RFC 2308 section 2), the alias's target is asked for next. A loop of aliases, or a target
 * that is not a valid name, ends as `no-data`, and the chain shows it.
 */
export function askType(name: string, type: RecordType, lookup: Lookup): Promise<TypeResult> {
  const [server] = lookup.servers;
  if (server === undefined) return askAlong(null, name, type, lookup, null);
  return sendFirstQuery(server, name, type, lookup).then((first) => {
    const outcome = outcomeOfFirst(first);
    if (outcome === null) return askAlong(null, name, type, lookup, first);
    const step = stepOf(null, outcome, name, type);
    if (step.next === null || lookup.stop?.aborted) return step.result;
    return askAlong(step, step.next, type, lookup, null);
  });
}

/** Asks for `name`, then for the targets of unfinished chains of aliases. */
async function askAlong(
  previous: Step | null,
  name: string,
  type: RecordType,
  lookup: Lookup,
  first: SentQuery | null,
): Promise<TypeResult> {
  let step = previous;
  let asked = name;
  for (let requeries = previous === null ? 0 : 1; ; requeries++) {
    const outcome = await askServers(asked, type, lookup, requeries === 0 ? first : null);
    step = stepOf(step, outcome, asked, type);
    if (step.next === null || requeries >= maxRequeries || lookup.stop?.aborted) return step.result;
    asked = step.next;
  }
}

/** What is known after one question of a chain of aliases. */
interface Step {
  result: TypeResult;
  /** The absolute name to ask for next; null if the chain is finished. */
  next: string | null;
  /** The keys of the names that are aliases, of all replies. */
  aliases: readonly string[];
}

/** Adds what the servers answered to what earlier replies said. Pure. */
function stepOf(previous: Step | null, outcome: ServerOutcome, asked: string, type: RecordType): Step {
  const { exchange } = outcome;
  const aliases = previous?.aliases ?? [];
  if (exchange.outcome !== 'reply') {
    return {
      result: resultOf(previous, outcome, null, exchange.outcome, { chain: [], records: [] }),
      next: null,
      aliases,
    };
  }
  const { reply } = exchange;
  const followed = followAnswer(reply, asked, type, aliases);
  const status = statusOfRcode(reply.rcode) ?? (followed.isFound ? 'answered' : 'no-data');
  const target = followed.chain.at(-1);
  const isUnfinished = status === 'no-data' && target !== undefined && !followed.isLoop && !reply.hasSoa;
  return {
    result: resultOf(previous, outcome, reply, status, followed),
    next: isUnfinished && isName(target) ? `${target}.` : null,
    aliases: followed.aliases,
  };
}

function resultOf(
  previous: Step | null,
  { server, transport, sent }: ServerOutcome,
  reply: Reply | null,
  status: DnsStatus,
  { chain, records }: Pick<Followed, 'chain' | 'records'>,
): TypeResult {
  const before = previous?.result;
  return {
    status,
    server,
    transport,
    chain: before === undefined ? chain : [...before.chain, ...chain],
    records: before === undefined ? records : [...before.records, ...records],
    sent: before === undefined ? sent : [...before.sent, ...sent],
    rcode: reply?.rcodeName ?? null,
    flags: reply?.flags ?? null,
    extendedErrors: reply?.extendedErrors ?? [],
    nsid: reply?.nsid ?? null,
    cookie: presentCookie(reply?.cookie ?? null),
  };
}

function presentCookie(cookie: Cookie | null): DnsCookie | null {
  if (cookie === null) return null;
  const server = cookie.server.toString('hex');
  return { client: cookie.client.toString('hex'), server: server === '' ? null : server };
}

/** The part of one reply that answers the question. */
interface Followed {
  /** The records of the chain, aliases first. Other records of the answer section are left out. */
  records: AnswerRecord[];
  /** The targets of the aliases, in order. */
  chain: string[];
  /** Whether the end of the chain has records of the type. */
  isFound: boolean;
  /** Whether the chain returns to a name that it has passed. */
  isLoop: boolean;
  aliases: readonly string[];
}

/**
 * Follows the CNAME chain of an answer (RFC 1034 section 4.3.2, step 3a) from a name to the records of a type, whatever
 * the order of the records is. Pure.
 *
 * @param earlier the keys of the names that earlier replies showed to be aliases
 */
function followAnswer(reply: Reply, name: string, type: RecordType, earlier: readonly string[]): Followed {
  if (isDirectAnswer(reply, name, type))
    return { records: reply.answers, chain: [], isFound: true, isLoop: false, aliases: earlier };
  const owners = byOwner(reply.answers);
  const records: AnswerRecord[] = [];
  const chain: string[] = [];
  const aliases = new Set(earlier);
  const end = (isFound: boolean, isLoop: boolean, last: readonly AnswerRecord[] = []): Followed => {
    return { records: [...records, ...last], chain, isFound, isLoop, aliases: [...aliases] };
  };
  for (let key = nameKey(name); ; ) {
    const here = owners.get(key) ?? [];
    const wanted = here.filter((record) => type.number === typeNumber.ANY || record.type === type.number);
    if (wanted.length > 0) return end(true, false, wanted);
    const alias = here.find((record) => record.type === typeNumber.CNAME);
    if (!alias?.target) return end(false, false);
    records.push(alias);
    chain.push(alias.target);
    aliases.add(key);
    key = nameKey(alias.target);
    if (aliases.has(key)) return end(false, true);
  }
}

/** Reports whether all records have the type and the name asked for, as in most answers. */
function isDirectAnswer({ answers }: Reply, name: string, type: RecordType): boolean {
  const key = nameKey(name);
  return answers.length > 0 && answers.every((record) => record.type === type.number && record.key === key);
}

function byOwner(answers: readonly AnswerRecord[]): ReadonlyMap<string, AnswerRecord[]> {
  const owners = new Map<string, AnswerRecord[]>();
  for (const record of answers) {
    const records = owners.get(record.key);
    if (records) records.push(record);
    else owners.set(record.key, [record]);
  }
  return owners;
}
