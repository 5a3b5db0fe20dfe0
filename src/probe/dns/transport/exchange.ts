import { elapsedMs, nowMs } from '../../../core/clock.js';
import { startLimits } from '../../../core/deadline.js';
import type { InvalidInputError } from '../../../core/errors.js';
import type { SetUpCall } from '../../../documents/dns.js';
import { readArrived } from '../../../net/libc/poller.js';
import { isForeignSource, sourceNotHere } from '../../../net/libc/source.js';
import type { ServerAddress } from '../../../target/server.js';
import { decodeReply, type Reply } from '../message/decode.js';
import { readHeader } from '../message/frame.js';
import { type DnsDiscardReason, discardReason } from '../message/match.js';
import type { Query } from '../message/query.js';

/** How the exchange of one query with one server ended. */
export type Exchange =
  | { outcome: 'reply'; reply: Reply }
  /** The reply did not fit into a datagram; the query is repeated over TCP. */
  | { outcome: 'truncated' }
  | { outcome: 'malformed'; detail: string }
  | { outcome: 'timeout' }
  | { outcome: 'unreachable' | 'error'; errno: string; call?: SetUpCall };

export interface TimedExchange {
  exchange: Exchange;
  /** From the sending of the query to the octet or event that ended the exchange. */
  durationMs: number;
  /** After a timeout: the exchange whose socket is still open. */
  late?: LateExchange;
}

/** An exchange without a reply in time, whose socket stays open: a reply may still come. */
export interface LateExchange {
  /** Resolves when a reply or an error comes. Never rejects. */
  ended: Promise<TimedExchange>;
  /** Closes the socket. After it, `ended` does not resolve any more. */
  close(): void;
}

/** Sends a query to a server and waits for the reply: a transport. */
export type SendQuery = (
  server: ServerAddress,
  query: Query,
  limits: ExchangeLimits,
) => Promise<TimedExchange>;

/** The limits of one exchange. */
export interface ExchangeLimits {
  /** From the first packet sent to the last octet read. Afterwards the socket stays open, see LateExchange. */
  timeoutMs: number;
  /** The local address to send from; undefined leaves the choice to the system. */
  source: string | undefined;
  /** Rejects with the signal's reason. */
  signal: AbortSignal | undefined;
  /** Ends the exchange as an error with errno ECANCELED. */
  stop: AbortSignal | undefined;
  /** Ends the exchange as ECANCELED, because its question was decided. A pool, which ignores `stop`, heeds it. */
  leaving?: AbortSignal | undefined;
  /** Called for each packet that is not the reply. The packet's octets are valid during the call only. */
  onDiscard: (reason: DnsDiscardReason, packet: Buffer) => void;
}

/** The callbacks of an exchange that is under way. Only the first call of `settle` or `fail` counts. */
export interface OpenExchange {
  /** The query is being sent now: the duration is counted from here. */
  sent(): void;
  /** Ends the exchange. `atMs`: when the last packet arrived, if that was before now. */
  settle(exchange: Exchange, atMs?: number): void;
  /** Ends the exchange with a socket's error. Rejects if this host does not have the source address. */
  fail(error: Error): void;
}

/** The end of a query that was canceled before it had an outcome. */
export const canceled: Exchange = { outcome: 'error', errno: 'ECANCELED' };

/**
 * Runs one exchange until a callback, `signal` or `stop` ends it. `open` starts the I/O and returns a function that closes
 * it; this function is called exactly once. At the timeout, the result is handed over, and the I/O goes on until the
 * caller closes the late exchange.
 *
 */
export function runExchange(
  limits: ExchangeLimits,
  open: (exchange: OpenExchange) => () => void,
): Promise<TimedExchange> {
  const { signal, stop } = limits;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (stop?.aborted) return resolve({ exchange: canceled, durationMs: 0 });
    let ended = false;
    let close: (() => void) | null = null;
    let startMs = nowMs();
    const end = (report: () => void): void => {
      if (ended) return;
      ended = true;
      cancelLimits();
      close?.();
      report();
    };
    let report = resolve;
    const settle = (exchange: Exchange, atMs = nowMs()): void =>
      end(() => report({ exchange, durationMs: elapsedMs(startMs, Math.max(startMs, atMs)) }));
    const fail = (error: Error): void => {
      const sourceError = report === resolve ? foreignSourceError(error, limits) : null;
      if (sourceError === null) settle(exchangeOfError(error, limits));
      else end(() => reject(sourceError));
    };
    const timeOut = (): void => {
      readArrived();
      if (ended) return;
      const inTime = { exchange: { outcome: 'timeout' } as const, durationMs: elapsedMs(startMs) };
      cancelLimits();
      const lateEnd = new Promise<TimedExchange>((resolveLate) => {
        report = resolveLate;
      });
      resolve({ ...inTime, late: { ended: lateEnd, close: () => end(() => {}) } });
    };
    const cancelLimits = startLimits(limits, {
      onTimeout: timeOut,
      onStop: () => settle(canceled),
      onAbort: (reason) => end(() => reject(reason)),
    });
    const sent = (): void => {
      startMs = nowMs();
    };
    close = open({ sent, settle, fail });
    // `open` may have ended the exchange before it returned.
    if (ended) close();
  });
}

/**
 * Interprets a packet that arrived while a query was waiting. Returns null if the packet is not the reply: `onDiscard`
 * has been called and the exchange goes on.
 */
export function readPacket(message: Buffer, query: Query, limits: ExchangeLimits): Exchange | null {
  const header = readHeader(message);
  const reason = discardReason(message, query, header);
  if (reason !== null) {
    limits.onDiscard(reason, message);
    return null;
  }
  if (header?.truncated) return { outcome: 'truncated' };
  const result = decodeReply(message, header);
  const cookie = result.ok ? result.reply.cookie : null;
  if (query.cookie !== null && cookie !== null && !cookie.client.equals(query.cookie)) {
    limits.onDiscard('bad-cookie', message);
    return null;
  }
  if (result.ok) return { outcome: 'reply', reply: result.reply };
  return { outcome: 'malformed', detail: `${result.fault.reason}, at byte ${result.fault.at}` };
}

// The errors by which a server or a network refuses packets. EACCES and EPERM come from a prohibit route or from this
// host's packet filter: the query was not sent, so the server is unreachable from here.
const unreachableErrnos = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EACCES',
  'EPERM',
]);

/** Converts a socket's error into the end of an exchange. */
export function exchangeOfError(error: Error, limits: ExchangeLimits): Exchange {
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  if (errno === 'ETIMEDOUT') return { outcome: 'timeout' };
  // If no source was given, EADDRNOTAVAIL means that this host has no address of the server's family.
  const hasNoAddress = errno === 'EADDRNOTAVAIL' && limits.source === undefined;
  const outcome = hasNoAddress || unreachableErrnos.has(errno) ? 'unreachable' : 'error';
  const call = forbiddenCall(error, errno);
  return call === null ? { outcome, errno } : { outcome, errno, call };
}

const setUpCalls: readonly SetUpCall[] = ['socket', 'bind', 'connect'];

/**
 * The call that this host forbids before there is a packet, which no packet filter can do; null for every other error. Node
 * creates the socket in bind(2) or connect(2), and names that call.
 */
function forbiddenCall(error: Error, errno: string): SetUpCall | null {
  if (errno !== 'EPERM' && errno !== 'EACCES') return null;
  const syscall = 'syscall' in error ? error.syscall : null;
  return setUpCalls.find((each) => each === syscall) ?? null;
}

/** The error to throw if bind(2) failed because this host does not have the source address; null for other errors. */
export function foreignSourceError(error: Error, { source }: ExchangeLimits): InvalidInputError | null {
  return source !== undefined && isForeignSource(error) ? sourceNotHere(source) : null;
}
