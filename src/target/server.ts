import { checkString } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { quoted, withoutSecrets } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import { checkHostAddress } from './host.js';
import { parsePort } from './host-port.js';

/** A resolver to ask. */
export interface ServerAddress {
  /** Canonical; an IPv6 address may carry a zone. */
  address: string;
  port: number;
}

const defaultPort = 53;
const right = 'write ADDR or ADDR#PORT, like 10.0.0.2 or 10.0.0.2#5353';

/**
 * Reads `ADDR` or `ADDR#PORT`, as dig and dnsmasq write it: an IPv6 address has colons enough.
 *
 * @param argument what the user knows the server as, for the error
 * @throws InvalidInputError when it is neither. A server's name is refused: to resolve it would take a resolver.
 */
export function parseServer(text: unknown, argument = 'server'): ServerAddress {
  checkString(argument, text, right);
  const hash = text.lastIndexOf('#');
  const address = hash < 0 ? text : text.slice(0, hash);
  const withColon = /^(\d+(?:\.\d+){3}):(\d+)$/.exec(text) ?? /^\[(.+)\]:(\d+)$/.exec(text);
  const [, bare = '', colonPort = ''] = withColon ?? [];
  if (familyOf(bare) !== null) {
    const shown = quoted(withoutSecrets(text));
    throw new InvalidInputError(
      argument,
      `${argument}: ${shown} is not written ADDR#PORT; write ${bare}#${colonPort}`,
    );
  }
  return {
    address: checkHostAddress(address, argument, right),
    port: hash < 0 ? defaultPort : parsePort(text.slice(hash + 1), argument, text),
  };
}

/** The one spelling of a server: `ADDR` on port 53, else `ADDR#PORT`. */
export function formatServer(server: ServerAddress): string {
  return server.port === defaultPort ? server.address : `${server.address}#${server.port}`;
}
