import { elapsedMs, nowMs, systemClock } from '../../core/clock.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import {
  type Ask,
  asksTheSame,
  canceled,
  type Exchange,
  type ExchangeLimits,
  judgePacket,
  socketFailure,
  sourceRefusal,
  type TimedExchange,
} from './exchange.js';
import { idOf } from './frame.js';
import type { Query } from './query.js';
import { headerLength } from './record-type.js';
import { type Datagrams, type OpenDatagrams, silence } from './udp.js';

/** A query that waits for its reply. */
interface Waiting {
  query: Query;
  limits: ExchangeLimits;
  startMs: number;
  shortest: number | null;
  settle(result: TimedExchange): void;
  reject(error: Error): void;
}

/**
 * A connected socket, on a port of the kernel's choosing, for a number of queries to one server. Those asked for in one
 * turn of the event loop go out together at its end. A reply finds its query by the ID. What belongs to none is put down
 * to the query that asks the same, else to the one that has waited longest.
 */
class SharedPort {
  readonly #socket: Datagrams;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onClose: () => void;
  #left: number;
  #toSend: Waiting[] = [];
  #turn: NodeJS.Immediate | null = null;
  /** One for all that wait: it is set for the first of them, and looks for the next when it fires. */
  #cancelTimer: (() => void) | null = null;
  #isConnected = false;
  #isRetired = false;
  #isClosed = false;

  constructor(
    open: OpenDatagrams,
    server: ServerAddress,
    source: string | undefined,
    queries: number,
    onClose: () => void,
  ) {
    this.#left = queries;
    this.#onClose = onClose;
    this.#socket = open(server, source, {
      onConnected: () => {
        this.#isConnected = true;
        this.#sendAll();
      },
      onMessage: (message, atMs) => this.#receive(message, atMs),
      onError: (error) => this.#failAll(error),
    });
  }

  /** Whether the query may go out from here. An ID is used once at a time. */
  takes(query: Query): boolean {
    return !this.#isClosed && !this.#isRetired && this.#left > 0 && !this.#waiting.has(query.id);
  }

  /** All on one port wait equally long: the timer is set for the first of them. */
  ask(query: Query, limits: ExchangeLimits): Promise<TimedExchange> {
    this.#left--;
    return new Promise((settle, reject) => {
      const waiting: Waiting = { query, limits, startMs: nowMs(), shortest: null, settle, reject };
      this.#waiting.set(query.id, waiting);
      this.#toSend.push(waiting);
      this.#cancelTimer ??= systemClock.after(limits.timeoutMs, this.#onTime);
      if (this.#isConnected) this.#turn ??= setImmediate(() => this.#sendAll());
    });
  }

  /** Takes no more queries, and closes when those that wait have ended. */
  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0) this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting.values()) this.#end(waiting, canceled);
    this.#cancelTimer?.();
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#socket.close();
    this.#onClose();
  }

  #sendAll(): void {
    this.#turn = null;
    const leaving = this.#toSend;
    this.#toSend = [];
    const startMs = nowMs();
    for (const waiting of leaving) waiting.startMs = startMs;
    this.#socket.send(leaving.map(({ query }) => query.message));
  }

  #receive(message: Buffer, atMs: number): void {
    const isShort = message.length < headerLength;
    const waiting = (isShort ? undefined : this.#waiting.get(idOf(message))) ?? this.#bestGuess(message);
    if (waiting === undefined) return;
    if (isShort) {
      waiting.shortest = Math.min(waiting.shortest ?? message.length, message.length);
    }
    const exchange = judgePacket(message, waiting.query, waiting.limits);
    if (exchange !== null) this.#end(waiting, exchange, atMs);
  }

  #bestGuess(message: Buffer): Waiting | undefined {
    const all = [...this.#waiting.values()];
    return all.find(({ query }) => asksTheSame(message, query)) ?? all[0];
  }

  readonly #onTime = (): void => {
    const atMs = nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting.values()) {
      const leftMs = waiting.startMs + waiting.limits.timeoutMs - atMs;
      if (leftMs <= 0) this.#end(waiting, silence(waiting.shortest), atMs);
      else nextMs = Math.min(nextMs, leftMs);
    }
    const isNeeded = !this.#isClosed && nextMs < Number.POSITIVE_INFINITY;
    this.#cancelTimer = isNeeded ? systemClock.after(nextMs, this.#onTime) : null;
  };

  #end(waiting: Waiting, exchange: Exchange, atMs = nowMs()): void {
    this.#waiting.delete(waiting.query.id);
    waiting.settle({ exchange, durationMs: elapsedMs(waiting.startMs, atMs) });
    if (this.#waiting.size === 0 && (this.#isRetired || this.#left === 0)) this.close();
  }

  /** An ICMP error, or a bind that failed: no query on this socket fares better than the one that met it. */
  #failAll(error: Error): void {
    this.#isRetired = true;
    for (const waiting of this.#waiting.values()) {
      const refusal = sourceRefusal(error, waiting.limits);
      if (refusal !== null) waiting.reject(refusal);
      this.#end(waiting, socketFailure(error, waiting.limits));
    }
    this.close();
  }
}

/**
 * How many queries go out from one port before another takes its place.
 *
 * A forger who sees nothing of the traffic must hit, with each packet, the port (one of 28,232: Linux chooses one at
 * random from net.ipv4.ip_local_port_range when the socket connects), the ID (one of 65,536) and a question that is
 * being asked: 1 in 1.85 * 10^9. A packet carries one question, so other questions on the same port make none of this
 * easier. What sharing costs is this: a port that a side channel gives away (SAD DNS finds one in seconds, by scanning)
 * leaves the ID alone to guess for what is still to be asked from it. With 16 queries to a port, a port has been left
 * some milliseconds after it was taken. A port of its own for every query costs a socket for every query, and one query
 * for every system call: measured with Node 20 and BIND on loopback, a bulk of 10,000 names then takes 1.6 to 1.8 times
 * the processor time through libc, and through node:dgram 138 µs for each query instead of 58.
 */
const queriesPerPort = 16;

/**
 * Asks many questions over UDP from few sockets at a time, each connected to one server and soon replaced by another on
 * another random port. Aborts and stops are not listened to query by query: close() ends all that is under way.
 */
export class UdpPool {
  readonly #current = new Map<string, SharedPort>();
  readonly #open = new Set<SharedPort>();
  readonly #openDatagrams: OpenDatagrams;
  #isClosed = false;

  constructor(openDatagrams: OpenDatagrams) {
    this.#openDatagrams = openDatagrams;
  }

  readonly ask: Ask = (
    server: ServerAddress,
    query: Query,
    limits: ExchangeLimits,
  ): Promise<TimedExchange> => {
    if (this.#isClosed) return Promise.resolve({ exchange: canceled, durationMs: 0 });
    return this.#portFor(server, query, limits).ask(query, limits);
  };

  /** Ends what is under way as ECANCELED and closes every socket. */
  close(): void {
    this.#isClosed = true;
    for (const port of this.#open) port.close();
  }

  #portFor(server: ServerAddress, query: Query, limits: ExchangeLimits): SharedPort {
    const key = formatServer(server);
    const current = this.#current.get(key);
    if (current?.takes(query)) return current;
    current?.retire();
    const onClose = (): void => void this.#open.delete(port);
    const port = new SharedPort(this.#openDatagrams, server, limits.source, queriesPerPort, onClose);
    this.#current.set(key, port);
    this.#open.add(port);
    return port;
  }
}
