import type {
  DnsCookie,
  DnsFlags,
  DnsStatus,
  DnsTransport,
  EdnsHabit,
  ExtendedDnsError,
} from '../../documents/dns.js';
import { rcodeNumber, statusOfRcode } from '../../documents/terms/rcode.js';
import { isName, nameKey, withoutFinalDot } from '../../target/dns-name.js';
import { askServers, outcomeOfFirst, type ServerOutcome, sendFirstQuery } from './ask-server.js';
import type { AnswerRecord, Reply } from './message/decode.js';
import type { Cookie } from './message/edns.js';
import { type RecordType, typeNumber } from './message/record-type.js';
import type { Lookup } from './plan.js';
import { isNotRecursive, type SentQuery } from './sent-query.js';

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
  ednsHabit: EdnsHabit | undefined;
  /** What is odd about the chain of aliases; null in most answers. */
  oddities: AliasOddities | null;
  /** All queries that were sent, in order. */
  sent: readonly SentQuery[];
}

/** What programs cannot follow, or follow in different ways. */
export interface AliasOddities {
  isLoop: boolean;
  /** The chain has more replies than are asked for: its end is not known. */
  isUnended: boolean;
  /** The target of an alias was asked for separately. */
  isFollowedHere: boolean;
  /** A DNAME above the name, without the CNAME that is made from it. */
  dname: { owner: string; target: string } | null;
  /** Names with other records beside a CNAME. */
  besideData: readonly string[];
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
    const outcome = outcomeOfFirst(first, lookup);
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
    if (step.next === null || lookup.stop?.aborted) return step.result;
    if (requeries >= maxRequeries) return unended(step.result);
    asked = step.next;
  }
}

function unended(result: TypeResult): TypeResult {
  const { oddities } = result;
  return oddities === null ? result : { ...result, oddities: { ...oddities, isUnended: true } };
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
    return { result: resultOf(previous, outcome, null, exchange.outcome, nothing), next: null, aliases };
  }
  const { reply } = exchange;
  const followed = followAnswer(reply, asked, type, aliases);
  const settled = isNotRecursive(reply) ? 'error' : followed.isFound ? 'answered' : 'no-data';
  const status = statusOfRcode(reply.rcode) ?? settled;
  const target = followed.chain.at(-1);
  const isUnfinished = status === 'no-data' && target !== undefined && !followed.isLoop && !reply.hasSoa;
  return {
    result: resultOf(previous, outcome, reply, status, followed),
    next: isUnfinished && isName(target) ? `${target}.` : null,
    aliases: followed.aliases,
  };
}

const nothing: Pick<Followed, 'chain' | 'records' | 'isLoop' | 'dname' | 'besideData'> = {
  chain: [],
  records: [],
  isLoop: false,
  dname: null,
  besideData: [],
};

function resultOf(
  previous: Step | null,
  { server, transport, sent, ednsHabit }: ServerOutcome,
  reply: Reply | null,
  status: DnsStatus,
  followed: typeof nothing,
): TypeResult {
  const { chain, records } = followed;
  const before = previous?.result;
  return {
    status,
    server,
    transport,
    chain: before === undefined ? chain : [...before.chain, ...chain],
    records: before === undefined ? records : [...before.records, ...records],
    ednsHabit: ednsHabit ?? before?.ednsHabit,
    oddities: odditiesOf(before, followed),
    sent: before === undefined ? sent : [...before.sent, ...sent],
    rcode: reply?.rcodeName ?? null,
    flags: reply?.flags ?? null,
    extendedErrors: reply === null ? [] : reasonsOf(reply, server, sent),
    nsid: reply?.nsid ?? null,
    cookie: presentCookie(reply?.cookie ?? null),
  };
}

/**
 * The extended errors of a reply. The deciding query may have had no OPT record, and its reply has no room for them: those of an
 * earlier reply of the same server with the same rcode are its reasons (RFC 8914 section 3).
 */
function reasonsOf(reply: Reply, server: string, sent: readonly SentQuery[]): ExtendedDnsError[] {
  if (reply.extendedErrors.length > 0 || reply.rcode === rcodeNumber.NOERROR) return reply.extendedErrors;
  for (const { exchange, attempt } of sent) {
    if (exchange.outcome !== 'reply' || attempt.server !== server) continue;
    const { rcode, extendedErrors } = exchange.reply;
    if (rcode === reply.rcode && extendedErrors.length > 0) return extendedErrors;
  }
  return [];
}

function odditiesOf(
  before: TypeResult | undefined,
  { isLoop, dname, besideData }: typeof nothing,
): AliasOddities | null {
  const earlier = before?.oddities?.besideData ?? [];
  if (before === undefined && !isLoop && dname === null && besideData.length === 0) return null;
  return {
    isLoop,
    isUnended: false,
    isFollowedHere: before !== undefined,
    dname,
    besideData: [...earlier, ...besideData],
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
  dname: AliasOddities['dname'];
  besideData: string[];
}

/** The types that may stand beside a CNAME: signatures and their kin (RFC 4034 section 2.5, RFC 2535). */
const besideCname: ReadonlySet<number> = new Set([5, 24, 25, 46, 47]);

/**
 * Follows the CNAME chain of an answer (RFC 1034 section 4.3.2, step 3a) from a name to the records of a type, whatever
 * the order of the records is. Pure.
 *
 * @param earlier the keys of the names that earlier replies showed to be aliases
 */
function followAnswer(reply: Reply, name: string, type: RecordType, earlier: readonly string[]): Followed {
  if (isDirectAnswer(reply, name, type))
    return {
      records: reply.answers,
      chain: [],
      isFound: true,
      isLoop: false,
      aliases: earlier,
      dname: null,
      besideData: [],
    };
  const owners = byOwner(reply.answers);
  const records: AnswerRecord[] = [];
  const chain: string[] = [];
  const aliases = new Set(earlier);
  const besideData: string[] = [];
  const end = (isFound: boolean, isLoop: boolean, last: readonly AnswerRecord[] = []): Followed => {
    return {
      records: [...records, ...last],
      chain,
      isFound,
      isLoop,
      aliases: [...aliases],
      dname: null,
      besideData,
    };
  };
  for (let key = nameKey(name); ; ) {
    const here = owners.get(key) ?? [];
    const wanted = here.filter((record) => type.number === typeNumber.ANY || record.type === type.number);
    const alias = here.find((record) => record.type === typeNumber.CNAME);
    if (alias !== undefined && here.some((record) => !besideCname.has(record.type)))
      besideData.push(alias.name);
    if (wanted.length > 0) return end(true, false, wanted);
    const redirection = dnameAbove(key, owners);
    if (redirection !== null) records.push(redirection);
    if (!alias?.target) {
      const { name: owner, data: target } = redirection ?? {};
      const isRedirected = owner !== undefined && target !== undefined;
      return {
        ...end(false, false),
        dname: isRedirected ? { owner, target: withoutFinalDot(target) } : null,
      };
    }
    records.push(alias);
    chain.push(alias.target);
    aliases.add(key);
    key = nameKey(alias.target);
    if (aliases.has(key)) return end(false, true);
  }
}

/** The DNAME record of a name above (RFC 6672 section 2.3); null if the answer has none. */
function dnameAbove(key: string, owners: ReadonlyMap<string, AnswerRecord[]>): AnswerRecord | null {
  for (const [owner, records] of owners) {
    const isAbove = owner === '.' ? key !== '.' : key.endsWith(`.${owner}`);
    const dname = isAbove ? records.find((record) => record.type === typeNumber.DNAME) : undefined;
    if (dname !== undefined) return dname;
  }
  return null;
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
