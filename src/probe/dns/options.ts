import {
  abortSignal,
  type Bound,
  boolean,
  checkNumber,
  listOf,
  type OptionChecks,
  object,
  string,
  waitBound,
  within,
} from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { defaultNameserver, type ResolvConf } from '../../host/resolv-conf.js';
import { canonicalAddress } from '../../net/address/address.js';
import { checkSource, sourceAddress } from '../../target/host.js';
import { parseGivenServer, type ServerAddress } from '../../target/server.js';
import { type RecordType, recordTypeOf } from './message/record-type.js';

/** The options of resolve(). */
export interface ResolveOptions {
  /**
   * Record types, asked for at the same time: 1 to 20 mnemonics or `TYPE65`. Default: A and AAAA; A alone where resolv.conf
   * says `no-aaaa` and no servers are given.
   */
  types?: readonly string[] | undefined;
  /** `ADDR` or `ADDR#PORT`, asked in order. Default: the nameservers of resolv.conf. */
  servers?: readonly string[] | undefined;
  /** Use TCP for the first query, and not only after a truncated reply. Default: resolv.conf's `use-vc`. */
  tcp?: boolean | undefined;
  /**
   * The wait for one reply in milliseconds, 1 to 60000. Default: such that all tries of all servers end within three
   * seconds, but at least 300 and at most 1000; a server that shows signs of life is awaited as long as programs on this
   * host would wait, by resolv.conf's `timeout` and `attempts`. A reply to an earlier try counts in either case.
   */
  timeoutMs?: number | undefined;
  /** How often a server that does not answer is asked, 1 to 10. Default: 2. */
  tries?: number | undefined;
  /** Apply resolv.conf's search list and ndots. Default: true. */
  search?: boolean | undefined;
  /** The local address to send from, for servers of its family. Must be an address of this host. */
  source?: string | undefined;
  /** Ask the servers for their identifiers (NSID, RFC 5001). Default: false. */
  nsid?: boolean | undefined;
  /** Send cookies and discard replies with another client cookie (RFC 7873). Default: false. */
  cookie?: boolean | undefined;
  /** Used instead of this host's /etc/resolv.conf. */
  resolvConf?: ResolvConf | undefined;
  /** Rejects with the signal's reason and closes every socket. */
  signal?: AbortSignal | undefined;
  /** Ends the lookup early: the document holds what is known by then. */
  stop?: AbortSignal | undefined;
}

/** The options of resolveMany(). */
export interface ResolveManyOptions extends ResolveOptions {
  /** How many names are looked up at the same time, 1 to 10000. Default: 100. */
  concurrency?: number | undefined;
}

/** The ranges and defaults of the options that are numbers. The default of `timeoutMs` depends on the servers. */
export const resolveBounds = {
  timeoutMs: waitBound(null, 60_000),
  tries: { noun: 'a number of tries', unit: null, min: 1, max: 10, default: 2 },
  /** With a fast resolver, more lookups at a time gain nothing, and fewer overload a slow one less. */
  concurrency: { noun: 'a number of lookups', unit: null, min: 1, max: 10_000, default: 100 },
} as const satisfies Record<string, Bound>;

export const resolveChecks: OptionChecks<ResolveOptions> = {
  types: listOf(string('give the name of a record type, like AAAA')),
  servers: listOf(string('write ADDR or ADDR#PORT, like 10.0.0.2 or 10.0.0.2#5353')),
  tcp: boolean,
  timeoutMs: within(resolveBounds.timeoutMs),
  tries: within(resolveBounds.tries),
  search: boolean,
  source: sourceAddress,
  nsid: boolean,
  cookie: boolean,
  resolvConf: object,
  signal: abortSignal,
  stop: abortSignal,
};

export const resolveManyChecks: OptionChecks<ResolveManyOptions> = {
  ...resolveChecks,
  concurrency: within(resolveBounds.concurrency),
};

const defaultTypes = ['A', 'AAAA'];
const maxTypes = 20;
/** The time in which all tries of all servers end by default. */
const budgetMs = 3000;
const defaultTimeout = { min: 300, max: 1000 };

/**
 * Reads the record types, without duplicates.
 *
 * @throws InvalidInputError for an unknown type, for none and for more than twenty
 */
export function readTypes(options: ResolveOptions, { noAaaa }: ResolvConf): RecordType[] {
  const ownTypes = noAaaa && !hasGivenServers(options) ? ['A'] : defaultTypes;
  const types = (options.types ?? ownTypes).map((text) => recordTypeOf(text));
  if (types.length < 1 || types.length > maxTypes) {
    throw new InvalidInputError(
      'type',
      `type is given ${types.length} times: ask for 1 to ${maxTypes} types`,
    );
  }
  return [...new Map(types.map((type) => [type.number, type])).values()];
}

/** Whether the servers to ask are given, and not those of resolv.conf. */
export function hasGivenServers({ servers }: ResolveOptions): boolean {
  return servers !== undefined && servers.length > 0;
}

/**
 * Reads the servers to ask: those given, otherwise resolv.conf's, otherwise the one that C libraries ask by default.
 *
 * @throws InvalidInputError for a server that is not an address
 */
export function readServers(options: ResolveOptions, conf: ResolvConf): ServerAddress[] {
  const given = options.servers ?? [];
  if (given.length > 0) return given.map((text) => parseGivenServer(text));
  const own = conf.nameservers.length > 0 ? conf.nameservers : [defaultNameserver];
  return own.map((address) => ({ address: canonicalAddress(address), port: 53 }));
}

/**
 * Reads how long to wait for one reply, and how often to ask a server that does not answer.
 *
 * @throws InvalidInputError if either is out of range
 */
export function readTimes(
  options: ResolveOptions,
  serverCount: number,
): { timeoutMs: number; tries: number } {
  const tries = options.tries ?? resolveBounds.tries.default;
  checkNumber('tries', tries, resolveBounds.tries);
  const share = Math.floor(budgetMs / (tries * serverCount));
  const defaultMs = Math.min(defaultTimeout.max, Math.max(defaultTimeout.min, share));
  const timeoutMs = options.timeoutMs ?? defaultMs;
  checkNumber('timeoutMs', timeoutMs, resolveBounds.timeoutMs);
  return { timeoutMs, tries };
}

/** @throws InvalidInputError if the source is not an address, or no server is of its family */
export function readSource(
  { source }: ResolveOptions,
  servers: readonly ServerAddress[],
): string | undefined {
  if (source === undefined) return undefined;
  const addresses = servers.map(({ address }) => address);
  checkSource(source, addresses);
  return source;
}
