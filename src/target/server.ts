import { checkString } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { quoted, withoutSecrets } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import { checkHostAddress, checkSendable } from './host.js';
import { parsePort } from './host-port.js';

/** A resolver to ask. */
export interface ServerAddress {
  /** In canonical form; a link-local IPv6 address has a zone. */
  address: string;
  port: number;
}

const defaultPort = 53;
const right = 'write ADDR or ADDR#PORT, like 10.0.0.2 or 10.0.0.2#5353';

/**
 * Reads `ADDR` or `ADDR#PORT`, as dig and dnsmasq write it. `:` would be ambiguous after an IPv6 address.
 *
 * @param argument what the user knows the server as, for the error
 * @throws InvalidInputError for anything else, the name of a server included: resolving it would need a resolver
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

/** Reads a server to ask, as parseServer does. Throws InvalidInputError also for what checkSendable refuses. */
export function parseGivenServer(text: unknown, argument = 'server'): ServerAddress {
  const server = parseServer(text, argument);
  checkSendable(server.address, argument);
  return server;
}

/** The one spelling of a server: `ADDR` on port 53, else `ADDR#PORT`. */
export function formatServer(server: ServerAddress): string {
  return server.port === defaultPort ? server.address : `${server.address}#${server.port}`;
}
