import { familyOf } from '../net/address/address.js';
import { inRange, parseRange } from '../net/address/range.js';

/** An environment variable about proxies. */
export interface ProxyVariable {
  /** As spelled in the environment: `https_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. @minLength 1 */
  name: string;
  /** Of a proxy its scheme, host and port alone, without what may be a secret. @maxLength 131072 */
  value: string;
}

/**
 * The proxy settings of the environment. pprobe ignores them and connects directly; programs that use them (curl, the AWS
 * SDKs) connect to another machine than the one that is measured.
 */
export interface ProxyEnvironment {
  /** The variables that are set and not empty, in the order https, http, all, no. */
  variables: ProxyVariable[];
  /**
   * The variable that a program would use for an https connection to the target: `https_proxy` before `all_proxy`, and
   * lower case before upper case, as in curl. null if the connection is direct, also because of `no_proxy`.
   */
  forTarget: ProxyVariable | null;
}

/** Lower case first, as in curl, which ignores HTTP_PROXY. */
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
 * Reads the proxy settings of an environment, and selects the one for an https connection to `host` (a name, or an address
 * without brackets) and `port`. Of a proxy's URL, what may be a secret is removed. Pure.
 *
 * Sources: curl(1), section ENVIRONMENT; for `no_proxy` the syntax that curl, Go and the AWS SDKs have in common: a name
 * and its subdomains with or without a leading dot, `*`, an address, a range, and `name:port`.
 */
export function readProxyEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
  port: number,
): ProxyEnvironment {
  const variables = names.flatMap((name): ProxyVariable[] => {
    const value = environment[name]?.trim() ?? '';
    if (value === '') return [];
    return [{ name, value: name.toLowerCase() === 'no_proxy' ? value : proxyAddress(value) }];
  });
  const find = (name: string) =>
    variables.find((variable) => variable.name === name) ??
    variables.find((variable) => variable.name === name.toUpperCase());
  const exempt = isExempt(find('no_proxy')?.value ?? '', host.toLowerCase(), port);
  return { variables, forTarget: exempt ? null : (find('https_proxy') ?? find('all_proxy') ?? null) };
}

/**
 * The scheme, host and port of a proxy's URL. Its user and password, its path and its query may be secrets, and no program needs
 * the last two to connect (curl(1), option --proxy). A password may have any character in it, so all up to the last `@` goes.
 */
export function proxyAddress(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?(?:.*@)?([^/?#\\]*).*$/is, '$1$2');
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
  if (familyOf(host) !== null) {
    const range = parseRange(name);
    const own = parseRange(host);
    const sameFamily = familyOf(name.replace(/\/.*$/, '')) === familyOf(host);
    return range !== null && own !== null && sameFamily && inRange(own, range);
  }
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}
