import { parseInteger, portNumber } from '../cli/options.js';
import { InvalidInputError } from '../core/errors.js';

/** A line of a sweep: `host`, `host port`, `host:port`, `address`, `[address]:port`. Throws InvalidInputError for another. */
export function parseTcpTarget(text: string, defaultPort: number): { host: string; port: number } {
  const [host = '', port, extra] = text.split(/\s+/);
  if (extra !== undefined) {
    throw new InvalidInputError('target', `target: "${text}" is more than a host and a port`);
  }
  if (port !== undefined) return { host: unbracketed(host), port: parseInteger('port', port, portNumber) };
  const joined = /^(\[[^\]]+\]|[^:]+):([^:/]*)$/.exec(host);
  if (joined === null) return { host: unbracketed(host), port: defaultPort };
  const [, name = '', digits = ''] = joined;
  return { host: unbracketed(name), port: parseInteger('port', digits, portNumber) };
}

/**
 * What a command is to connect to: `host` as above, and the port given beside it, if any. Throws InvalidInputError where
 * both name one and the two differ.
 */
export function tcpTarget(
  text: string,
  port: number | undefined,
  defaultPort: number,
): { host: string; port: number } {
  const target = parseTcpTarget(text, port ?? defaultPort);
  if (port === undefined || port === target.port) return target;
  throw new InvalidInputError('port', `port: "${text}" names port ${target.port}, and ${port} is given, too`);
}

function unbracketed(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? host;
}
