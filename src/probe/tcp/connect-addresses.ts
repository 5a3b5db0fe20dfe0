import type { Socket } from 'node:net';
import {
  abortSignal,
  type Bound,
  boolean,
  callback,
  checkNumber,
  checkPort,
  type OptionChecks,
  oneOf,
  waitBound,
  within,
} from '../../core/check-options.js';
import { andThen, type MaybePromise } from '../../core/maybe-promise.js';
import type { DnsDocument } from '../../documents/dns.js';
import { startDocument } from '../../documents/header.js';
import type { TcpAttempt, TcpDocument } from '../../documents/tcp.js';
import { bestStatus } from '../../documents/terms/tcp-status.js';
import { checkAddress, familyOf } from '../../net/address/address.js';
import { type Libc, SystemCallError } from '../../net/libc/load.js';
import { isForeignSource, sourceNotHere } from '../../net/libc/source.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';
import { checkSource, sourceAddress } from '../../target/host.js';
import { asOpened, type SilenceRule, unsentAttempt } from './attempt.js';
import { type Watched, watchConnection } from './banner.js';
import { Cancel } from './cancel.js';
import { publishAttempt, publishResult } from './channels.js';
import { connectOnce, openSockets, type SocketChoice, type Sockets } from './sockets.js';
import { statisticsOf } from './statistics.js';

export interface ConnectInput {
  /** The name or address as given by the user. It is only reported. */
  host: string;
  port: number;
  /** The addresses to connect to. Repetitions are ignored. */
  addresses: readonly string[];
  /** How `host` was resolved to `addresses`; null if no DNS lookup was needed. */
  resolution: DnsDocument | null;
}

/** The ranges and defaults of the numeric options. */
export const connectBounds = {
  timeoutMs: waitBound(3000),
  /** A million attempts, at one per second, take eleven days. All are kept in memory. */
  count: { noun: 'a number of attempts', unit: null, min: 1, max: 1_000_000, default: 1 },
  intervalMs: waitBound(1000),
  /** Not watched by default: many targets take longer then, and the receiver of a connection notices by itself. */
  watchMs: { noun: 'a time', unit: 'ms', min: 0, max: 600_000, default: 0 },
} as const satisfies Record<string, Bound>;

export interface ConnectAddressesOptions {
  /** Per attempt, 1 to 600000 milliseconds. Default 3000. */
  timeoutMs?: number | undefined;
  /** Attempts on each address, 1 to 1000000. Default 1. With more than one, the document has `statistics`. */
  count?: number | undefined;
  /** From the start of one round of attempts to the start of the next, 1 to 600000 milliseconds. Default 1000. */
  intervalMs?: number | undefined;
  /** Read the first line that the service sends; waits at most `timeoutMs` for it. Default false. */
  banner?: boolean | undefined;
  /**
   * Watch an open connection for a reset or a close by the target: for 20 ms and three of its round trips, at most 250 ms.
   * Default false; that of `connect` is true. Not with `onOpen`.
   */
  watch?: boolean | undefined;
  /** Watch it for this long beyond one round trip instead, 0 to 600000 milliseconds; 0 leaves it to `watch`. Default 0. */
  watchMs?: number | undefined;
  /** The local address to bind to. Attempts on addresses of the other family end as `error`, EAFNOSUPPORT. */
  source?: string | undefined;
  /** Default `auto`: libc's sockets where this host allows it, else those of node:net, which report less. */
  sockets?: SocketChoice | undefined;
  /** When aborted, the promise rejects with the signal's reason, and every socket is closed. */
  signal?: AbortSignal | undefined;
  /** When aborted, unfinished attempts end as `error`, ECANCELED, and the promise resolves. */
  stop?: AbortSignal | undefined;
  /** Called with each attempt when it ends. */
  onAttempt?: ((attempt: TcpAttempt) => void) | undefined;
  /**
   * Takes over each connection that opens, and must close it. Without it, connections are closed at once. Called before
   * `onAttempt`. Not used together with `banner`.
   */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/** With what only the code of this package gives. */
export interface ConnectStepOptions extends ConnectAddressesOptions {
  /** Ends silent attempts before `timeoutMs`. Default: each lasts as long as that, with the kernel's SYNs alone. */
  silence?: SilenceRule | undefined;
}

export const connectAddressesChecks: OptionChecks<ConnectAddressesOptions> = {
  timeoutMs: within(connectBounds.timeoutMs),
  count: within(connectBounds.count),
  intervalMs: within(connectBounds.intervalMs),
  banner: boolean,
  watch: boolean,
  watchMs: within(connectBounds.watchMs),
  source: sourceAddress,
  sockets: oneOf('auto', 'libc', 'node'),
  signal: abortSignal,
  stop: abortSignal,
  onAttempt: callback,
  onOpen: callback,
};

/**
 * Opens and closes one TCP connection to every address, all at the same time: each address is an endpoint of its own, and a
 * silent one beside open ones is a finding. An attempt is one connect(), with the kernel's retransmissions of the SYN.
 *
 * `attempts` of the document are in the order of `addresses`, round after round. Throws InvalidInputError, CapabilityError
 * where the chosen sockets are not available, or the reason of `signal`.
 */
export async function connectAddresses(
  input: ConnectInput,
  options: ConnectStepOptions = {},
): Promise<TcpDocument> {
  return (await openConnector(options))(input, options.signal);
}

/**
 * connectAddresses() for many inputs with the same options, which are checked once. Returns the document without a promise
 * if every attempt ended at once. `signal` belongs to the one input. Throws as connectAddresses() does.
 */
export type Connector = (input: ConnectInput, signal?: AbortSignal) => MaybePromise<TcpDocument>;

/** Checks the options and prepares the sockets. Throws InvalidInputError, CapabilityError, or the signal's reason. */
export async function openConnector(options: ConnectStepOptions): Promise<Connector> {
  const { source, signal } = options;
  const {
    timeoutMs = connectBounds.timeoutMs.default,
    count = connectBounds.count.default,
    intervalMs = connectBounds.intervalMs.default,
    watchMs = connectBounds.watchMs.default,
  } = options;
  checkNumber('watchMs', watchMs, connectBounds.watchMs);
  checkNumber('timeoutMs', timeoutMs, connectBounds.timeoutMs);
  checkNumber('count', count, connectBounds.count);
  checkNumber('intervalMs', intervalMs, connectBounds.intervalMs);
  if (source !== undefined) checkSource(source, []);
  signal?.throwIfAborted();
  // Loading happens before any attempt, so that it is not part of an attempt's duration.
  const sockets = await openSockets(options.sockets);
  signal?.throwIfAborted();
  if (source !== undefined && sockets.libc !== null) checkSourceIsHere(sockets.libc, source);
  const plan = { ...options, sockets, timeoutMs, count, intervalMs, watchMs };
  return (input, own) => connectBy(input, plan, own);
}

/** Throws InvalidInputError for a source that is not an address of this host, once for all targets. */
function checkSourceIsHere(libc: Libc, source: string): void {
  try {
    const socket = new TcpSocket(libc, familyOf(source) === 6 ? 6 : 4);
    try {
      socket.bind({ address: source, port: 0 });
    } finally {
      socket.close();
    }
  } catch (error) {
    if (isForeignSource(error)) throw sourceNotHere(source);
    // Other errors are reported by each attempt.
    if (!(error instanceof SystemCallError)) throw error;
  }
}

/** Checked options, with defaults. */
interface ConnectPlan extends Omit<ConnectStepOptions, 'sockets' | 'signal'> {
  sockets: Sockets;
  timeoutMs: number;
  count: number;
  intervalMs: number;
  watchMs: number;
}

/**
 * Addresses of one input that are tried at the same time. Names have a handful of addresses; only a hostile answer has
 * thousands, and must not use up the descriptors of the process.
 */
const mostAtOnce = 128;

/** A service that speaks first does so at once. A longer wait would delay the result of all others. */
const bannerTimeoutMs = 2000;

function connectBy(
  input: ConnectInput,
  plan: ConnectPlan,
  signal: AbortSignal | undefined,
): MaybePromise<TcpDocument> {
  const { count, source, stop } = plan;
  const { host, port, resolution } = input;
  const addresses = input.addresses.length > 1 ? [...new Set(input.addresses)] : input.addresses;
  checkPort(port);
  addresses.forEach(checkAddress);
  const sourceFamily = source === undefined ? null : checkSource(source, addresses);
  signal?.throwIfAborted();

  const header = startDocument('tcp');
  const cancel = new Cancel({ signal, stop });
  const attemptOnce = (address: string): MaybePromise<TcpAttempt> => {
    const isOther = sourceFamily !== null && sourceFamily !== familyOf(address);
    return andThen(
      isOther
        ? unsentAttempt(address, port, 'EAFNOSUPPORT', 'source-family')
        : attemptBy(plan, address, port, cancel),
      finish,
    );
  };
  function finish(attempt: TcpAttempt): TcpAttempt {
    if (cancel.isDiscarded) return attempt;
    publishResult(attempt);
    plan.onAttempt?.(attempt);
    return attempt;
  }
  function documentOf(attempts: TcpAttempt[]): TcpDocument {
    signal?.throwIfAborted();
    const status = bestStatus(attempts.map((attempt) => attempt.status));
    const { kind, version, tool, startedAt, durationMs } = header();
    // No spread here: spreading these members takes V8 as long as a loopback connection takes the kernel.
    const document = { kind, version, tool, startedAt, durationMs, host, port, status, attempts, resolution };
    return count > 1 ? { ...document, statistics: statisticsOf(attempts) } : document;
  }
  return closing(cancel, () => {
    const round = () => mapAtOnce(addresses, attemptOnce);
    return andThen(inRounds(round, plan, cancel), documentOf);
  });
}

function attemptBy(
  plan: ConnectPlan,
  address: string,
  port: number,
  cancel: Cancel,
): MaybePromise<TcpAttempt> {
  const { sockets, timeoutMs, source, silence, onOpen } = plan;
  publishAttempt(address, port);
  if (plan.banner || (onOpen === undefined && (plan.watch || plan.watchMs > 0)))
    return connectAndWatch(plan, address, port, cancel);
  // Whether the reset is noticed is chance here, so it must not decide the status.
  return andThen(
    connectOnce(sockets, address, port, { timeoutMs, source, cancel, silence, onOpen }),
    (attempt) =>
      attempt.status === 'reset'
        ? { ...asOpened(attempt), afterOpen: { end: 'reset', afterMs: 0 } }
        : attempt,
  );
}

/**
 * How long to watch a connection that opened after `roundTripMs`, milliseconds: a proxy that asks a backend as far away as itself
 * and is refused closes after two round trips, and 20 ms are for its own work. Pure.
 */
function briefWatchMs(roundTripMs: number): number {
  return Math.min(250, 20 + 3 * roundTripMs);
}

/** Connects, and watches what the target does with the connection, so that the result is the same each time. */
async function connectAndWatch(
  { sockets, timeoutMs, source, silence, banner: wantsLine = false, watchMs }: ConnectPlan,
  address: string,
  port: number,
  cancel: Cancel,
): Promise<TcpAttempt> {
  let watching: Promise<Watched> | null = null;
  const onOpen = ({ durationMs }: TcpAttempt, socket: Socket, openMs: number) => {
    const quietMs = watchMs > 0 ? durationMs + watchMs : briefWatchMs(durationMs);
    const watchedMs = wantsLine ? Math.min(timeoutMs, bannerTimeoutMs) : quietMs;
    watching = watchConnection(socket, { openMs, timeoutMs: watchedMs, wantsLine, stop: cancel.signal });
  };
  const attempt = await connectOnce(sockets, address, port, {
    timeoutMs,
    source,
    cancel,
    silence,
    confirms: true,
    onOpen,
  });
  // A callback has set it.
  const watched: Watched | null = await (watching as Promise<Watched> | null);
  const line = wantsLine ? { banner: watched?.banner ?? null } : {};
  if (watched === null) return { ...attempt, ...line };
  const { afterOpen, banner } = watched;
  const isReset = afterOpen.end === 'reset' && banner === null;
  const outcome = isReset
    ? { status: 'reset' as const, errno: 'ECONNRESET', cause: 'rst-after-syn-ack' as const }
    : {};
  return { ...attempt, ...outcome, afterOpen, ...line };
}

/** Does the work and closes `cancel`. After an error of an attempt or of a callback, the other attempts are canceled. */
function closing<Result>(cancel: Cancel, work: () => MaybePromise<Result>): MaybePromise<Result> {
  const fail = (error: unknown): never => {
    cancel.drop();
    cancel.close();
    throw error;
  };
  try {
    const result = work();
    if (!(result instanceof Promise)) {
      cancel.close();
      return result;
    }
    return result.then((value) => {
      cancel.close();
      return value;
    }, fail);
  } catch (error) {
    return fail(error);
  }
}

/** Does the work for all items, at most `mostAtOnce` at the same time. The results are in the order of the items. */
function mapAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => MaybePromise<Result>,
): MaybePromise<Result[]> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return andThen(work(first), (result) => [result]);
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  return Promise.all(Array.from({ length: Math.min(mostAtOnce, items.length) }, lane)).then(() => results);
}

/**
 * Starts the same work `count` times, every `intervalMs`, without waiting for earlier rounds: a silent address must not
 * delay the attempts on the others. When canceled it starts no more rounds, but always the first. The results are in the
 * order of the rounds. Rejects as soon as a round does.
 */
function inRounds<Result>(
  work: () => MaybePromise<Result[]>,
  { count, intervalMs }: Pick<ConnectPlan, 'count' | 'intervalMs'>,
  cancel: Cancel,
): MaybePromise<Result[]> {
  if (count === 1) return work();
  const stop = cancel.signal;
  return new Promise((resolve, reject) => {
    const rounds: Promise<Result[]>[] = [];
    const finish = (): void => {
      clearInterval(timer);
      stop.removeEventListener('abort', finish);
      Promise.all(rounds).then((results) => resolve(results.flat()), reject);
    };
    const begin = (): void => {
      const round = new Promise<Result[]>((resolveRound) => resolveRound(work()));
      rounds.push(round);
      round.catch((error: unknown) => {
        clearInterval(timer);
        stop.removeEventListener('abort', finish);
        reject(error);
      });
      if (rounds.length === count) finish();
    };
    const timer = setInterval(begin, intervalMs);
    begin();
    if (stop.aborted) finish();
    else stop.addEventListener('abort', finish);
  });
}
