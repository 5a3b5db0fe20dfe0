import { isIP, isIPv6 } from 'node:net';
import { InvalidInputError } from '../core/errors.js';
import { quote, withoutSecrets } from '../core/text.js';
import type { PrivateApi, Target } from '../documents/target.js';
import { bracketed, checkHost } from './host.js';
import { aliasName, isApiId, isVpceId, readPrivateName } from './private-api/names.js';
import { partitionOf } from './private-api/partitions.js';

const HTTPS = 443;

export interface ParseTargetOptions {
  /** A `vpce-…` id, or the DNS name of the endpoint. */
  vpce?: string | undefined;
  apiId?: string | undefined;
  /** For a target that names no port; a different one in the target is an error. */
  port?: number | undefined;
}

/**
 * Reads `https://host[:port]/path`, `host/path`, `host`, `host:port`, `[v6]:port` or a bare address into a Target.
 *
 * HTTP is spoken (`url` is not null) where a person would expect it: with `https://` or a path always, for a name alone
 * or with port 443; but not for an address alone, which no certificate names and no API is chosen by, nor for another
 * port, which may speak anything.
 *
 * @throws InvalidInputError, one line, for anything else: another scheme, credentials, a port outside 1..65535, a name
 * against RFC 1035's limits, options that are malformed or contradict the name.
 */
export function parseTarget(input: string, options: ParseTargetOptions = {}): Target {
  const { scheme, authority, path } = split(input);
  const written = readAuthority(authority, input, scheme);
  const host = checkHost(written.host, 'target');
  const port = choosePort(written.port, options.port);
  const asksHttps = scheme || path !== null || (port === HTTPS && isIP(host) === 0);
  const pathname = asksHttps ? new URL(`https://host${path ?? '/'}`).pathname : null;
  return {
    input: withoutSecrets(input.trim()),
    host,
    port,
    url:
      pathname === null ? null : `https://${bracketed(host)}${port === HTTPS ? '' : `:${port}`}${pathname}`,
    privateApi: describePrivateApi(host, pathname, options),
  };
}

interface Split {
  /** Whether `https://` was written. */
  scheme: boolean;
  authority: string;
  /** From the first `/` on, without query and fragment; null when nothing follows the authority. */
  path: string | null;
}

function split(input: string): Split {
  const text = input.trim();
  const wrong = (what: string) => new InvalidInputError('target', `target: ${quote(input)} ${what}`);
  if (text === '')
    throw new InvalidInputError('target', 'target: nothing given; give a URL, a host or host:port');
  if (/[\s\p{Cc}]/u.test(withoutSecrets(text)))
    throw wrong('has a space or control character in it; give one URL or host');

  const scheme = /^([a-z][a-z0-9+.-]*):\/\//iu.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https') {
    throw wrong(
      'is not an https URL; private endpoints answer on https:// only, or give host:port for TCP alone',
    );
  }
  if (scheme === undefined && /^https?:[/\\]/iu.test(text))
    throw wrong('is not a URL; write https:// with two slashes');
  const rest = scheme === undefined ? text : text.slice('https://'.length);
  const end = rest.search(/[/\\?#]/u);
  if (end === -1) return { scheme: scheme !== undefined, authority: rest, path: null };
  return {
    scheme: scheme !== undefined,
    authority: rest.slice(0, end),
    path: rest.slice(end).replace(/[?#].*$/su, '') || '/',
  };
}

function readAuthority(
  authority: string,
  input: string,
  scheme: boolean,
): { host: string; port: number | null } {
  const wrong = (what: string) => new InvalidInputError('target', `target: ${quote(input)} ${what}`);
  // Dropping them in silence would make the answer (401) mean something else than the user thinks.
  if (authority.includes('@'))
    throw wrong('carried credentials; pprobe sends none and keeps none: leave out user:password@');
  if (!scheme && isIPv6(authority)) return { host: authority, port: null };

  const parts = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>[^:]*))?$/su.exec(authority)?.groups;
  if (parts === undefined)
    throw wrong('is not host:port; an IPv6 address with a port is written [2001:db8::1]:443');
  if (parts.v6 !== undefined && !isIPv6(parts.v6)) throw wrong('has no IPv6 address in its brackets');
  const host = parts.v6 ?? parts.name ?? '';
  if (host === '') throw wrong('has no host; give a name or an address');
  return { host, port: parts.port === undefined ? null : readPort(parts.port) };
}

function readPort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return checkPort(port, text);
}

function checkPort(port: number, given: string): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new InvalidInputError(
    'port',
    `port: ${quote(given)} is not a port; give a whole number from 1 to 65535`,
  );
}

function choosePort(written: number | null, option: number | undefined): number {
  if (option === undefined) return written ?? HTTPS;
  const port = checkPort(option, String(option));
  if (written !== null && written !== port) {
    throw new InvalidInputError(
      'port',
      `port: ${port} contradicts the target, which says ${written}; drop one of them`,
    );
  }
  return port;
}

/** `--vpce` and `--api-id` as typed. */
export interface PrivateApiOptions {
  vpce?: string | undefined;
  apiId?: string | undefined;
}

/**
 * Joins what the host name says of a private API with what the options say; null when neither says anything.
 * `path` is the URL's, or null when there is none.
 *
 * @throws InvalidInputError when an option is malformed, or contradicts the name.
 */
function describePrivateApi(
  host: string,
  path: string | null,
  options: PrivateApiOptions,
): PrivateApi | null {
  const named = readPrivateName(host);
  const endpoint = options.vpce === undefined ? null : readVpce(options.vpce);
  const apiId = options.apiId === undefined ? null : readApiId(options.apiId);
  if (named === null && endpoint === null && apiId === null) return null;

  agree('--api-id', apiId, named?.apiId ?? null);
  agree('--vpce', endpoint?.vpceId ?? null, named?.vpceId ?? null);
  const region = named?.region ?? endpoint?.region ?? null;
  const api = {
    apiId: named?.apiId ?? apiId,
    vpceId: named?.vpceId ?? endpoint?.vpceId ?? null,
    region,
  };
  const endpointName = endpoint === null ? null : (endpoint.name ?? aliasName(api));
  return {
    form: named?.form ?? 'custom',
    ...api,
    stage: named === null ? null : stageOf(path),
    partition: region === null ? null : partitionOf(region),
    endpointName: endpointName === host ? null : endpointName,
  };
}

function readVpce(given: string): { vpceId: string; region: string | null; name: string | null } {
  const text = given.trim().toLowerCase();
  if (isVpceId(text)) return { vpceId: text, region: null, name: null };
  const name = text.includes('.') ? checkHost(text, '--vpce') : text;
  const parts = readPrivateName(name);
  if (parts !== null && parts.vpceId !== null && parts.form !== 'alias') {
    return { vpceId: parts.vpceId, region: parts.region, name };
  }
  throw new InvalidInputError(
    '--vpce',
    `--vpce: ${quote(given)} is neither an endpoint id (vpce- and 17 or 8 hexadecimal digits) nor its DNS name (vpce-….execute-api.REGION.vpce.amazonaws.com)`,
  );
}

function readApiId(given: string): string {
  const id = given.trim().toLowerCase();
  if (isApiId(id)) return id;
  throw new InvalidInputError(
    '--api-id',
    `--api-id: ${quote(given)} is not an API id: ten lower-case letters and digits, like a1b2c3d4e5`,
  );
}

function agree(option: string, given: string | null, named: string | null): void {
  if (given === null || named === null || given === named) return;
  throw new InvalidInputError(
    option,
    `${option}: ${given} contradicts the target's name, which says ${named}; drop one of them`,
  );
}

/** Stage names are letters, digits, hyphens and underscores, at most 128; anything else in first place is no stage. */
function stageOf(path: string | null): string | null {
  const first = path?.split('/')[1] ?? '';
  return /^[A-Za-z0-9_-]{1,128}$/.test(first) ? first : null;
}
