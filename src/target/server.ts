import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';

/** A resolver to ask. */
export interface ServerAddress {
  /** Canonical; an IPv6 address may carry a zone. */
  address: string;
  port: number;
}

const defaultPort = 53;

/**
 * Reads `ADDR` or `ADDR#PORT`, as dig and dnsmasq write it: an IPv6 address has colons enough.
 *
 * @param argument what the user knows the server as, for the error
 * @throws InvalidInputError when it is neither. A server's name is refused: to resolve it would take a resolver.
 */
export function parseServer(text: string, argument = 'server'): ServerAddress {
  const fail = (why: string): never => {
    throw new InvalidInputError(argument, `${argument} ${quoted(text)} ${why}`);
  };
  const hash = text.lastIndexOf('#');
  const address = hash < 0 ? text : text.slice(0, hash);
  if (familyOf(address) === null) {
    const withColon = /^(\d+(?:\.\d+){3}):(\d+)$/.exec(text) ?? /^\[(.+)\](?::(\d+))?$/.exec(text);
    const [, bare = '', port] = withColon ?? [];
    if (familyOf(bare) !== null) fail(`is not written ADDR#PORT: write ${bare}${port ? `#${port}` : ''}`);
    fail('is not an IP address: write ADDR or ADDR#PORT, like 10.0.0.2 or 10.0.0.2#5353');
  }
  const portText = hash < 0 ? String(defaultPort) : text.slice(hash + 1);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535) {
    throw new InvalidInputError(
      argument,
      `${argument}: ${quoted(portText)} in ${quoted(text)} is not a port; give a whole number from 1 to 65535`,
    );
  }
  return { address: canonicalAddress(address), port };
}

/** The one spelling of a server: `ADDR` on port 53, else `ADDR#PORT`. */
export function formatServer(server: ServerAddress): string {
  return server.port === defaultPort ? server.address : `${server.address}#${server.port}`;
}
