import type { Behaviour } from '../../probe/dns/server.js';

/** What a command must print. All texts are matched against its output, with line breaks and runs of blanks as one blank. */
export interface Expected {
  /** Any of them, where the words below say which. */
  exitCode: number | readonly number[];
  /** Of the verdict of `diagnose`: any of them. */
  causes?: readonly string[];
  /** The strongest confidence that the observations support. */
  atMost?: 'high' | 'medium' | 'low';
  says?: readonly RegExp[];
  never?: readonly RegExp[];
}

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
  issuer?: 'test' | 'Amazon RSA 2048 M02' | 'intermediate';
  /** What it answers to the head of a request; null: nothing. */
  answer: (head: string) => string | null;
}

/** Another program of the host that is asked the same, and what it prints. It is left out where it is not installed. */
export interface Peer {
  argv: readonly string[];
  prints: RegExp;
}

/**
 * A situation that somebody met in the field, as data: what the network is like, which command is run in it, and what is
 * right. `{ca}`, `{resolver}` and `{store}` in arguments, variables and files stand for the path of the authority's certificate,
 * the address of the resolver of this case, and a directory of hashed certificates.
 */
export interface FieldCase {
  id: string;
  situation: string;
  /** Where it was reported. */
  source: string;
  /** What version 0.1.0 printed. */
  before: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Files of this host in place of its own. Default: `/etc/resolv.conf` names the resolver of the case. */
  files?: Readonly<Record<string, string>>;
  /** Addresses of each name, or `alias NAME`; a name that is not here does not exist. Or a server of the case's own. */
  zone?: Readonly<Record<string, readonly string[]>> | Behaviour;
  /** Servers beside the resolver of the case, at addresses of their own. */
  resolvers?: Readonly<Record<string, Behaviour>>;
  web?: readonly WebServer[];
  /** Addresses that drop every packet. */
  silent?: readonly string[];
  peers?: readonly Peer[];
  expected: Expected;
}

/** What one command printed. */
export interface Printed {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface Played {
  id: string;
  pprobe: Printed;
  /** The report that `diagnose` saved, as JSON text, or null. */
  report: string | null;
  peers: (Printed | null)[];
  durationMs: number;
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
