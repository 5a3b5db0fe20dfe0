import { hostname } from 'node:os';
import { CapabilityError } from '../core/errors.js';
import { readText } from '../core/read-text.js';
import { familyOf } from '../net/address/address.js';

/** The configuration of the C library's resolver: resolv.conf(5). */
export interface ResolvConf {
  /** In order, and at most three, as in the C library. An IPv6 address may have a zone. */
  nameservers: string[];
  /** The values of nameserver lines that the C library ignores: not an address, or after the third. */
  ignoredNameservers: string[];
  /** The search list, without final dots; the root is `.`. */
  search: string[];
  /** A name with at least this many dots is tried without a suffix first. */
  ndots: number;
  /** The wait for one reply. */
  timeoutMs: number;
  /** How often each server is asked. */
  attempts: number;
  rotate: boolean;
  /** The first query goes over TCP. */
  useVc: boolean;
  /** glibc sends an OPT record only with this option. pprobe always does: without one, servers send no extended errors. */
  edns0: boolean;
  /** glibc passes the AD bit of replies on to programs; without this option it clears the bit. */
  trustAd: boolean;
  /** getaddrinfo(3) asks for no AAAA records. */
  noAaaa: boolean;
  /** A name without dots is not tried without a suffix. */
  noTldQuery: boolean;
  /** getaddrinfo(3) asks for AAAA after the reply for A, instead of at the same time. */
  singleRequest: boolean;
  /** As `singleRequest`, and on a new socket. */
  singleRequestReopen: boolean;
  /** All options as they are written, in order, those of RES_OPTIONS last. */
  options: string[];
}

/** What affects the configuration besides the file: see resolv.conf(5), FILES and `search`. */
export interface ResolvContext {
  /** gethostname(2). Its domain part is the search list if the file has none. */
  hostname?: string | undefined;
  /** The variable LOCALDOMAIN, which replaces the file's search list. */
  localDomain?: string | undefined;
  /** The variable RES_OPTIONS, which is added to the file's options. */
  resOptions?: string | undefined;
}

// glibc's MAXNS, RES_MAXNDOTS, RES_MAXRETRANS and RES_MAXRETRY (resolv.h).
const maxNameservers = 3;
const maxNdots = 15;
const maxTimeoutSeconds = 30;
const maxAttempts = 5;

/**
 * Parses a resolv.conf as glibc does: a keyword must be at the start of its line, the last of several search or domain
 * lines is used, and numbers are clamped silently. glibc does not treat a carriage return as white space, so a file with
 * DOS line endings has no usable nameserver, and `ignoredNameservers` shows them. Never throws.
 */
export function parseResolvConf(text: string, context: ResolvContext = {}): ResolvConf {
  const conf: ResolvConf = {
    nameservers: [],
    ignoredNameservers: [],
    search: domainOf(context.hostname ?? ''),
    ndots: 1,
    timeoutMs: 5000,
    attempts: 2,
    rotate: false,
    useVc: false,
    edns0: false,
    trustAd: false,
    noAaaa: false,
    noTldQuery: false,
    singleRequest: false,
    singleRequestReopen: false,
    options: [],
  };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.split(/[ \t]+/);
    const [first] = values;
    if (!first) continue;
    if (keyword === 'nameserver') addNameserver(conf, first);
    else if (keyword === 'domain') conf.search = suffixes([first]);
    else if (keyword === 'search') conf.search = suffixes(values);
    else if (keyword === 'options') for (const option of values) applyOption(conf, option);
  }
  if (context.localDomain !== undefined) conf.search = suffixes(context.localDomain.split(/[ \t]+/));
  for (const option of (context.resOptions ?? '').split(/[ \t\n]+/)) applyOption(conf, option);
  return conf;
}

/** The errors after which glibc and musl go on with their defaults, as if the file were empty (resolv_conf.c). */
const ignoredErrnos = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR', 'ELOOP']);

/** What C libraries ask if resolv.conf names no nameserver (resolv.conf(5)). */
export const defaultNameserver = '127.0.0.1';

/**
 * Reads this host's resolver configuration, including the host name, LOCALDOMAIN and RES_OPTIONS. The list of nameservers
 * is empty if the file has none or does not exist.
 *
 * @throws CapabilityError if the file cannot be read for another reason
 */
export async function readResolvConf(path = '/etc/resolv.conf'): Promise<ResolvConf> {
  let text = '';
  try {
    text = await readText(path);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    if (!ignoredErrnos.has(why))
      throw new CapabilityError(
        path,
        `${path} cannot be read (${why}), so this host's nameservers are unknown; name one with --server ADDR`,
        null,
        { cause },
      );
    if (process.platform === 'win32') text = await serversOfWindows();
  }
  const { LOCALDOMAIN: localDomain, RES_OPTIONS: resOptions } = process.env;
  return parseResolvConf(text, { hostname: hostname(), localDomain, resOptions });
}

/** The servers of Windows, which has no such file, in its form. Those with a port are no servers of the system. */
async function serversOfWindows(): Promise<string> {
  const { default: dns } = await import('node:dns');
  return dns
    .getServers()
    .filter((server) => familyOf(server) !== null)
    .map((server) => `nameserver ${server}\n`)
    .join('');
}

function addNameserver(conf: ResolvConf, value: string): void {
  const usable = familyOf(value) !== null && conf.nameservers.length < maxNameservers;
  (usable ? conf.nameservers : conf.ignoredNameservers).push(value);
}

function applyOption(conf: ResolvConf, option: string): void {
  if (option === '') return;
  conf.options.push(option);
  const [name = '', value = ''] = option.split(':', 2);
  // glibc reads numbers with atoi(3), which returns 0 for other text; it waits at least a second and asks at least once.
  const number = Math.max(0, Number.parseInt(value, 10) || 0);
  if (name === 'ndots') conf.ndots = Math.min(number, maxNdots);
  else if (name === 'timeout') conf.timeoutMs = Math.min(Math.max(number, 1), maxTimeoutSeconds) * 1000;
  else if (name === 'attempts') conf.attempts = Math.min(Math.max(number, 1), maxAttempts);
  else if (option === 'rotate') conf.rotate = true;
  else if (option === 'use-vc') conf.useVc = true;
  else if (option === 'edns0') conf.edns0 = true;
  else if (option === 'trust-ad') conf.trustAd = true;
  else if (option === 'no-aaaa') conf.noAaaa = true;
  else if (option === 'no-tld-query') conf.noTldQuery = true;
  else if (option === 'single-request') conf.singleRequest = true;
  else if (option === 'single-request-reopen') conf.singleRequestReopen = true;
}

function domainOf(host: string): string[] {
  const dot = host.indexOf('.');
  return dot < 0 ? [] : suffixes([host.slice(dot + 1)]);
}

function suffixes(values: readonly string[]): string[] {
  return values.flatMap((value) => {
    if (value === '') return [];
    const suffix = value.replace(/\.$/, '');
    return [suffix === '' ? '.' : suffix];
  });
}

/** How long programs on this host wait for nameservers that do not answer. */
export interface SystemPatience {
  /** For the first nameserver, before the second is asked. @minimum 0 */
  firstMs: number;
  /** For all nameservers and attempts. The wait is repeated for each name of the search list. @minimum 0 */
  totalMs: number;
  /**
   * For the record type that a server does not answer, where it answers the other: A without AAAA. null in documents of
   * versions before 0.2.0.
   *
   * @minimum 0
   */
  missingTypeMs: number | null;
}

/**
 * How long glibc's getaddrinfo(3) waits for each of `servers` nameservers in one attempt, in milliseconds: `timeout` for the
 * first; for the second and third two and four times `timeout`, divided by the number of servers, in whole seconds and at
 * least one (send_dg() in res_send.c).
 */
export function serverPatienceMs({ timeoutMs }: ResolvConf, servers: number): number[] {
  return Array.from({ length: Math.max(1, servers) }, (_, index) => {
    const seconds = Math.floor(((timeoutMs / 1000) * 2 ** index) / (index === 0 ? 1 : servers));
    return Math.max(1, seconds) * 1000;
  });
}

/**
 * How long glibc's getaddrinfo(3) waits with this configuration: for each server in turn, and all of it `attempts` times.
 * Verified with getent(1) and servers that do not answer.
 *
 * A server that answers one of A and AAAA is asked for both again one after the other, and then on a new socket, and is
 * awaited each time (res_send.c, RES_SNGLKUP and RES_SNGLKUPREOP). The options `single-request` and
 * `single-request-reopen` begin with the second and the third of these.
 */
export function systemPatience(conf: ResolvConf): SystemPatience {
  const { nameservers, timeoutMs, attempts, singleRequest, singleRequestReopen } = conf;
  const roundMs = serverPatienceMs(conf, nameservers.length).reduce((sum, waitMs) => sum + waitMs, 0);
  return {
    firstMs: timeoutMs,
    totalMs: roundMs * attempts,
    missingTypeMs: timeoutMs * (singleRequestReopen ? 1 : singleRequest ? 2 : 3),
  };
}
