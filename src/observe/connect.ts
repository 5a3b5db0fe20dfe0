import {
  type Bound,
  checkItems,
  checkOptions,
  checkPort,
  isPlainObject,
  type OptionChecks,
  portBound,
  refused,
  within,
} from '../core/check-options.js';
import { andThen, type MaybePromise, unwrapOnceSettled } from '../core/maybe-promise.js';
import { type Items, mapOrdered } from '../core/ordered-map.js';
import { checkRuntime } from '../core/runtime.js';
import { stoppedMember } from '../documents/header.js';
import type { TcpDocument } from '../documents/tcp.js';
import {
  type ConnectAddressesOptions,
  connectAddressesChecks,
  openConnector,
} from '../probe/tcp/connect-addresses.js';
import { checkHost } from '../target/host.js';
import { findAddresses, type HostOptions, hostChecks, literalAddress } from './host-addresses.js';

/** Options of `connect`. */
export interface ConnectOptions extends HostOptions, ConnectAddressesOptions {}

const connectChecks: OptionChecks<ConnectOptions> = { ...hostChecks, ...connectAddressesChecks };

/**
 * Connects to every address of `host` at the same time and reports how each attempt ended. Resolves with the document
 * whatever the network does, a name without addresses included (status `error`, with the DNS document in `resolution`).
 * Throws InvalidInputError, CapabilityError, or the signal's reason.
 */
export async function connect(
  host: string,
  port: number = portBound.default,
  options: ConnectOptions = {},
): Promise<TcpDocument> {
  checkRuntime();
  checkOptions(connectChecks, options);
  checkHost(host);
  checkPort(port);
  const watch = options.watch ?? true;
  const document = await (await openHostConnector({ ...options, watch }))(host, port, options.signal);
  return { ...document, ...stoppedMember(options.stop, document.durationMs) };
}

/** connect() for many hosts with the same options, each with a signal of its own. Without a promise where possible. */
export type HostConnector = (host: string, port: number, signal?: AbortSignal) => MaybePromise<TcpDocument>;

/** Gets ready to connect, with options that were checked. Throws InvalidInputError, CapabilityError, or the signal's reason. */
export async function openHostConnector(options: ConnectOptions): Promise<HostConnector> {
  const connectTo = await openConnector(options);
  return (given, port, signal) => {
    const host = checkHost(given);
    checkPort(port);
    const literal = literalAddress(host, options.family);
    if (literal !== null) return connectTo({ host, port, ...literal }, signal);
    const found = findAddresses(host, { ...options, signal });
    return found.then((known) => connectTo({ host, port, ...known }, signal));
  };
}

/** A host and port to connect to. */
export interface ConnectTarget {
  host: string;
  /** Default 443. */
  port?: number | undefined;
}

/** The bounds of the options of connectMany(). */
export const sweepBounds = {
  concurrency: { noun: 'a number of targets', unit: null, min: 1, max: 10_000, default: 256 },
} as const satisfies Record<string, Bound>;

/** Options of `connectMany`. */
export interface ConnectManyOptions extends ConnectOptions {
  /** Targets under way at the same time. Default 256; never more sockets than this process has descriptors for. */
  concurrency?: number | undefined;
}

const connectManyChecks: OptionChecks<ConnectManyOptions> = {
  ...connectChecks,
  concurrency: within(sweepBounds.concurrency),
};

/**
 * Connects to every target as `connect` does, several at a time, and gives the documents in the order of the targets.
 * Starts when the first document is asked for; a slow reader slows the work down. Leaving the loop closes every socket.
 * The first `next()` rejects with InvalidInputError for wrong options; later ones with what `connect` throws.
 */
export function connectMany(
  targets: Items<ConnectTarget>,
  options: ConnectManyOptions = {},
): AsyncGenerator<TcpDocument, void, undefined> {
  try {
    checkRuntime();
    checkOptions(connectManyChecks, options);
    checkItems('targets', targets);
  } catch (error) {
    // The first next() rejects, as it does for everything else.
    return mapOrdered([null], () => Promise.reject(error), { concurrency: 1 });
  }
  const { concurrency = sweepBounds.concurrency.default, signal, stop } = options;
  let connector: (() => MaybePromise<HostConnector>) | null = null;
  const work = (target: ConnectTarget, leaving: AbortSignal): MaybePromise<TcpDocument> => {
    if (!isPlainObject(target)) throw refused('targets', target, 'a target', 'give { host, port }');
    const { host, port = portBound.default } = target;
    // `leaving` follows both signals of the caller, with one listener on each for any concurrency.
    connector ??= unwrapOnceSettled(openHostConnector({ ...options, signal: leaving, stop: undefined }));
    return andThen(connector(), (connectTo) => connectTo(host, port, leaving));
  };
  return mapOrdered(targets, work, { concurrency, signal, stop });
}
