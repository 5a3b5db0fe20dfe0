import { elapsedMs, nowMs } from '../../core/clock.js';
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
import type { Exchange, LateExchange, TimedExchange } from './transport/exchange.js';

/** One query that was sent, and how its exchange ended. */
export interface SentQuery {
  /** The query as a document lists it. */
  attempt: DnsAttempt;
  exchange: Exchange;
  /** On the clock of nowMs(). */
  startedMs: number;
  /** The number of packets that were not the reply, by reason. */
  discarded: Readonly<Record<string, number>>;
  /** Present while no reply has come in time and the socket is open. */
  late?: LateExchange | undefined;
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

/** Sends one query. Its promise resolves with the reply, or at the end of the ordinary wait. */
export function sendQuery(
  server: ServerAddress,
  name: string,
  type: RecordType,
  transport: DnsTransport,
  edns: boolean,
  { plan, signal, stop, leaving, startedMs: lookupMs }: Lookup,
): Promise<SentQuery> {
  const context = queryContext(server, name, type, transport);
  const { nsid, cookies, suspectMs } = plan;
  const discarded: Record<string, number> = {};
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
      discarded[reason] = (discarded[reason] ?? 0) + 1;
      publishDiscard(context, reason, packet);
    },
  });
  // The continuations of the promise run synchronously with the reply: fewer promises per query in a bulk.
  return exchanging.then(({ exchange, durationMs, late }): SentQuery => {
    const attempt = attemptOf(context, edns, elapsedMs(lookupMs, startedMs), exchange, durationMs);
    if (late !== undefined) return { attempt, exchange, startedMs, discarded, late };
    publishReply(attempt);
    noteReply(exchange, server, plan);
    return { attempt, exchange, startedMs, discarded };
  });
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
  return { attempt, exchange, startedMs: query.startedMs, discarded: query.discarded };
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
