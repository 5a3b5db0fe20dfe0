import { elapsedMs, nowMs } from '../../core/clock.js';
import type { DnsAttempt, DnsStatus, DnsTransport } from '../../documents/dns.js';
import { rcodeNumber, statusOfRcode } from '../../documents/terms/rcode.js';
import { familyOf } from '../../net/address/address.js';
import { withoutFinalDot } from '../../target/dns-name.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { publishDiscard, publishQuery, publishReply, type QueryContext } from './channels.js';
import type { Reply } from './message/decode.js';
import type { DnsDiscardReason } from './message/match.js';
import { encodeQuery } from './message/query.js';
import type { RecordType } from './message/record-type.js';
import type { Lookup } from './plan.js';
import type { Exchange, LateExchange, TimedExchange } from './transport/exchange.js';

/** One query that was sent, and how its exchange ended. */
export interface SentQuery {
  /** The query as a document lists it. */
  attempt: DnsAttempt;
  exchange: Exchange;
  /** On the clock of nowMs(). */
  startedMs: number;
  heard: Heard;
  /** Present while no reply has come in time and the socket is open. */
  late?: LateExchange | undefined;
}

/** What came for a query and was not its reply. It grows until the socket is closed, and counts from the first packet on. */
export interface Heard {
  /** The number of packets, by reason. */
  discarded: Record<string, number>;
  /** Octets of the shortest datagram that was too short for a DNS header; null if there was none. */
  shortestDatagram: number | null;
}

export function nothingHeard(): Heard {
  return { discarded: {}, shortestDatagram: null };
}

/**
 * The end of a wait without a reply. If datagrams too short for a DNS header arrived, something does listen on the port, so the
 * result is `malformed` and not `timeout`.
 */
export function exchangeWithoutReply({ shortestDatagram }: Heard): FinalExchange {
  if (shortestDatagram === null) return { outcome: 'timeout' };
  return {
    outcome: 'malformed',
    detail: `only a packet of ${shortestDatagram} octets came, too short for a header`,
  };
}

/** The end of a question at one server: no reply that is to be repeated over TCP. */
export type FinalExchange = Exclude<Exchange, { outcome: 'truncated' }>;

export function queryContext(
  server: ServerAddress,
  name: string,
  type: RecordType,
  transport: DnsTransport,
): QueryContext {
  return { server: formatServer(server), transport, name: withoutFinalDot(name), type: type.name };
}

/**
 * Sends one query. Its promise resolves with the reply, or at the end of the ordinary wait.
 *
 * @param heard grows with each packet that is not the reply
 */
export function sendQuery(
  server: ServerAddress,
  name: string,
  type: RecordType,
  transport: DnsTransport,
  edns: boolean,
  { plan, signal, stop, leaving, startedMs: lookupMs }: Lookup,
  heard = nothingHeard(),
): Promise<SentQuery> {
  const context = queryContext(server, name, type, transport);
  const { nsid, cookies, suspectMs } = plan;
  const startedMs = nowMs();
  const query = encodeQuery(name, type, edns, { nsid, cookie: cookies?.of(server) ?? null });
  publishQuery(context, query);
  const exchanging = plan.send[transport](server, query, {
    timeoutMs: suspectMs,
    source: sourceFor(server, plan.source),
    signal,
    stop,
    leaving,
    onDiscard: (reason, packet) => {
      note(heard, transport, reason, packet);
      publishDiscard(context, reason, packet);
    },
  });
  // The continuations of the promise run synchronously with the reply: fewer promises per query in a bulk.
  return exchanging.then(({ exchange: ended, durationMs, late }): SentQuery => {
    const exchange = ended.outcome === 'timeout' ? exchangeWithoutReply(heard) : ended;
    const attempt = attemptOf(context, edns, elapsedMs(lookupMs, startedMs), exchange, durationMs);
    if (late !== undefined) return { attempt, exchange, startedMs, heard, late };
    publishReply(attempt);
    noteReply(exchange, server, plan);
    return { attempt, exchange, startedMs, heard };
  });
}

function note(heard: Heard, transport: DnsTransport, reason: DnsDiscardReason, { length }: Buffer): void {
  heard.discarded[reason] = (heard.discarded[reason] ?? 0) + 1;
  if (transport === 'udp' && reason === 'short')
    heard.shortestDatagram = Math.min(heard.shortestDatagram ?? length, length);
}

function noteReply(exchange: Exchange, server: ServerAddress, { life, cookies }: Lookup['plan']): void {
  if (exchange.outcome !== 'reply' && exchange.outcome !== 'truncated') return;
  life.replied(formatServer(server));
  if (exchange.outcome === 'reply' && exchange.reply.cookie) cookies?.learn(server, exchange.reply.cookie);
}

/** A query whose reply or error came after the ordinary wait. */
export function lateQuery(
  query: SentQuery,
  { exchange, durationMs }: TimedExchange,
  lookup: Lookup,
): SentQuery {
  const { server, transport, name, type, edns, sentMs } = query.attempt;
  const context = { server, transport, name, type };
  const attempt = { ...attemptOf(context, edns, sentMs, exchange, durationMs), late: true as const };
  publishReply(attempt);
  if (exchange.outcome === 'reply' || exchange.outcome === 'truncated') lookup.plan.life.replied(server);
  return { attempt, exchange, startedMs: query.startedMs, heard: query.heard };
}

export function attemptOf(
  { server, transport, name, type }: QueryContext,
  edns: boolean,
  sentMs: number | null,
  exchange: Exchange,
  durationMs: number,
): DnsAttempt {
  const reply = exchange.outcome === 'reply' ? exchange.reply : null;
  const isLame = reply !== null && isNotRecursive(reply);
  return {
    server,
    transport,
    name,
    type,
    outcome: exchange.outcome === 'reply' ? statusOf(exchange.reply) : exchange.outcome,
    rcode: reply?.rcodeName ?? null,
    errno: 'errno' in exchange ? exchange.errno : null,
    ...('call' in exchange && exchange.call !== undefined ? { call: exchange.call } : {}),
    detail: isLame ? lameDetail : 'detail' in exchange ? exchange.detail : null,
    edns,
    sentMs,
    durationMs,
  };
}

const lameDetail = 'no answer, not authoritative, and no recursion offered: a referral to other servers';

function statusOf(reply: Reply): DnsStatus {
  if (isNotRecursive(reply)) return 'error';
  return statusOfRcode(reply.rcode) ?? (reply.answers.length > 0 ? 'answered' : 'no-data');
}

/**
 * Whether a reply says nothing about the name, because its server neither has the zone nor asks others: NOERROR without
 * records, AA, RA and SOA. It may list the name servers of the zone. glibc asks the next server after it.
 */
export function isNotRecursive({ rcode, answers, flags, hasSoa }: Reply): boolean {
  if (rcode !== rcodeNumber.NOERROR || answers.length > 0 || hasSoa) return false;
  return !flags.authoritative && !flags.recursionAvailable;
}

/** Whether a reply settles the question: records, no data, or no such name. */
export function isSettled(exchange: Exchange): exchange is { outcome: 'reply'; reply: Reply } {
  if (exchange.outcome !== 'reply' || isNotRecursive(exchange.reply)) return false;
  const status = statusOfRcode(exchange.reply.rcode);
  return status === null || status === 'nxdomain';
}

export function isWorthRepeating(exchange: Exchange): boolean {
  if (exchange.outcome === 'error') return exchange.errno === 'EOF' || exchange.errno === 'ECONNRESET';
  return exchange.outcome === 'timeout' || exchange.outcome === 'malformed';
}

/** A server that knows EDNS adds an OPT record to every reply, errors included. */
export function isWithoutEdns(exchange: Exchange): boolean {
  if (exchange.outcome !== 'reply' || exchange.reply.edns) return false;
  return exchange.reply.rcode === rcodeNumber.FORMERR || exchange.reply.rcode === rcodeNumber.NOTIMP;
}

export function isBadCookie(exchange: Exchange): boolean {
  return exchange.outcome === 'reply' && exchange.reply.rcode === rcodeNumber.BADCOOKIE;
}

/** The source address applies to servers of its family only. */
function sourceFor(server: ServerAddress, source: string | undefined): string | undefined {
  return source !== undefined && familyOf(source) === familyOf(server.address) ? source : undefined;
}
