import { checkPort } from '../port-number.js';
import { type ConnectAddressesOptions, connectAddresses } from '../probe/tcp/connect-addresses.js';
import type { TcpDocument } from '../probe/tcp/types.js';
import { addressesOf, type HostOptions } from './addresses-of.js';

export interface ConnectOptions extends HostOptions, ConnectAddressesOptions {}

/**
 * Connects to every address of `host` at once and says how each attempt ended. Resolves with the document whatever
 * the network does, a name without addresses included (status `error`, with the DNS document in `resolution`).
 * Throws InvalidInputError, CapabilityError, or the signal's reason.
 */
export async function connect(host: string, port = 443, options: ConnectOptions = {}): Promise<TcpDocument> {
  checkPort(port);
  const { addresses, resolution } = await addressesOf(host, options);
  return connectAddresses({ host, port, addresses, resolution }, options);
}
