import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { CapabilityError } from '../core/errors.js';
import { familyOf } from '../net/address/address.js';

/** What the C library's resolver on this host is told to do: resolv.conf(5). */
export interface ResolvConf {
  /** In order, three at most: the C library reads no more. An IPv6 address may carry a zone. */
  nameservers: string[];
  /** Values of nameserver lines that the C library passes over: no addresses, or beyond the third. */
  ignoredNameservers: string[];
  /** Suffixes to try, in order, without final dot; the root is `.`. */
  search: string[];
  /** A name with at least this many dots is first asked as it stands. */
  ndots: number;
  /** Wait for one reply. */
  timeoutMs: number;
  /** How often all servers are asked. */
  attempts: number;
  rotate: boolean;
  /** Ask over TCP at once. */
  useVc: boolean;
  /** glibc sends an OPT record only with this. pprobe always does, for without one no server says more than its rcode. */
  edns0: boolean;
  /** Programs are told that the nameservers validated an answer (the AD bit); without this glibc clears the bit. */
  trustAd: boolean;
}

/** What besides the file decides: see resolv.conf(5), under FILES and `search`. */
export interface ResolvContext {
  /** gethostname(2). Its domain part is the search list of a file that gives none. */
  hostname?: string | undefined;
  /** The environment's LOCALDOMAIN: replaces the file's search list. */
  localDomain?: string | undefined;
  /** The environment's RES_OPTIONS: added to the file's options. */
  resOptions?: string | undefined;
}

// glibc's MAXNS, RES_MAXNDOTS, RES_MAXRETRANS and RES_MAXRETRY (resolv.h).
const maxNameservers = 3;
const maxNdots = 15;
const maxTimeoutSeconds = 30;
const maxAttempts = 5;

/**
 * Reads the text of a resolv.conf as glibc does: a keyword counts only at the start of its line, of several search or
 * domain lines the last one counts, numbers are capped silently. A carriage return is no white space to glibc, so a
 * file with DOS line ends has no usable nameserver; `ignoredNameservers` shows it. Never throws.
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
  for (const option of (context.resOptions ?? '').split(/[ \t]+/)) applyOption(conf, option);
  return conf;
}

/**
 * Reads this host's resolver configuration, with the host name and the environment's LOCALDOMAIN and RES_OPTIONS. A
 * file without a nameserver gives an empty list: what to do then is the caller's affair.
 *
 * @throws CapabilityError when the file cannot be read.
 */
export async function readResolvConf(path = '/etc/resolv.conf'): Promise<ResolvConf> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CapabilityError(
      path,
      `${path} cannot be read (${why}), so this host's nameservers are unknown; name one with --server ADDR`,
      null,
      { cause },
    );
  }
  const { LOCALDOMAIN: localDomain, RES_OPTIONS: resOptions } = process.env;
  return parseResolvConf(text, { hostname: hostname(), localDomain, resOptions });
}

function addNameserver(conf: ResolvConf, value: string): void {
  const usable = familyOf(value) !== null && conf.nameservers.length < maxNameservers;
  (usable ? conf.nameservers : conf.ignoredNameservers).push(value);
}

function applyOption(conf: ResolvConf, option: string): void {
  const [name = '', value = ''] = option.split(':', 2);
  // glibc reads numbers with atoi: what is no number is 0, and it then waits at least a second and asks at least once.
  const number = Math.max(0, Number.parseInt(value, 10) || 0);
  if (name === 'ndots') conf.ndots = Math.min(number, maxNdots);
  else if (name === 'timeout') conf.timeoutMs = Math.min(Math.max(number, 1), maxTimeoutSeconds) * 1000;
  else if (name === 'attempts') conf.attempts = Math.min(Math.max(number, 1), maxAttempts);
  else if (option === 'rotate') conf.rotate = true;
  else if (option === 'use-vc') conf.useVc = true;
  else if (option === 'edns0') conf.edns0 = true;
  else if (option === 'trust-ad') conf.trustAd = true;
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

/** How long programs on this host wait for nameservers that say nothing. */
export interface SystemPatience {
  /** For the first, before the second is asked. @minimum 0 */
  firstMs: number;
  /** For all of them, as often as each is asked; a search list begins anew with each of its names. @minimum 0 */
  totalMs: number;
}

/**
 * What glibc's getaddrinfo(3) makes of resolv.conf(5): `timeout` for the first server, for the second and third twice and
 * four times that, divided by the number of servers and in whole seconds, one at least (send_dg() in res_send.c); all of it
 * `attempts` times. Measured with getent(1) and silent servers.
 */
export function systemPatience({ nameservers, timeoutMs, attempts }: ResolvConf): SystemPatience {
  const servers = Math.max(1, nameservers.length);
  let totalMs = 0;
  for (let index = 0; index < servers; index += 1) {
    const seconds = Math.floor(((timeoutMs / 1000) * 2 ** index) / (index === 0 ? 1 : servers));
    totalMs += Math.max(1, seconds) * 1000;
  }
  return { firstMs: timeoutMs, totalMs: totalMs * attempts };
}
