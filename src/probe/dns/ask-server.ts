import type { DnsAttempt, DnsTransport } from '../../documents/dns.js';
import { statusOfRcode } from '../../documents/terms/rcode.js';
import { familyOf } from '../../net/address/address.js';
import { withoutFinalDot } from '../../target/dns-name.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { tellDiscard, tellQuery, tellReply } from './channels.js';
import type { Exchange } from './exchange.js';
import { encodeQuery } from './query.js';
import { type RecordType, rcodeNumber } from './record-type.js';
import { countDiscard, type Session } from './session.js';

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
async function askServer(
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

/**
 * Asks the servers in order until one settles the question, and the silent ones again, `tries` times in all
 * (resolv.conf(5), under `nameserver`). Records, no records and NXDOMAIN settle it. A server that fails or refuses
 * yields to the next and is not asked again: it would say the same. When none settles it, the outcome is the one that
 * says most: a server's own error before a reply that cannot be read, that before silence.
 *
 * @param begun what came of the first attempt at the first server, where it has been made
 */
export async function askServers(
  name: string,
  type: RecordType,
  session: Session,
  begun: Exchange | null = null,
): Promise<ServerOutcome> {
  const outcomes: ServerOutcome[] = [];
  let worthAsking = session.servers;
  for (let round = 0; round < session.plan.tries; round++) {
    const silent: (typeof session.servers)[number][] = [];
    for (const server of worthAsking) {
      if (outcomes.length > 0 && session.stop?.aborted) break;
      const outcome = await askServer(server, name, type, session, outcomes.length === 0 ? begun : null);
      if (settles(outcome)) return outcome;
      outcomes.push(outcome);
      if (mayDoBetter(outcome)) silent.push(server);
    }
    worthAsking = silent;
  }
  return outcomes.reduce((best, outcome) => (rank(outcome) < rank(best) ? outcome : best));
}

function settles({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome !== 'reply') return false;
  const status = statusOfRcode(exchange.reply.rcode);
  return status === null || status === 'nxdomain';
}

function mayDoBetter({ exchange }: ServerOutcome): boolean {
  if (exchange.outcome === 'error') return exchange.errno === 'EOF' || exchange.errno === 'ECONNRESET';
  return exchange.outcome === 'timeout' || exchange.outcome === 'malformed';
}

const sayingLess = ['malformed', 'timeout', 'unreachable', 'error'];

function rank({ exchange }: ServerOutcome): number {
  if (exchange.outcome !== 'reply') return 2 + sayingLess.indexOf(exchange.outcome);
  return statusOfRcode(exchange.reply.rcode) === 'servfail' ? 0 : 1;
}
