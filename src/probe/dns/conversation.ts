import { elapsedMs, nowMs } from '../../core/clock.js';
import type { DnsTransport } from '../../documents/dns.js';
import { afterArrived } from '../../net/libc/poller.js';
import { packetPace } from '../../net/wire/pace.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { publishReply } from './channels.js';
import type { RecordType } from './message/record-type.js';
import type { Lookup } from './plan.js';
import {
  attemptOf,
  exchangeWithoutReply,
  type FinalExchange,
  type Heard,
  isBadCookie,
  isSettled,
  isWithoutEdns,
  isWorthRepeating,
  lateQuery,
  nothingHeard,
  queryContext,
  type SentQuery,
  sendQuery,
} from './sent-query.js';
import { canceled } from './transport/exchange.js';

/** What a conversation tells its inquiry. */
interface Events {
  /** A query is on its way; its entry is replaced when it ends. Returns its position among all queries. */
  onSent(query: SentQuery): number;
  onUpdate(position: number, query: SentQuery): void;
  /** A query has left this host that waited for its turn so long, milliseconds. */
  onLeft(conversation: Conversation, waitedMs: number): void;
  /** Something has changed: a reply, an error, or the end of the ordinary wait for a reply. */
  onChange(): void;
  onFailure(error: unknown): void;
}

/**
 * A question at one server, with all its tries. Their sockets stay open until close(), so a reply to an earlier try counts
 * whenever it comes. A truncated reply is followed by a query over TCP (RFC 7766 section 5), BADCOOKIE by one with the
 * cookie that the server has sent and then by one over TCP (RFC 7873 section 5.3). A query with EDNS that fails is
 * followed by one as the programs of this host send it: a server that does not know EDNS may answer FORMERR, NOTIMP or
 * SERVFAIL, or nothing at all (RFC 6891 section 7).
 */
export class Conversation {
  readonly server: ServerAddress;
  readonly key: string;
  /** The reply or error that ends the conversation; null while a reply may still come. */
  final: FinalExchange | null = null;
  /** Whether the deciding query had an OPT record. */
  finalEdns = true;
  /** How the query with EDNS failed, if it did: a reply, a malformed message or a broken connection. */
  ednsFailure: FinalExchange | null = null;
  transport: DnsTransport;
  /** Tries: queries without those that follow from a truncated reply or a cookie. */
  tries = 0;
  /** Whether a try was made in the form of programs. */
  isAskedAsPrograms = false;
  /** The next server has been asked, because no reply came. */
  isGivenUp = false;
  /** Its host's TCP port 53 has been tried. */
  isWatched = false;
  /** It was asked again after the time that programs wait for one reply. */
  isAskedOften = false;
  askedMs = 0;
  readonly #name: string;
  readonly #type: RecordType;
  readonly #lookup: Lookup;
  readonly #events: Events;
  /** Queries without an outcome, by their position. */
  readonly #waiting = new Map<number, SentQuery>();
  /** Those of them that wait for their turn to leave this host, at the pace of this process. */
  readonly #queued = new Set<number>();
  #badCookies = 0;
  /** A failure after which the server may be asked again. */
  #passing: FinalExchange | null = null;
  #isClosed = false;

  constructor(server: ServerAddress, name: string, type: RecordType, lookup: Lookup, events: Events) {
    this.server = server;
    this.key = formatServer(server);
    this.#name = name;
    this.#type = type;
    this.#lookup = lookup;
    this.#events = events;
    this.transport = firstTransport(lookup);
  }

  get isWaiting(): boolean {
    return this.final === null && this.#waiting.size > 0;
  }

  /** Whether a query waits here for its turn: its server has not been asked yet. */
  get isQueued(): boolean {
    return this.#queued.size > 0;
  }

  /** The outcome so far. */
  get outcome(): FinalExchange {
    return this.final ?? this.#passing ?? this.#unreadable() ?? { outcome: 'timeout' };
  }

  /** What came instead of a reply while a query was waiting: packets that are too short for one. */
  #unreadable(): FinalExchange | null {
    for (const { heard } of this.#waiting.values())
      if (heard.shortestDatagram !== null) return exchangeWithoutReply(heard);
    return null;
  }

  /** Whether a query is waiting for a reply over this transport. */
  waitsOver(transport: DnsTransport): boolean {
    return [...this.#waiting.values()].some(({ attempt }) => attempt.transport === transport);
  }

  /** Makes a try. */
  ask(edns: boolean): void {
    this.#begin(edns);
    this.#send(this.transport, edns);
  }

  /** Takes over a query that was sent as the first try. */
  adopt(first: SentQuery): void {
    this.#begin(first.attempt.edns);
    this.askedMs = first.startedMs;
    const position = this.#events.onSent(first);
    this.#handle(position, first);
  }

  /** Sends one more query with EDNS, to see whether the server answers it. Resolves with whether it does within `waitMs`. */
  answersEdns(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      let cancelTimer = (): void => {};
      const { pending, leaving, position } = this.#transmit(this.transport, true);
      const startTimer = (): void => {
        cancelTimer = afterArrived(waitMs, () => resolve(false));
      };
      if (leaving === null) startTimer();
      else void leaving.then(startTimer);
      const conclude = (query: SentQuery): void => {
        this.#keep(position, query, conclude);
        if (query.late !== undefined) return;
        cancelTimer();
        resolve(query.exchange.outcome === 'truncated' || isSettled(query.exchange));
      };
      pending.then(conclude, (error: unknown) => {
        cancelTimer();
        this.#events.onFailure(error);
        resolve(false);
      });
    });
  }

  /**
   * Closes all sockets. Queries without an outcome become timeouts where the server had its time, otherwise ECANCELED:
   * the question was decided, or the lookup stopped, before they could be answered.
   */
  close(isCutShort: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const answeredMs = this.final === null ? null : this.#decidedMs;
    for (const [position, query] of this.#waiting) {
      query.late?.close();
      const isLate = answeredMs === null ? this.isGivenUp || !isCutShort : query.startedMs < answeredMs;
      const isTimeout = isLate && !this.#queued.has(position);
      const exchange = isTimeout ? exchangeWithoutReply(query.heard) : canceled;
      const { server, transport, name, type, edns, sentMs } = query.attempt;
      const context = { server, transport, name, type };
      const attempt = attemptOf(context, edns, sentMs, exchange, elapsedMs(query.startedMs));
      publishReply(attempt);
      this.#events.onUpdate(position, { ...query, attempt, exchange, late: undefined });
    }
    this.#waiting.clear();
  }

  /** When the deciding query was sent. */
  #decidedMs = 0;

  #begin(edns: boolean): void {
    if (this.tries++ === 0) this.askedMs = nowMs();
    if (edns === this.#lookup.plan.programsSendEdns) this.isAskedAsPrograms = true;
  }

  #send(transport: DnsTransport, edns: boolean): void {
    const { pending, position } = this.#transmit(transport, edns);
    pending.then((query) => this.#handle(position, query), this.#events.onFailure);
  }

  /** `leaving` resolves when the query leaves this host; null where it has left. */
  #transmit(
    transport: DnsTransport,
    edns: boolean,
  ): { pending: Promise<SentQuery>; leaving: Promise<void> | null; position: number } {
    const queuedMs = nowMs();
    const heard = nothingHeard();
    const provisional = this.#provisional(transport, edns, heard);
    const position = this.#events.onSent(provisional);
    this.#waiting.set(position, provisional);
    const send = (): Promise<SentQuery> =>
      sendQuery(this.server, this.#name, this.#type, transport, edns, this.#lookup, heard);
    const turn = packetPace.wait(this.#lookup.stop);
    if (turn === null) return { pending: send(), leaving: null, position };
    this.#queued.add(position);
    const leaving = turn.then(() => {
      this.#queued.delete(position);
      if (!this.#isClosed) {
        const leaves = this.#provisional(transport, edns, heard);
        this.#waiting.set(position, leaves);
        this.#events.onUpdate(position, leaves);
        this.#events.onLeft(this, elapsedMs(queuedMs));
      }
    });
    return { pending: leaving.then(send), leaving, position };
  }

  /** A query that leaves now, as long as nothing is known of its reply. */
  #provisional(transport: DnsTransport, edns: boolean, heard: Heard): SentQuery {
    const startedMs = nowMs();
    const context = queryContext(this.server, this.#name, this.#type, transport);
    const attempt = attemptOf(context, edns, elapsedMs(this.#lookup.startedMs, startedMs), canceled, 0);
    return { attempt, exchange: canceled, startedMs, heard };
  }

  /** Notes how a query ended or that it has no reply yet. A late reply replaces the entry. */
  #keep(position: number, query: SentQuery, onLate: (query: SentQuery) => void = () => {}): void {
    if (this.#isClosed) {
      query.late?.close();
      return;
    }
    this.#events.onUpdate(position, query);
    const { late } = query;
    if (late === undefined) {
      this.#waiting.delete(position);
      return;
    }
    this.#waiting.set(position, query);
    late.ended.then((result) => onLate(lateQuery(query, result, this.#lookup)));
  }

  #handle(position: number, query: SentQuery): void {
    this.#keep(position, query, (later) => this.#handle(position, later));
    if (this.#isClosed) return;
    if (query.late === undefined && this.final === null) this.#conclude(query);
    this.#events.onChange();
  }

  #conclude({ exchange, attempt: { transport, edns }, startedMs }: SentQuery): void {
    if (exchange.outcome === 'truncated') {
      // What programs do with their own truncated reply is the same: they ask over TCP.
      this.isAskedAsPrograms = true;
      this.transport = 'tcp';
      if (!this.waitsOver('tcp')) this.#send('tcp', edns);
      return;
    }
    if (isBadCookie(exchange) && this.#lookup.plan.cookies !== null && transport === 'udp') {
      if (++this.#badCookies > 1) this.transport = 'tcp';
      this.#send(this.transport, edns);
      return;
    }
    const isUnreachable = exchange.outcome === 'unreachable' || exchange === canceled;
    if (edns && !isSettled(exchange) && !isUnreachable) {
      this.ednsFailure = exchange;
      // A server that does not know EDNS says so without an OPT record; glibc then leaves it out even with `edns0`.
      const hasAlternative = !this.#lookup.plan.programsSendEdns || isWithoutEdns(exchange);
      if (hasAlternative) {
        if (!this.isAskedAsPrograms || this.#lookup.plan.programsSendEdns) {
          this.#begin(false);
          this.isAskedAsPrograms = true;
          this.#send(transport, false);
        }
        if (this.#waiting.size > 0) return;
      }
    }
    if (isWorthRepeating(exchange)) {
      this.#passing = exchange;
      return;
    }
    // Another try, in the form of programs, may still be answered.
    if (!isSettled(exchange) && edns && this.#waiting.size > 0 && !isUnreachable) return;
    this.final = exchange;
    this.finalEdns = edns;
    this.transport = transport;
    this.#decidedMs = startedMs;
  }
}

export function firstTransport({ plan }: Lookup): DnsTransport {
  return plan.tcp ? 'tcp' : 'udp';
}
