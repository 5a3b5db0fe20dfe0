import { isIP } from 'node:net';
import { familyOf } from '../net/address/address.js';
import { inRange, parseRange } from '../net/address/range.js';

/** One variable that sends programs through a proxy, or keeps them from it. */
export interface ProxyVariable {
  /** As it is spelled in the environment: `https_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. @minLength 1 */
  name: string;
  /** As it stands there, but without `user:password@` of a URL. @maxLength 131072 */
  value: string;
}

/**
 * What the environment says of proxies. pprobe connects directly and obeys none of it; programs that do (curl, the SDKs)
 * then speak to another machine than the one measured.
 */
export interface ProxyEnvironment {
  /** Every proxy variable that is set and not empty, in the order https, http, all, no. */
  variables: ProxyVariable[];
  /**
   * The one that a program honouring them would use for an https connection to the target: `https_proxy` before
   * `all_proxy`, lower case before upper case as curl reads them, and neither where `no_proxy` names the target. null: it
   * would connect directly.
   */
  forTarget: ProxyVariable | null;
}

/** Lower case first: curl reads it before the other, and of `http_proxy` it reads no other. */
const names = [
  'https_proxy',
  'HTTPS_PROXY',
  'http_proxy',
  'HTTP_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
] as const;

/**
 * What an environment says of proxies, and which of it would apply to an https connection to `host` (a name or an
 * address without brackets) and `port`. Credentials in a proxy's URL are dropped here and never seen again. Pure.
 *
 * Sources: curl(1), section ENVIRONMENT; for `no_proxy` what curl, Go and the AWS SDKs have in common: a name and all
 * below it with or without a leading dot, `*`, an address, a range, and `name:port`.
 */
export function readProxyEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
  port: number,
): ProxyEnvironment {
  const variables = names.flatMap((name): ProxyVariable[] => {
    const value = environment[name]?.trim() ?? '';
    return value === '' ? [] : [{ name, value: withoutCredentials(value) }];
  });
  const find = (name: string) =>
    variables.find((variable) => variable.name === name) ??
    variables.find((variable) => variable.name === name.toUpperCase());
  const exempt = isExempt(find('no_proxy')?.value ?? '', host.toLowerCase(), port);
  return { variables, forTarget: exempt ? null : (find('https_proxy') ?? find('all_proxy') ?? null) };
}

/** `http://user:password@proxy:3128` and `user:password@proxy:3128` without what stands before the last `@`. */
export function withoutCredentials(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1');
}

function isExempt(list: string, host: string, port: number): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, host, port));
}

function covers(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, bare = entry, onlyPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && Number(onlyPort) !== port) return false;
  const name = bare.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) {
    const range = parseRange(name);
    const own = parseRange(host);
    const sameFamily = familyOf(name.replace(/\/.*$/, '')) === familyOf(host);
    return range !== null && own !== null && sameFamily && inRange(own, range);
  }
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}
