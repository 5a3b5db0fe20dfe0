import { invalidText, portBound } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { servicePort } from '../core/service-names.js';
import { quoted } from '../core/text.js';
import { familyOf, withoutZone } from '../net/address/address.js';
import { checkHost, refuseUrl } from './host.js';
import { refusePasted } from './pasted.js';

/** A host and a TCP port. */
export interface HostAndPort {
  host: string;
  port: number;
}

/** A host as checkHost returns it, and the port written with it or null. */
export interface Authority {
  host: string;
  port: number | null;
}

/**
 * Reads a port, as a number or as the name of a service; `whole` is the text that contains it, for the error. Throws
 * InvalidInputError naming `argument`.
 */
export function parsePort(text: string, argument = 'port', whole?: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : (servicePort(text) ?? Number.NaN);
  if (port >= portBound.min && port <= portBound.max) return port;
  const where = whole === undefined ? '' : ` in ${quoted(whole)}`;
  const ascii = text.normalize('NFKC').trim();
  if (ascii !== text && /^\d{1,5}$/.test(ascii))
    throw new InvalidInputError(
      argument,
      `${argument}: ${quoted(text)}${where} has other digits or spaces than a port is written with; give ${ascii}`,
    );
  const not = /^\d+[-,]\d/.test(text) ? 'is more than one port' : `is not ${portBound.noun}`;
  throw new InvalidInputError(
    argument,
    `${argument}: ${quoted(text)}${where} ${not}; give a whole number from ${portBound.min} to ${portBound.max}`,
  );
}

/**
 * Reads `host`, `host:port`, an address or `[v6]:port`.
 *
 * @throws InvalidInputError naming `argument`, or `port`
 */
export function parseHostPort(text: string, argument = 'target'): Authority {
  refusePasted(text, argument);
  refuseUrl(text, argument);
  if (familyOf(text) !== null) return { host: checkHost(text, argument), port: null };
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/su.exec(text);
  if (parts === null)
    throw invalidText(
      argument,
      text,
      'is not host:port; an IPv6 address with a port is written [2001:db8::1]:443',
    );
  const [, host = '', port] = parts;
  if (host === '') throw invalidText(argument, text, 'has no host; give a name or an address');
  return { host: checkHost(host, argument), port: port === undefined ? null : parsePort(port) };
}

/**
 * The port of a target: the one in its text (`written`) or the one given separately (`beside`); null where both are absent.
 *
 * @throws InvalidInputError naming `port` when the two differ
 */
export function choosePort(written: number | null, beside: number | undefined): number | null {
  if (beside === undefined || written === null || written === beside) return beside ?? written;
  throw invalidText(
    'port',
    String(beside),
    `contradicts the target, which says ${written}; leave one of them out`,
  );
}

/** Reads `text` as parseHostPort does. The port is that of `text`, or `beside`, or 443. Throws InvalidInputError. */
export function hostWithPort(text: string, beside: number | undefined): HostAndPort {
  const { host, port } = parseHostPort(text, 'host');
  return { host, port: choosePort(port, beside) ?? portBound.default };
}

/** Reads a line of a file of targets: what parseHostPort reads, or host and port separated by spaces. Throws InvalidInputError. */
export function parseTargetLine(line: string, defaultPort: number): HostAndPort {
  const [text = '', beside, extra] = line.split(/\s+/);
  if (extra !== undefined) throw invalidText('host', line, 'is more than a host and a port');
  const { host, port } = parseHostPort(text, 'host');
  return {
    host,
    port: choosePort(port, beside === undefined ? undefined : parsePort(beside)) ?? defaultPort,
  };
}

/** Reads the value of `--control`: a host with a port, by default 443. Throws InvalidInputError naming `argument`. */
export function parseControl(text: string, argument = '--control'): HostAndPort {
  const { host, port } = parseHostPort(text, argument);
  return { host, port: port ?? portBound.default };
}

/** A host as written in a URL or a Host header: IPv6 in brackets (RFC 3986 section 3.2.2), and without zone. */
export function bracketed(host: string): string {
  return familyOf(host) === 6 ? `[${withoutZone(host)}]` : host;
}

/** `host:port`, which parseHostPort reads; IPv6 is in brackets, with its zone. */
export function hostPort(host: string, port: number): string {
  return familyOf(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
