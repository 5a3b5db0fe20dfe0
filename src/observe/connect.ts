import { checkPort } from '../core/check-options.js';
import { andThen, type MaybePromise, unwrapOnceSettled } from '../core/maybe-promise.js';
import { type Items, mapOrdered } from '../core/ordered-map.js';
import type { TcpDocument } from '../documents/tcp.js';
import { type ConnectAddressesOptions, openConnector } from '../probe/tcp/connect-addresses.js';
import { addressesOf, type HostOptions, literalAddress } from './addresses-of.js';

export interface ConnectOptions extends HostOptions, ConnectAddressesOptions {}

/**
 * Connects to every address of `host` at once and says how each attempt ended. Resolves with the document whatever
 * the network does, a name without addresses included (status `error`, with the DNS document in `resolution`).
 * Throws InvalidInputError, CapabilityError, or the signal's reason.
 */
export async function connect(host: string, port = 443, options: ConnectOptions = {}): Promise<TcpDocument> {
  checkPort(port);
  return (await openHostConnector(options))(host, port, options.signal);
}

/** connect() for many hosts by the same options, each with a signal of its own: without a promise where it can be. */
export type HostConnector = (host: string, port: number, signal?: AbortSignal) => MaybePromise<TcpDocument>;

/** Checks the options and gets ready to connect. Throws InvalidInputError, CapabilityError, or the signal's reason. */
export async function openHostConnector(options: ConnectOptions): Promise<HostConnector> {
  const connectTo = await openConnector(options);
  return (host, port, signal) => {
    checkPort(port);
    const literal = literalAddress(host, options.family);
    if (literal !== null) return connectTo({ host, port, ...literal }, signal);
    const found = addressesOf(host, { ...options, signal });
    return found.then((known) => connectTo({ host, port, ...known }, signal));
  };
}

/** One of many to connect to. */
export interface ConnectTarget {
  host: string;
  /** Default 443. */
  port?: number | undefined;
}

export interface ConnectManyOptions extends ConnectOptions {
  /** Targets under way at the same time. Default 256; never more sockets than this process has descriptors for. */
  concurrency?: number | undefined;
}

/** Silent targets cost nothing but their wait; answers come in microseconds. */
export const defaultSweep = 256;

/**
 * Connects to every target as `connect` does, several at a time, and gives the documents in the targets' order. Begins
 * when it is read, and a reader who is slow slows it down. Leaving the loop closes every socket. Throws what `connect`
 * throws.
 */
export function connectMany(
  targets: Items<ConnectTarget>,
  options: ConnectManyOptions = {},
): AsyncGenerator<TcpDocument, void, undefined> {
  const { concurrency = defaultSweep, signal, stop } = options;
  let connector: (() => MaybePromise<HostConnector>) | null = null;
  const work = ({ host, port = 443 }: ConnectTarget, leaving: AbortSignal): MaybePromise<TcpDocument> => {
    // `leaving` is both of the signals given, with one listener on each of them whatever the concurrency.
    connector ??= unwrapOnceSettled(openHostConnector({ ...options, signal: leaving, stop: undefined }));
    return andThen(connector(), (connectTo) => connectTo(host, port, leaving));
  };
  return mapOrdered(targets, work, { concurrency, signal, stop });
}
