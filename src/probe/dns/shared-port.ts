import { createSocket, type Socket } from 'node:dgram';
import { familyOf } from '../../address/family.js';
import { elapsedMs, nowMs } from '../../clock.js';
import {
  canceled,
  type Exchange,
  type ExchangeLimits,
  judgePacket,
  socketFailure,
  sourceRefusal,
  type TimedExchange,
} from './exchange.js';
import { readHeader } from './frame.js';
import { asksTheSame } from './match.js';
import { headerLength } from './protocol.js';
import type { Query } from './query.js';
import type { ServerAddress } from './server-address.js';
import { closeLater, silence } from './udp.js';

/** A query that waits for its reply. */
interface Waiting {
  query: Query;
  limits: ExchangeLimits;
  startMs: number;
  timer: NodeJS.Timeout;
  shortest: number | null;
  settle(result: TimedExchange): void;
  reject(error: Error): void;
}

/**
 * A connected socket, on a port of the kernel's choosing, for a number of queries to one server. A reply finds its query
 * by the ID. What belongs to none is put down to the query that asks the same, else to the one that has waited longest.
 */
export class SharedPort {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onClose: () => void;
  #left: number;
  /** Without a callback Node would lose the failure: an ICMP error is told to whoever sends next. */
  readonly #onSent = (error: Error | null): void => {
    if (error) this.#failAll(error);
  };
  #isConnected = false;
  #isRetired = false;
  #isClosed = false;

  constructor(server: ServerAddress, source: string | undefined, queries: number, onClose: () => void) {
    this.#left = queries;
    this.#onClose = onClose;
    const socket = createSocket(familyOf(server.address) === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('error', (error) => this.#failAll(error));
    socket.on('message', (message) => this.#receive(message));
    socket.once('connect', () => {
      this.#isConnected = true;
      for (const waiting of this.#waiting.values()) this.#send(waiting);
    });
    const connect = (): void => socket.connect(server.port, server.address);
    if (source === undefined) connect();
    else socket.bind({ address: source, exclusive: true }, connect);
  }

  /** Whether the query may go out from here. An ID is used once at a time. */
  takes(query: Query): boolean {
    return !this.#isClosed && !this.#isRetired && this.#left > 0 && !this.#waiting.has(query.id);
  }

  ask(query: Query, limits: ExchangeLimits): Promise<TimedExchange> {
    this.#left--;
    return new Promise((settle, reject) => {
      const timer = setTimeout(() => this.#end(waiting, silence(waiting.shortest)), limits.timeoutMs);
      const waiting: Waiting = { query, limits, startMs: nowMs(), timer, shortest: null, settle, reject };
      this.#waiting.set(query.id, waiting);
      if (this.#isConnected) this.#send(waiting);
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
    closeLater(this.#socket);
    this.#onClose();
  }

  #send(waiting: Waiting): void {
    waiting.startMs = nowMs();
    this.#socket.send(waiting.query.message, this.#onSent);
  }

  #receive(message: Buffer): void {
    const atMs = nowMs();
    const header = readHeader(message);
    const waiting = (header && this.#waiting.get(header.id)) ?? this.#bestGuess(message);
    if (waiting === undefined) return;
    if (message.length < headerLength) {
      waiting.shortest = Math.min(waiting.shortest ?? message.length, message.length);
    }
    const exchange = judgePacket(message, waiting.query, waiting.limits);
    if (exchange !== null) this.#end(waiting, exchange, atMs);
  }

  #bestGuess(message: Buffer): Waiting | undefined {
    const all = [...this.#waiting.values()];
    return all.find(({ query }) => asksTheSame(message, query)) ?? all[0];
  }

  #end(waiting: Waiting, exchange: Exchange, atMs = nowMs()): void {
    clearTimeout(waiting.timer);
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
