import type { Behaviour } from '../../probe/dns/server.js';
import type { Case, Step } from '../case.js';

/** A server for HTTPS. */
export interface WebServer {
  address: string;
  /** Default: 443. */
  port?: number;
  /** Names in its certificate. */
  names: readonly string[];
  /**
   * Default: `test`, which `--ca-file` of the case trusts. `intermediate`: an authority that `test` certifies, whose certificate
   * the server does not send.
   */
  issuer?: 'test' | 'Amazon RSA 2048 M02' | 'R11' | 'shop.test alone' | 'intermediate';
  /** Default: one of the issuer. `self`: the certificate is its own issuer, with the first name as its common name. */
  certificate?: 'self';
  /** What it answers to the head of a request; null: nothing. */
  answer: (head: string) => string | null;
}

/**
 * A situation of one command on the network of network.ts. `{ca}`, `{pem}`, `{intermediate}`, `{resolver}` and `{store}` in arguments, variables
 * and files stand for the path of the authority's certificate, its text, that of the authority `intermediate` (`{bound}`: of `shop.test alone`, which may certify names of that domain alone), the address of the resolver of this case, and a
 * directory of hashed certificates.
 */
export interface FieldCase extends Omit<Case, 'steps'>, Step {
  /** Files of this host in place of its own. Default: `/etc/resolv.conf` names the resolver of the case. */
  files?: Readonly<Record<string, string>>;
  /** Addresses of each name, or `alias NAME`; a name that is not here does not exist. Or a server of the case's own. */
  zone?: Readonly<Record<string, readonly string[]>> | Behaviour;
  /** Servers beside the resolver of the case, at addresses of their own. */
  resolvers?: Readonly<Record<string, Behaviour>>;
  web?: readonly WebServer[];
  /** Addresses that drop every packet. */
  silent?: readonly string[];
}

/** The answer of a web server, with Content-Length. */
export function answer(status: string, headers: Record<string, string>, body = ''): string {
  const fields = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  return [`HTTP/1.1 ${status}`, ...fields.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');
}

/** A web server at `address` for `names` that gives the same answer to every request. */
export function web(
  address: string,
  names: string | readonly string[],
  text: string | null,
  more: Partial<WebServer> = {},
): WebServer {
  return { address, names: [names].flat(), answer: () => text, ...more };
}
