import { elapsedMs, nowMs, systemClock } from '../../../core/clock.js';
import { readArrived } from '../../../net/libc/poller.js';
import { formatServer, type ServerAddress } from '../../../target/server.js';
import { idOf } from '../message/frame.js';
import { hasSameQuestion } from '../message/match.js';
import type { Query } from '../message/query.js';
import { headerLength } from '../message/record-type.js';
import {
  canceled,
  type Exchange,
  type ExchangeLimits,
  exchangeOfError,
  foreignSourceError,
  readPacket,
  type SendQuery,
  type TimedExchange,
} from './exchange.js';
import type { DatagramSocket, OpenDatagramSocket } from './udp.js';

/**
 * The number of queries sent from one port before it is replaced.
 *
 * An off-path forger must guess, with each packet, the port (one of 28,232: Linux chooses it at random from
 * net.ipv4.ip_local_port_range when the socket connects), the ID (one of 65,536) and the question of a query that is
 * waiting: 1 in 1.85 * 10^9. A packet carries one question, so sharing a port among different questions does not make
 * the guess easier. The cost of sharing is this: if a side channel reveals the port (SAD DNS finds one in seconds, by
 * scanning), only the ID is left to guess for the queries still to be sent from it. With 16 queries per port, a port is
 * replaced within some milliseconds.
 *
 * A port per query would need a socket, and a system call, per query: measured with Node 20 and BIND on loopback, a bulk
 * of 10,000 names then takes 1.6 to 1.8 times the processor time through libc, and 138 µs instead of 58 per query
 * through node:dgram.
 */
const queriesPerPort = 16;

/**
 * Sends many queries over UDP from few sockets. Each socket is connected to one server and is replaced, after
 * `queriesPerPort` queries, by another on a new random port. The `signal` and `stop` of single queries are
 * ignored: close() ends all queries under way.
 */
export class UdpPool {
  /** By server. */
  readonly #current = new Map<string, SharedPort>();
  readonly #open = new Set<SharedPort>();
  readonly #openSocket: OpenDatagramSocket;
  #isClosed = false;

  constructor(openSocket: OpenDatagramSocket) {
    this.#openSocket = openSocket;
  }

  readonly send: SendQuery = (server, query, limits) => {
    if (this.#isClosed) return Promise.resolve({ exchange: canceled, durationMs: 0 });
    return this.#portFor(server, query, limits).send(query, limits);
  };

  /** Ends the queries under way as ECANCELED and closes every socket. */
  close(): void {
    this.#isClosed = true;
    for (const port of this.#open) port.close();
  }

  #portFor(server: ServerAddress, query: Query, limits: ExchangeLimits): SharedPort {
    const key = formatServer(server);
    const current = this.#current.get(key);
    if (current?.accepts(query)) return current;
    current?.retire();
    const onClose = (): void => void this.#open.delete(port);
    const port = new SharedPort(this.#openSocket, server, limits.source, onClose);
    this.#current.set(key, port);
    this.#open.add(port);
    return port;
  }
}

/** A query that waits for its reply. */
interface PendingQuery {
  query: Query;
  limits: ExchangeLimits;
  startMs: number;
  /** The timeout has been reported, and the reply may still come. */
  isLate: boolean;
  settle(result: TimedExchange): void;
  reject(error: Error): void;
}

/**
 * A connected socket for up to `queriesPerPort` queries to one server. Queries of one turn of the event loop are sent
 * together at its end. A reply is matched to its query by the ID. A packet with an unknown ID counts as a discard of the
 * query that has its question, otherwise of the query that has waited longest.
 */
class SharedPort {
  readonly #socket: DatagramSocket;
  readonly #pending = new Map<number, PendingQuery>();
  readonly #onClose: () => void;
  #queriesLeft = queriesPerPort;
  #toSend: PendingQuery[] = [];
  #sending: NodeJS.Immediate | null = null;
  /** One timer for all pending queries: it is set for the first of them, and set anew when it fires. */
  #cancelTimer: (() => void) | null = null;
  #isConnected = false;
  #isRetired = false;
  #isClosed = false;

  constructor(
    openSocket: OpenDatagramSocket,
    server: ServerAddress,
    source: string | undefined,
    onClose: () => void,
  ) {
    this.#onClose = onClose;
    this.#socket = openSocket(server, source, {
      onConnected: () => {
        this.#isConnected = true;
        this.#sendAll();
      },
      onMessage: (message, atMs) => this.#receive(message, atMs),
      onError: (error) => this.#failAll(error),
    });
  }

  /** Reports whether the query may be sent from this port: no pending query has its ID. */
  accepts(query: Query): boolean {
    return !this.#isClosed && !this.#isRetired && this.#queriesLeft > 0 && !this.#pending.has(query.id);
  }

  /** All queries of one pool have the same timeout, so the first one sent is the first to time out. */
  send(query: Query, limits: ExchangeLimits): Promise<TimedExchange> {
    this.#queriesLeft--;
    return new Promise((settle, reject) => {
      const pending: PendingQuery = {
        query,
        limits,
        startMs: nowMs(),
        isLate: false,
        settle,
        reject,
      };
      this.#pending.set(query.id, pending);
      limits.leaving?.addEventListener('abort', () => this.#end(pending, canceled), { once: true });
      this.#toSend.push(pending);
      this.#cancelTimer ??= systemClock.after(limits.timeoutMs, this.#onTimer);
      if (this.#isConnected) this.#sending ??= setImmediate(() => this.#sendAll());
    });
  }

  /** Accepts no more queries, and closes when none is pending. */
  retire(): void {
    this.#isRetired = true;
    if (this.#pending.size === 0) this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const pending of this.#pending.values()) this.#end(pending, canceled);
    this.#cancelTimer?.();
    if (this.#sending !== null) clearImmediate(this.#sending);
    this.#socket.close();
    this.#onClose();
  }

  #sendAll(): void {
    this.#sending = null;
    const batch = this.#toSend;
    this.#toSend = [];
    const startMs = nowMs();
    for (const pending of batch) pending.startMs = startMs;
    this.#socket.send(batch.map(({ query }) => query.message));
  }

  #receive(message: Buffer, atMs: number): void {
    const isShort = message.length < headerLength;
    const pending = (isShort ? undefined : this.#pending.get(idOf(message))) ?? this.#likeliest(message);
    if (pending === undefined) return;
    const exchange = readPacket(message, pending.query, pending.limits);
    if (exchange !== null) this.#end(pending, exchange, atMs);
  }

  #likeliest(message: Buffer): PendingQuery | undefined {
    const all = [...this.#pending.values()];
    return all.find(({ query }) => hasSameQuestion(message, query)) ?? all[0];
  }

  readonly #onTimer = (): void => {
    readArrived();
    const atMs = nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending.values()) {
      if (pending.isLate) continue;
      const leftMs = pending.startMs + pending.limits.timeoutMs - atMs;
      if (leftMs <= 0) this.#handOver(pending, atMs);
      else nextMs = Math.min(nextMs, leftMs);
    }
    const isNeeded = !this.#isClosed && nextMs < Number.POSITIVE_INFINITY;
    this.#cancelTimer = isNeeded ? systemClock.after(nextMs, this.#onTimer) : null;
  };

  /** Reports the timeout of a query and goes on waiting for its reply. */
  #handOver(pending: PendingQuery, atMs: number): void {
    const { settle, startMs } = pending;
    const durationMs = elapsedMs(startMs, atMs);
    pending.isLate = true;
    const ended = new Promise<TimedExchange>((settleLate) => {
      pending.settle = settleLate;
    });
    const close = (): void => this.#forget(pending);
    settle({ exchange: { outcome: 'timeout' }, durationMs, late: { ended, close } });
  }

  #end(pending: PendingQuery, exchange: Exchange, atMs = nowMs()): void {
    if (this.#pending.get(pending.query.id) !== pending) return;
    pending.settle({ exchange, durationMs: elapsedMs(pending.startMs, atMs) });
    this.#forget(pending);
  }

  #forget(pending: PendingQuery): void {
    if (this.#pending.get(pending.query.id) !== pending) return;
    this.#pending.delete(pending.query.id);
    if (this.#pending.size === 0 && (this.#isRetired || this.#queriesLeft === 0)) this.close();
  }

  /** An ICMP error or a failed bind ends all queries of the socket. */
  #failAll(error: Error): void {
    this.#isRetired = true;
    for (const pending of this.#pending.values()) {
      const sourceError = pending.isLate ? null : foreignSourceError(error, pending.limits);
      if (sourceError !== null) pending.reject(sourceError);
      this.#end(pending, exchangeOfError(error, pending.limits));
    }
    this.close();
  }
}
