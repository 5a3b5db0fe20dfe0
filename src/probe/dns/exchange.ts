import { elapsedMs, nowMs } from '../../core/clock.js';
import { giveUpAt } from '../../core/deadline.js';
import type { InvalidInputError } from '../../core/errors.js';
import { isForeignSource, sourceNotHere } from '../../host/source.js';
import { nameKey } from '../../target/dns-name.js';
import type { ServerAddress } from '../../target/server.js';
import { decodeReply, type Reply } from './decode.js';
import { type FramedQuestion, type Header, readHeader, readQuestions } from './frame.js';
import type { Query } from './query.js';
import { classIn, headerLength, rcodeNumber } from './record-type.js';

/** What became of one query sent to one server. */
export type Exchange =
  | { outcome: 'reply'; reply: Reply }
  /** The reply did not fit a datagram: ask again over TCP. */
  | { outcome: 'truncated' }
  | { outcome: 'malformed'; detail: string }
  | { outcome: 'timeout' }
  | { outcome: 'unreachable' | 'error'; errno: string };

/** An exchange and how long it took: from the query's leaving to the octet that ended the wait. */
export interface TimedExchange {
  exchange: Exchange;
  durationMs: number;
}

/** How a query is put to a server. */
export type Ask = (server: ServerAddress, query: Query, limits: ExchangeLimits) => Promise<TimedExchange>;

/** What bounds an exchange. */
export interface ExchangeLimits {
  /** From the first packet sent to the last octet read. */
  timeoutMs: number;
  /** The local address to ask from; the system chooses when it is undefined. */
  source: string | undefined;
  /** Rejects with the signal's reason. */
  signal: AbortSignal | undefined;
  /** Ends the exchange as an error with errno ECANCELED. */
  stop: AbortSignal | undefined;
  onDiscard: (reason: DiscardReason, packet: Buffer) => void;
}

/** A started exchange, to be told what happens. Only the first end counts. */
export interface OpenExchange {
  /** The query leaves now. What came before was this process's own doing and belongs to no round trip. */
  sent(): void;
  /** `atMs`: when the packet that ends it came, if that was not right now. */
  settle(exchange: Exchange, atMs?: number): void;
  /** A socket's error, as what it makes of the exchange. Rejects when the source asked for is not this host's. */
  fail(error: Error): void;
}

// A server or network that answers "no" through the socket. EACCES and EPERM: a prohibit route or this host's own
// packet filter; the query never left, so the server is out of reach from here.
const unreachableErrnos = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EACCES',
  'EPERM',
]);

/** What a socket's error makes of the exchange. */
export function socketFailure(error: Error, limits: ExchangeLimits): Exchange {
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  if (errno === 'ETIMEDOUT') return { outcome: 'timeout' };
  // Without a source asked for, it is this host that has no address of the server's family.
  const lacksFamily = errno === 'EADDRNOTAVAIL' && limits.source === undefined;
  return { outcome: lacksFamily || unreachableErrnos.has(errno) ? 'unreachable' : 'error', errno };
}

/** What to reject with when it is the source that this host does not have; null for every other error. */
export function sourceRefusal(error: Error, { source }: ExchangeLimits): InvalidInputError | null {
  return source !== undefined && isForeignSource(error) ? sourceNotHere(source) : null;
}

/**
 * Judges a packet that came for a query. null: it answers something else and was counted as discarded; the wait for
 * the true reply goes on.
 */
export function judgePacket(message: Buffer, query: Query, limits: ExchangeLimits): Exchange | null {
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

/**
 * Runs one exchange with its deadline, abort and stop. `open` starts the I/O and returns what closes it, which is
 * called exactly once, whatever ends the exchange.
 */
export function runExchange(
  limits: ExchangeLimits,
  open: (exchange: OpenExchange) => () => void,
  atDeadline: () => Exchange = () => ({ outcome: 'timeout' }),
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
      callOff();
      close?.();
      report();
    };
    const settle = (exchange: Exchange, atMs = nowMs()): void =>
      end(() => resolve({ exchange, durationMs: elapsedMs(startMs, Math.max(startMs, atMs)) }));
    const fail = (error: Error): void => {
      const refusal = sourceRefusal(error, limits);
      if (refusal === null) settle(socketFailure(error, limits));
      else end(() => reject(refusal));
    };
    const callOff = giveUpAt(limits, {
      onTimeout: () => settle(atDeadline()),
      onStop: () => settle(canceled),
      onAbort: (reason) => end(() => reject(reason)),
    });
    const sent = (): void => {
      startMs = nowMs();
    };
    close = open({ sent, settle, fail });
    // The I/O may have failed before it returned what closes it.
    if (ended) close();
  });
}

/** What became of a query that we were told to wait for no longer. */
export const canceled: Exchange = { outcome: 'error', errno: 'ECANCELED' };

/** Why a packet is no reply to a question: all that an off-path forger, an echo or a stray packet gets wrong. */
export type DiscardReason =
  | 'short'
  | 'not-a-reply'
  | 'bad-id'
  | 'bad-opcode'
  | 'no-question'
  | 'wrong-question'
  | 'bad-cookie';

/**
 * Whether a packet answers the query: a reply, under the same ID, opcode QUERY, to the same question, whose name is
 * compared without case (RFC 5452 section 9.1). null when it does; else why the packet is to be thrown away and the
 * wait for the true reply to go on.
 *
 * Only the header and the question are read: what is wrong behind them is the server's own mistake.
 */
export function discardReason(
  message: Buffer,
  query: Query,
  header = readHeader(message),
): DiscardReason | null {
  if (header === null) return 'short';
  if (header.id !== query.id) return 'bad-id';
  if (!header.isReply) return 'not-a-reply';
  if (header.opcode !== 0) return 'bad-opcode';
  if (header.counts.question === 0) return mayLackQuestion(header) ? null : 'no-question';
  if (header.counts.question === 1 && repeatsQuestion(message, query)) return null;
  const questions = readQuestions(message, header);
  const [question, ...others] = questions.ok ? questions.questions : [];
  if (question === undefined || others.length > 0) return 'wrong-question';
  return isSameQuestion(question, query) ? null : 'wrong-question';
}

/** Whether a packet's question is the query's, whatever else is wrong with it. */
export function asksTheSame(message: Buffer, query: Query): boolean {
  const header = readHeader(message);
  const questions = header && readQuestions(message, header);
  return questions?.ok === true && questions.questions.some((question) => isSameQuestion(question, query));
}

/**
 * Whether the octets of the question are the query's own but for the letters' case, as they are in every honest reply:
 * known without reading them as a name.
 */
function repeatsQuestion(message: Buffer, { message: sent, questionEnd }: Query): boolean {
  if (message.length < questionEnd) return false;
  const nameEnd = questionEnd - 4;
  for (let at = headerLength; at < questionEnd; at++) {
    const octet = message[at];
    const own = sent[at];
    if (octet !== own && (at >= nameEnd || lowerCase(octet) !== lowerCase(own))) return false;
  }
  return true;
}

/** Lengths of labels are below the letters. */
function lowerCase(octet = 0): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

/** A server that cannot read our query cannot repeat it: an error without data needs no question. */
function mayLackQuestion(header: Header): boolean {
  return (
    header.rcode !== rcodeNumber.NOERROR &&
    header.rcode !== rcodeNumber.NXDOMAIN &&
    header.counts.answer === 0
  );
}

function isSameQuestion(question: FramedQuestion, query: Query): boolean {
  if (question.type !== query.type.number || question.class !== classIn) return false;
  return nameKey(question.name) === nameKey(query.name);
}
