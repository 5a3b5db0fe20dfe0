import { nowMs } from '../../core/clock.js';
import type { DnsAttempt, DnsStatus, DnsTransport } from '../../documents/dns.js';
import { rcodeNumber, statusOfRcode } from '../../documents/terms/rcode.js';
import { familyOf } from '../../net/address/address.js';
import { withoutFinalDot } from '../../target/dns-name.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { publishDiscard, publishQuery, publishReply, type QueryContext } from './channels.js';
import type { Reply } from './message/decode.js';
import { encodeQuery } from './message/query.js';
import type { RecordType } from './message/record-type.js';
import type { Lookup } from './plan.js';
import type { Exchange } from './transport/exchange.js';

/** One query that was sent, and how its exchange ended. */
export interface SentQuery {
  /** The query as a document lists it. */
  attempt: DnsAttempt;
  exchange: Exchange;
  /** On the clock of nowMs(). */
  startedMs: number;
  /** The number of packets that were not the reply, by reason. */
  discarded: Readonly<Record<string, number>>;
}

/** What one or several servers answered to one question. */
export interface ServerOutcome {
  /** The server, the transport and the exchange that decide. */
  server: string;
  transport: DnsTransport;
  exchange: Exclude<Exchange, { outcome: 'truncated' }>;
  /** All queries that were sent, in order. */
  sent: readonly SentQuery[];
}

/**
 * Asks the servers in order until one settles the question, and repeats this for servers without an answer, up to
 * `tries` times (resolv.conf(5), `nameserver`). Records, NOERROR without records and NXDOMAIN settle it. A server that
 * answers with an error is not asked again: it would repeat the error. If no server settles the question, the most
 * informative outcome is returned: a server's error, then a malformed reply, then a timeout.
 *
 * @param first the first query to the first server, if it has been sent already
 */
export async function askServers(
  name: string,
  type: RecordType,
  lookup: Lookup,
  first: SentQuery | null = null,
): Promise<ServerOutcome> {
  const outcomes: ServerOutcome[] = [];
  let candidates = lookup.servers;
  for (let round = 0; round < lookup.plan.tries; round++) {
    const unanswered: ServerAddress[] = [];
    for (const server of candidates) {
      if (outcomes.length > 0 && lookup.stop?.aborted) break;
      const outcome = await askServer(server, name, type, lookup, outcomes.length === 0 ? first : null);
      outcomes.push(outcome);
      if (isSettled(outcome)) return withSentOfAll(outcome, outcomes);
      if (isWorthRepeating(outcome)) unanswered.push(server);
    }
    candidates = unanswered;
  }
  const best = outcomes.reduce((best, outcome) => (rank(outcome) < rank(best) ? outcome : best));
  return withSentOfAll(best, outcomes);
}

function withSentOfAll(outcome: ServerOutcome, outcomes: readonly ServerOutcome[]): ServerOutcome {
  return outcomes.length === 1 ? outcome : { ...outcome, sent: outcomes.flatMap(({ sent }) => sent) };
}

function isSettled({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome !== 'reply') return false;
  const status = statusOfRcode(exchange.reply.rcode);
  return status === null || status === 'nxdomain';
}

function isWorthRepeating({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome === 'error') return exchange.errno === 'EOF' || exchange.errno === 'ECONNRESET';
  return exchange.outcome === 'timeout' || exchange.outcome === 'malformed';
}

/** Outcomes without a reply, the most informative first. */
const failures = ['malformed', 'timeout', 'unreachable', 'error'];

function rank({ exchange }: ServerOutcome): number {
  if (exchange.outcome !== 'reply') return 2 + failures.indexOf(exchange.outcome);
  return statusOfRcode(exchange.reply.rcode) === 'servfail' ? 0 : 1;
}

/**
 * Asks one server one question: over UDP, then over TCP if the reply was truncated (RFC 7766 section 5). A server that
 * answers FORMERR or NOTIMP to an OPT record it does not know is asked again without EDNS (RFC 6891 section 7). A server
 * that answers BADCOOKIE is asked again with the cookie it has sent, and then over TCP (RFC 7873 section 5.3).
 */
async function askServer(
  server: ServerAddress,
  name: string,
  type: RecordType,
  lookup: Lookup,
  first: SentQuery | null,
): Promise<ServerOutcome> {
  const sent: SentQuery[] = [];
  let transport = firstTransport(lookup);
  let edns = true;
  let badCookies = 0;
  let latest = first ?? (await sendQuery(server, name, type, transport, edns, lookup));
  for (;;) {
    const { exchange } = latest;
    sent.push(latest);
    if (exchange.outcome === 'truncated') transport = 'tcp';
    else if (edns && isWithoutEdns(exchange)) edns = false;
    else if (isBadCookie(exchange) && lookup.plan.cookies !== null && transport === 'udp') {
      if (++badCookies > 1) transport = 'tcp';
    } else return { server: latest.attempt.server, transport, exchange, sent };
    latest = await sendQuery(server, name, type, transport, edns, lookup);
  }
}

function firstTransport({ plan }: Lookup): DnsTransport {
  return plan.tcp ? 'tcp' : 'udp';
}

/** Sends the first query to a server, as askServers() would. */
export function sendFirstQuery(
  server: ServerAddress,
  name: string,
  type: RecordType,
  lookup: Lookup,
): Promise<SentQuery> {
  return sendQuery(server, name, type, firstTransport(lookup), true, lookup);
}

/**
 * The outcome of a first query that settles the question; null if more queries are needed. Nearly all lookups end with
 * their first reply, and the promises of askServers() would double the time that such a lookup takes.
 */
export function outcomeOfFirst(first: SentQuery): ServerOutcome | null {
  const { exchange, attempt } = first;
  if (exchange.outcome !== 'reply') return null;
  const { rcode } = exchange.reply;
  if (rcode !== rcodeNumber.NOERROR && rcode !== rcodeNumber.NXDOMAIN) return null;
  return { server: attempt.server, transport: attempt.transport, exchange, sent: [first] };
}

function sendQuery(
  server: ServerAddress,
  name: string,
  type: RecordType,
  transport: DnsTransport,
  edns: boolean,
  { plan, signal, stop }: Lookup,
): Promise<SentQuery> {
  const context: QueryContext = {
    server: formatServer(server),
    transport,
    name: withoutFinalDot(name),
    type: type.name,
  };
  const { nsid, cookies, timeoutMs } = plan;
  const discarded: Record<string, number> = {};
  const startedMs = nowMs();
  const query = encodeQuery(name, type, edns, { nsid, cookie: cookies?.of(server) ?? null });
  publishQuery(context, query);
  const exchanging = plan.send[transport](server, query, {
    timeoutMs,
    source: sourceFor(server, plan.source),
    signal,
    stop,
    onDiscard(reason, packet) {
      discarded[reason] = (discarded[reason] ?? 0) + 1;
      publishDiscard(context, reason, packet);
    },
  });
  return exchanging.then(({ exchange, durationMs }) => {
    const attempt = attemptOf(context, edns, exchange, durationMs);
    publishReply(attempt);
    if (exchange.outcome === 'reply' && exchange.reply.cookie) cookies?.learn(server, exchange.reply.cookie);
    return { attempt, exchange, startedMs, discarded };
  });
}

function attemptOf(
  { server, transport, name, type }: QueryContext,
  edns: boolean,
  exchange: Exchange,
  durationMs: number,
): DnsAttempt {
  const reply = exchange.outcome === 'reply' ? exchange.reply : null;
  return {
    server,
    transport,
    name,
    type,
    outcome: exchange.outcome === 'reply' ? statusOf(exchange.reply) : exchange.outcome,
    rcode: reply?.rcodeName ?? null,
    errno: 'errno' in exchange ? exchange.errno : null,
    detail: 'detail' in exchange ? exchange.detail : null,
    edns,
    durationMs,
  };
}

function statusOf({ rcode, answers }: Reply): DnsStatus {
  return statusOfRcode(rcode) ?? (answers.length > 0 ? 'answered' : 'no-data');
}

/** A server that knows EDNS adds an OPT record to every reply, errors included. */
function isWithoutEdns(exchange: Exchange): boolean {
  if (exchange.outcome !== 'reply' || exchange.reply.edns) return false;
  return exchange.reply.rcode === rcodeNumber.FORMERR || exchange.reply.rcode === rcodeNumber.NOTIMP;
}

function isBadCookie(exchange: Exchange): boolean {
  return exchange.outcome === 'reply' && exchange.reply.rcode === rcodeNumber.BADCOOKIE;
}

/** The source address applies to servers of its family only. */
function sourceFor(server: ServerAddress, source: string | undefined): string | undefined {
  return source !== undefined && familyOf(source) === familyOf(server.address) ? source : undefined;
}
