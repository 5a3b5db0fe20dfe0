import type { DnsCookie, DnsFlags, DnsStatus, DnsTransport, ExtendedDnsError } from '../../documents/dns.js';
import { statusOfRcode } from '../../documents/terms/rcode.js';
import { isName, nameKey } from '../../target/dns-name.js';
import { askServers, firstAttempt, type ServerOutcome, settledAtOnce } from './ask-server.js';
import type { AnswerRecord, Reply } from './decode.js';
import type { Cookie } from './edns.js';
import type { Exchange } from './exchange.js';
import { type RecordType, typeNumber } from './record-type.js';
import type { Session } from './session.js';

/** How the question for one type ended. */
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
}

// A recursive server follows a whole chain within one reply: who has to be asked so often is no such server.
const maxRequeries = 8;

/**
 * Asks for one type of one absolute name. When an answer ends at an alias without the records asked, and without the
 * SOA by which a server says that there are none (RFC 2308 section 2), the alias's target is asked for in turn. A loop
 * of aliases, or a target that is no name to ask, ends as `no-data`; the chain shows it.
 */
export function askType(name: string, type: RecordType, session: Session): Promise<TypeResult> {
  const path: Path = { chain: [], records: [], passed: new Set() };
  const [server] = session.servers;
  if (server === undefined) return askOn(name, type, session, path, null);
  return firstAttempt(server, name, type, session).then((exchange) => {
    const outcome = settledAtOnce(server, exchange, session);
    if (outcome === null) return askOn(name, type, session, path, exchange);
    const step = follow(outcome, name, type, path);
    if (step.result !== null) return step.result;
    return session.stop?.aborted ? step.soFar : askOn(step.target, type, session, path, null, 1);
  });
}

/** What has been passed on the way from alias to alias. */
interface Path {
  chain: string[];
  records: AnswerRecord[];
  passed: Set<string>;
}

async function askOn(
  name: string,
  type: RecordType,
  session: Session,
  path: Path,
  begun: Exchange | null,
  requeriesDone = 0,
): Promise<TypeResult> {
  let asked = name;
  for (let requeries = requeriesDone; ; requeries++) {
    const outcome = await askServers(asked, type, session, requeries === 0 ? begun : null);
    const step = follow(outcome, asked, type, path);
    if (step.result !== null) return step.result;
    if (requeries >= maxRequeries || session.stop?.aborted) return step.soFar;
    asked = step.target;
  }
}

type Step = { result: TypeResult } | { result: null; target: string; soFar: TypeResult };

/** Follows what a server said along the path: to the end, or to an alias whose target is to be asked for. */
function follow(outcome: ServerOutcome, asked: string, type: RecordType, path: Path): Step {
  const { exchange } = outcome;
  const { chain, records, passed } = path;
  if (exchange.outcome !== 'reply')
    return { result: result(outcome, null, exchange.outcome, chain, records) };
  const { reply } = exchange;
  const followed = followAnswer(reply, asked, type, passed);
  chain.push(...followed.chain);
  records.push(...followed.records);
  const status = statusOfRcode(reply.rcode) ?? (followed.found ? 'answered' : 'no-data');
  const here = result(outcome, reply, status, chain, records);
  const target = followed.chain.at(-1);
  const unfinished = status === 'no-data' && target !== undefined && !followed.loops && !reply.hasSoa;
  return unfinished && isName(target)
    ? { result: null, target: `${target}.`, soFar: here }
    : { result: here };
}

function result(
  { server, transport }: ServerOutcome,
  reply: Reply | null,
  status: DnsStatus,
  chain: string[],
  records: AnswerRecord[],
): TypeResult {
  return {
    status,
    server,
    transport,
    chain,
    records,
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

/** Where a name led within one reply. */
export interface Followed {
  /** The records on the way, aliases first. Others in the answer belong to no question of ours and are left out. */
  records: AnswerRecord[];
  /** The targets of the aliases, in order. */
  chain: string[];
  /** Records of the type asked are at the chain's end. */
  found: boolean;
  /** The chain leads back to a name that it has passed. */
  loops: boolean;
}

/**
 * Follows the CNAME chain inside an answer (RFC 1034 section 4.3.2, step 3a) from the name asked to the records of the
 * type asked, whatever the order of the records. Pure.
 *
 * @param passed keys of the names that were found to be aliases; this reply's are added to those of earlier ones
 */
function followAnswer(reply: Reply, name: string, type: RecordType, passed = new Set<string>()): Followed {
  if (isAllAsked(reply, name, type)) return { records: reply.answers, chain: [], found: true, loops: false };
  const owners = byOwner(reply.answers);
  const records: AnswerRecord[] = [];
  const chain: string[] = [];
  for (let key = nameKey(name); ; ) {
    const here = owners.get(key) ?? [];
    const wanted = here.filter((record) => type.number === typeNumber.ANY || record.type === type.number);
    if (wanted.length > 0) return { records: [...records, ...wanted], chain, found: true, loops: false };
    const alias = here.find((record) => record.type === typeNumber.CNAME);
    if (!alias?.target) return { records, chain, found: false, loops: false };
    records.push(alias);
    chain.push(alias.target);
    passed.add(key);
    key = nameKey(alias.target);
    if (passed.has(key)) return { records, chain, found: false, loops: true };
  }
}

/** The most frequent answer: records of the type asked, all of the name asked. */
function isAllAsked({ answers }: Reply, name: string, type: RecordType): boolean {
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
