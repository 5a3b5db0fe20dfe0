import { type Items, mapOrdered } from '../bulk/map-ordered.js';
import type { TcpDocument } from '../probe/tcp/types.js';
import { andThen, kept, type Soon } from '../soon.js';
import { type ConnectOptions, type HostConnector, openHostConnector } from './connect.js';

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
  let connector: (() => Soon<HostConnector>) | null = null;
  const work = ({ host, port = 443 }: ConnectTarget, leaving: AbortSignal): Soon<TcpDocument> => {
    // `leaving` is both of the signals given, with one listener on each of them whatever the concurrency.
    connector ??= kept(openHostConnector({ ...options, signal: leaving, stop: undefined }));
    return andThen(connector(), (connectTo) => connectTo(host, port, leaving));
  };
  return mapOrdered(targets, work, { concurrency, signal, stop });
}
