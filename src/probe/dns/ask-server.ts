import { familyOf } from '../../address/family.js';
import { tellDiscard, tellQuery, tellReply } from './channels.js';
import type { Exchange } from './exchange.js';
import { withoutFinalDot } from './name.js';
import { rcodeNumber } from './protocol.js';
import { encodeQuery } from './query.js';
import { statusOfRcode } from './rcode.js';
import type { RecordType } from './record-type.js';
import { formatServer, type ServerAddress } from './server-address.js';
import { countDiscard, type Session } from './session.js';
import type { DnsAttempt, DnsTransport } from './types.js';

/** What one server made of one question. */
export interface ServerOutcome {
  server: string;
  transport: DnsTransport;
  exchange: Exclude<Exchange, { outcome: 'truncated' }>;
}

/**
 * Asks one server one question, once: over UDP, then over TCP if the reply was truncated (RFC 7766 section 5). A
 * server that knows no EDNS and says FORMERR or NOTIMP to it is asked again without (RFC 6891 section 7); one that
 * wants its cookie back, again with it, and then over TCP (RFC 7873 section 5.3). Each query sent is listed in the
 * session's attempts.
 *
 * @param begun what came of the first attempt, where it has been made
 */
export async function askServer(
  server: ServerAddress,
  name: string,
  type: RecordType,
  session: Session,
  begun: Exchange | null = null,
): Promise<ServerOutcome> {
  let transport = firstTransport(session);
  let edns = true;
  let known = begun;
  for (let badCookies = 0; ; ) {
    const exchange = known ?? (await attempt(server, name, type, transport, edns, session));
    known = null;
    if (exchange.outcome === 'truncated') transport = 'tcp';
    else if (edns && isWithoutEdns(exchange)) edns = false;
    else if (wantsItsCookie(exchange) && session.plan.cookies !== null && transport === 'udp') {
      if (++badCookies > 1) transport = 'tcp';
    } else return { server: formatServer(server), transport, exchange };
  }
}

function firstTransport({ plan }: Session): DnsTransport {
  return plan.tcp ? 'tcp' : 'udp';
}

/** The first attempt of askServer(). */
export function firstAttempt(
  server: ServerAddress,
  name: string,
  type: RecordType,
  session: Session,
): Promise<Exchange> {
  return attempt(server, name, type, firstTransport(session), true, session);
}

/**
 * What askServer() would make of its first attempt, without asking again; null where it would. A promise for each step
 * of a look-up costs as much as the rest of it, and nearly all end with their first reply.
 */
export function settledAtOnce(
  server: ServerAddress,
  exchange: Exchange,
  session: Session,
): ServerOutcome | null {
  if (exchange.outcome !== 'reply') return null;
  const { rcode } = exchange.reply;
  if (rcode !== rcodeNumber.NOERROR && rcode !== rcodeNumber.NXDOMAIN) return null;
  return { server: formatServer(server), transport: firstTransport(session), exchange };
}

function attempt(
  server: ServerAddress,
  name: string,
  type: RecordType,
  transport: DnsTransport,
  edns: boolean,
  session: Session,
): Promise<Exchange> {
  const entry: DnsAttempt = {
    server: formatServer(server),
    transport,
    name: withoutFinalDot(name),
    type: type.name,
    outcome: 'error',
    rcode: null,
    errno: null,
    detail: null,
    edns,
    durationMs: 0,
  };
  session.attempts.push(entry);
  const { plan } = session;
  const { nsid, cookies } = plan;
  const query = encodeQuery(name, type, edns, { nsid, cookie: cookies?.of(server) ?? null });
  tellQuery(entry, query);
  const asking = plan.ask[transport](server, query, {
    timeoutMs: plan.timeoutMs,
    source: sourceFor(server, plan.source),
    signal: session.signal,
    stop: session.stop,
    onDiscard(reason, packet) {
      countDiscard(session, reason);
      tellDiscard(entry, reason, packet);
    },
  });
  return asking.then(({ exchange, durationMs }) => {
    entry.durationMs = durationMs;
    record(entry, exchange);
    tellReply(entry);
    if (exchange.outcome === 'reply' && exchange.reply.cookie) cookies?.learn(server, exchange.reply.cookie);
    return exchange;
  });
}

function record(entry: DnsAttempt, exchange: Exchange): void {
  switch (exchange.outcome) {
    case 'reply':
      entry.rcode = exchange.reply.rcodeName;
      entry.outcome =
        statusOfRcode(exchange.reply.rcode) ?? (exchange.reply.answers.length > 0 ? 'answered' : 'no-data');
      break;
    case 'malformed':
      entry.outcome = exchange.outcome;
      entry.detail = exchange.detail;
      break;
    case 'unreachable':
    case 'error':
      entry.outcome = exchange.outcome;
      entry.errno = exchange.errno;
      break;
    default:
      entry.outcome = exchange.outcome;
  }
}

/** A server that knew EDNS would have answered with an OPT record of its own, whatever else it disliked. */
function isWithoutEdns(exchange: Exchange): boolean {
  if (exchange.outcome !== 'reply' || exchange.reply.edns) return false;
  return exchange.reply.rcode === rcodeNumber.FORMERR || exchange.reply.rcode === rcodeNumber.NOTIMP;
}

function wantsItsCookie(exchange: Exchange): boolean {
  return exchange.outcome === 'reply' && exchange.reply.rcode === rcodeNumber.BADCOOKIE;
}

/** A source of the other family cannot reach this server, and says nothing about how it should be asked. */
function sourceFor(server: ServerAddress, source: string | undefined): string | undefined {
  return source !== undefined && familyOf(source) === familyOf(server.address) ? source : undefined;
}
