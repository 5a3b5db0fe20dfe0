import {
  checkOptions,
  checkString,
  invalidText,
  type OptionChecks,
  portBound,
  string,
  within,
} from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { hasUserInformation, quotedTarget, withoutSecrets } from '../core/text.js';
import type { PrivateApi, Target } from '../documents/target.js';
import { familyOf } from '../net/address/address.js';
import { withoutFinalDot } from './dns-name.js';
import { checkHost, refuseUrl } from './host.js';
import { bracketed, choosePort, parseHostPort } from './host-port.js';
import { refusePasted } from './pasted.js';
import { aliasName, isApiId, isVpceId, readPrivateName } from './private-api/names.js';
import { partitionOf } from './private-api/partitions.js';
import { apiInHeaders, type GivenHeaders, readHeaders } from './request-headers.js';

/** Options of `parseTarget`. */
export interface ParseTargetOptions extends PrivateApiOptions {
  /** The port of a target without one; a different port in the target is an error. */
  port?: number | undefined;
}

export const parseTargetChecks: OptionChecks<ParseTargetOptions> = {
  vpce: string('give the id of a VPC endpoint, or its DNS name'),
  apiId: string('give the id of an API, like a1b2c3d4e5'),
  port: within(portBound),
  headers: (value, argument) => {
    readHeaders(value, argument);
  },
};

/**
 * Reads `https://host[:port]/path`, `host/path`, `host`, `host:port`, `[v6]:port` or an address alone, or a URL object, into
 * a Target. The host is read as checkHost reads it; its final dot is dropped, because neither SNI (RFC 6066 section 3)
 * nor the names in a certificate have it.
 *
 * `url` is not null, so that HTTP is spoken, for a target with `https://` or a path, and for a name alone or with port 443.
 * It is null for an address alone, because no certificate has an address of an endpoint and no API is selected by one, and
 * for a name with another port, where any protocol is possible.
 *
 * @throws InvalidInputError with a message of one line for anything else: another scheme, credentials, a port outside
 * 1..65535, a name beyond the limits of RFC 1035, options that are malformed or contradict the name
 */
export function parseTarget(input: string | URL, options: ParseTargetOptions = {}): Target {
  checkOptions(parseTargetChecks, options);
  return targetOf(targetText(input), options);
}

/** The text of a target that may be given as a URL object. Throws InvalidInputError for anything else. */
export function targetText(input: unknown): string {
  if (input instanceof URL) return input.href;
  checkString('target', input, 'give a URL, a host or host:port');
  return input;
}

/** parseTarget() of a text, with options that were checked. */
export function targetOf(input: string, options: ParseTargetOptions): Target {
  const { hasScheme, authority, path } = splitTarget(input);
  const written = parseHostPort(authority, 'target');
  const host = withoutFinalDot(written.host);
  const port = choosePort(written.port, options.port) ?? portBound.default;
  const isHttps = port === portBound.default;
  const asksHttps = hasScheme || path !== null || (isHttps && familyOf(host) === null);
  const pathname = asksHttps ? new URL(`https://host${path ?? '/'}`).pathname : null;
  return {
    input: withoutSecrets(input.trim()),
    host,
    port,
    url: pathname === null ? null : `https://${bracketed(host)}${isHttps ? '' : `:${port}`}${pathname}`,
    privateApi: describePrivateApi(host, pathname, options),
  };
}

/**
 * The query of a target's URL with its `?`, or ''. It is sent with the request, and is stored in documents only where the
 * caller asks for that.
 */
export function queryOf(input: string): string {
  return /^[^?#]*(\?[^#\s]*)/.exec(input.trim())?.[1] ?? '';
}

/** The path of the target's URL, or `/`. Never throws: a target can come from an edited report. */
export function pathOf({ url }: Pick<Target, 'url'>): string {
  return url !== null && URL.canParse(url) ? new URL(url).pathname : '/';
}

interface TargetParts {
  /** Whether `https://` was written. */
  hasScheme: boolean;
  authority: string;
  /** From the first `/` on, without query and fragment, or null. */
  path: string | null;
}

function splitTarget(input: string): TargetParts {
  const text = input.trim();
  const wrong = (what: string) => invalidText('target', input, what);
  if (text === '')
    throw new InvalidInputError('target', 'target: nothing given; give a URL, a host or host:port');
  refusePasted(input, 'target');
  if (/[\s\p{Cc}]/u.test(withoutSecrets(text)))
    throw wrong('has a space or control character in it; give one URL or host');

  // JDBC puts its own before the scheme.
  const scheme = /^((?:[a-z][a-z0-9+.-]*:)*[a-z][a-z0-9+.-]*):\/\//iu.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https') {
    const [, authority = 'host:port'] = /:\/\/([\w.-]+:\d+)(?:[/?#]|$)/u.exec(withoutSecrets(text)) ?? [];
    throw wrong(
      `is not an https URL; private endpoints answer https:// only. For TCP alone, give ${authority}`,
    );
  }
  const hasScheme = scheme !== undefined;
  const rest = hasScheme ? text.slice('https://'.length) : text;
  const end = rest.search(/[/\\?#]/u);
  const written = end === -1 ? rest : rest.slice(0, end);
  if (hasUserInformation(text)) refuseUrl(text, 'target');
  if (hasScheme && familyOf(written) === 6)
    throw wrong('has an IPv6 address without brackets; in a URL it is written https://[2001:db8::1]/');
  // RFC 6874 section 2: the % before a zone is written %25 in a URL.
  const authority = hasScheme ? written.replace(/^(\[[^\]%]*)%25/, '$1%') : written;
  const path = end === -1 ? null : rest.slice(end).replace(/[?#].*$/su, '') || '/';
  return { hasScheme, authority, path };
}

/** The private API that a target belongs to. */
export interface PrivateApiOptions {
  /** The id of a VPC endpoint, or its DNS name. */
  vpce?: string | undefined;
  /** The id of an API. */
  apiId?: string | undefined;
  /** The headers of the request: Host and x-apigw-api-id name an API. */
  headers?: GivenHeaders | undefined;
}

/**
 * The private API that the host name and the options name; null where they name none. `path` is the path of the URL, or
 * null.
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
  const sent = apiInHeaders(options.headers === undefined ? [] : readHeaders(options.headers));
  const given = options.apiId === undefined ? null : readApiId(options.apiId);
  agree('--api-id', given, sent.apiId, 'the header of the request');
  const apiId = given ?? sent.apiId;
  if (named === null && endpoint === null && apiId === null) return null;

  agree('--api-id', given, named?.apiId ?? null);
  agree('--vpce', endpoint?.vpceId ?? null, named?.vpceId ?? null);
  const region = named?.region ?? endpoint?.region ?? sent.region;
  const api = {
    // API Gateway selects the API by Host, or by x-apigw-api-id, before it looks at the name in the URL.
    apiId: sent.apiId ?? named?.apiId ?? apiId,
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
    `--vpce: ${quotedTarget(given)} is neither an endpoint id (vpce- and 17 or 8 hexadecimal digits) nor its DNS name (vpce-….execute-api.REGION.vpce.amazonaws.com)`,
  );
}

function readApiId(given: string): string {
  const id = given.trim().toLowerCase();
  if (isApiId(id)) return id;
  throw new InvalidInputError(
    '--api-id',
    `--api-id: ${quotedTarget(given)} is not an API id: ten lower-case letters and digits, like a1b2c3d4e5`,
  );
}

function agree(
  option: string,
  given: string | null,
  named: string | null,
  where = "the target's name",
): void {
  if (given === null || named === null || given === named) return;
  throw new InvalidInputError(
    option,
    `${option}: ${given} contradicts ${where}, which says ${named}; leave out one of them`,
  );
}

/** The first part of the path, or null where it cannot be a stage: letters, digits, hyphens, underscores, at most 128. */
function stageOf(path: string | null): string | null {
  const first = path?.split('/')[1] ?? '';
  return /^[A-Za-z0-9_-]{1,128}$/.test(first) ? first : null;
}
