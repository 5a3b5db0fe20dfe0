import { checkPort } from '../port-number.js';
import { type ConnectAddressesOptions, openConnector } from '../probe/tcp/connect-addresses.js';
import type { TcpDocument } from '../probe/tcp/types.js';
import type { Soon } from '../soon.js';
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
export type HostConnector = (host: string, port: number, signal?: AbortSignal) => Soon<TcpDocument>;

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
