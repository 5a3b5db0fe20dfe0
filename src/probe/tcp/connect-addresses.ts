import type { Socket } from 'node:net';
import { checkCount, checkMs, checkTimeout } from '../../core/check-options.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { DnsDocument } from '../../documents/dns.js';
import type { TcpAttempt, TcpDocument } from '../../documents/tcp.js';
import { checkSource, isForeignSource, sourceNotHere } from '../../host/source.js';
import { familyOf } from '../../net/address/address.js';
import { type Libc, SystemCallError } from '../../net/libc/load.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';
import { type EngineChoice, openEngine } from './engine.js';
import { runConnect } from './run-connect.js';

export interface ConnectInput {
  /** The name or address that was asked for; only shown. */
  host: string;
  port: number;
  /** Where to connect, each once. */
  addresses: readonly string[];
  /** How `host` became `addresses`; null when no DNS was needed. */
  resolution: DnsDocument | null;
}

export interface ConnectAddressesOptions {
  /** Per attempt, in milliseconds, from 1 to 600000. Default 3000. */
  timeoutMs?: number | undefined;
  /** Attempts on each address. Default 1. With more, the document has `statistics`. */
  count?: number | undefined;
  /** From the beginning of one round of attempts to that of the next, 1 to 600000 milliseconds. Default 1000. */
  intervalMs?: number | undefined;
  /** Read the first line of a service that speaks first; each such wait is at most `timeoutMs`. Default false. */
  banner?: boolean | undefined;
  /** The local address to bind to. Addresses of the other family then end as `error`, EAFNOSUPPORT. */
  source?: string | undefined;
  /** What to connect through. Default `auto`: libc's sockets where this host can, else node:net, which tells less. */
  engine?: EngineChoice | undefined;
  /** Throw everything away: rejects with the signal's reason, once every socket is closed. */
  signal?: AbortSignal | undefined;
  /** Finish now: attempts still open end as `error`, ECANCELED, and the document is returned. */
  stop?: AbortSignal | undefined;
  /** Called with each attempt as it ends. */
  onAttempt?: ((attempt: TcpAttempt) => void) | undefined;
  /**
   * Takes over each connection that opened, to speak over it; left out, it is closed. Called before `onAttempt`. Not
   * together with `banner`.
   */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * Opens and closes one TCP connection to every address, all at the same time: a name with three answers is three
 * endpoints, and one that is silent beside two that open is a finding. An attempt is one connect(), its SYNs sent again
 * as the kernel does, and no address waits for another.
 *
 * `attempts` is in the order of `addresses`, without repetitions, one round of them after the other. Throws
 * InvalidInputError, CapabilityError for an engine this host lacks, or the reason of `signal`.
 */
export async function connectAddresses(
  input: ConnectInput,
  options: ConnectAddressesOptions = {},
): Promise<TcpDocument> {
  return (await openConnector(options))(input, options.signal);
}

/**
 * connectAddresses() for many inputs, one after the other or many at once: the document without a promise where every
 * attempt ended at once. `signal` is that of the one input. Throws as connectAddresses() does.
 */
export type Connector = (input: ConnectInput, signal?: AbortSignal) => MaybePromise<TcpDocument>;

/** Checks the options and gets ready to connect. Throws InvalidInputError, CapabilityError, or the signal's reason. */
export async function openConnector(options: ConnectAddressesOptions): Promise<Connector> {
  const { timeoutMs = 3000, count = 1, intervalMs = 1000, source, signal } = options;
  checkTimeout(timeoutMs);
  checkCount(count);
  checkMs('interval', intervalMs);
  if (source !== undefined) checkSource(source, []);
  signal?.throwIfAborted();
  // Before any clock starts: loading is no part of any connection's time.
  const engine = await openEngine(options.engine);
  signal?.throwIfAborted();
  if (source !== undefined && engine.libc !== null) checkSourceIsHere(engine.libc, source);
  const plan = { ...options, engine, timeoutMs, count, intervalMs };
  return (input, own) => runConnect(input, plan, own);
}

/** Of thousands of targets none can be reached from an address that is not this host's: it is said once. */
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
    // Each attempt says it for itself.
    if (!(error instanceof SystemCallError)) throw error;
  }
}
