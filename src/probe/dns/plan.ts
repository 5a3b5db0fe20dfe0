import { nowMs } from '../../core/clock.js';
import { CapabilityError } from '../../core/errors.js';
import { type MaybePromise, unwrapOnceSettled } from '../../core/maybe-promise.js';
import { randomBelow } from '../../core/random.js';
import type { DnsTransport, EdnsHabit } from '../../documents/dns.js';
import {
  parseResolvConf,
  type ResolvConf,
  readResolvConf,
  type SystemPatience,
  serverPatienceMs,
  systemPatience,
} from '../../host/resolv-conf.js';
import { type ResolverRole, resolverRole } from '../../host/resolver-role.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { type Cookie, newCookie } from './message/edns.js';
import type { RecordType } from './message/record-type.js';
import {
  hasGivenServers,
  type ResolveOptions,
  readServers,
  readSource,
  readTimes,
  readTypes,
} from './options.js';
import { SignsOfLife } from './signs-of-life.js';
import type { SendQuery } from './transport/exchange.js';
import { sendOverTcp } from './transport/tcp.js';
import { sendOverUdp } from './transport/udp.js';

/** The options of a lookup, complete and checked. Lookups of many names share one plan. */
export interface Plan {
  types: readonly RecordType[];
  /** Their names as in a document's question: `A,AAAA`. */
  typeNames: string;
  servers: readonly ServerAddress[];
  /** Each lookup begins with another server (resolv.conf's `rotate`). */
  rotate: boolean;
  search: SearchRules;
  /** The first query goes over TCP. */
  tcp: boolean;
  /** The wait for one reply. */
  timeoutMs: number;
  /** After this time without a reply, a server is asked in the form of programs and looked at for signs of life. */
  suspectMs: number;
  /** How often a server that does not answer is asked; twice at least, the second time in the form of programs. */
  tries: number;
  /** How long a server that shows signs of life is awaited; null if the caller says how long to wait. */
  patience: Patience | null;
  life: SignsOfLife;
  /** The servers that answer only queries without EDNS, as far as this plan's lookups have shown. */
  ednsHabits: Map<string, EdnsHabit>;
  /** The servers that give the same answer with and without EDNS. */
  ednsProven: Set<string>;
  /**
   * Programs on this host send an OPT record: resolv.conf says `edns0`, and the servers are its own. Also with cookies, which
   * queries without EDNS cannot have.
   */
  programsSendEdns: boolean;
  source: string | undefined;
  /** How long programs on this host wait; null if the servers are not its resolv.conf's. */
  systemPatience: SystemPatience | null;
  /** resolv.conf says `trust-ad`, and the servers are its own. */
  trustAd: boolean;
  /** The options of resolv.conf and RES_OPTIONS, where the servers are its own; otherwise empty. */
  resolverOptions: readonly string[];
  /** resolv.conf names no nameserver, and its values that are no addresses; null if it names one or servers are given. */
  withoutNameserver: { ignored: readonly string[] } | null;
  nsid: boolean;
  /** The cookies of the servers; null if none are sent. */
  cookies: CookieJar | null;
  send: Readonly<Record<DnsTransport, SendQuery>>;
  /** The role of a server, determined once per server. */
  roleOf(server: string): MaybePromise<ResolverRole | null>;
}

/** The rules of resolv.conf that decide under which names a name is looked up. */
export interface SearchRules {
  /** Suffixes in order, without final dot; the root is `.`. */
  search: readonly string[];
  ndots: number;
  noTldQuery?: boolean;
}

/** How long programs on this host wait for the servers of a plan, in milliseconds. */
export interface Patience {
  /** For each server in one attempt, in order. */
  serversMs: readonly number[];
  /** For all servers in all attempts. */
  totalMs: number;
}

/** What the queries for one name share. */
export interface Lookup extends LookupSignals {
  plan: Plan;
  /** The plan's servers, in the order of this lookup. */
  servers: readonly ServerAddress[];
  /** On the clock of nowMs(). */
  startedMs: number;
  /** All queries are sent in the form of programs. */
  asPrograms: boolean;
  /** Aborts when the question is decided; undefined for its first query. */
  leaving?: AbortSignal | undefined;
}

export interface LookupSignals {
  /** Rejects with the signal's reason. */
  signal: AbortSignal | undefined;
  /** Ends queries under way as ECANCELED. */
  stop: AbortSignal | undefined;
}

/**
 * Completes and checks the options, and reads resolv.conf.
 *
 * @throws InvalidInputError for an invalid type, server, source or number
 * @throws CapabilityError if no server is given and this host's resolv.conf cannot be read
 */
export async function makePlan(options: ResolveOptions): Promise<Plan> {
  const conf = await resolvConfFor(options);
  const types = readTypes(options, conf);
  const servers = readServers(options, conf);
  const hasOwnServers = !hasGivenServers(options);
  const times = readTimes(options, servers.length);
  const tcp = options.tcp ?? conf.useVc;
  return {
    types,
    typeNames: types.map((type) => type.name).join(','),
    servers,
    rotate: conf.rotate && hasOwnServers,
    search: options.search === false ? { search: [], ndots: 0 } : conf,
    tcp,
    ...times,
    suspectMs: Math.ceil(times.timeoutMs / 2),
    patience: options.timeoutMs === undefined ? patienceOf(conf, servers.length) : null,
    life: new SignsOfLife(!tcp),
    ednsHabits: new Map(),
    ednsProven: new Set(),
    programsSendEdns: (conf.edns0 && hasOwnServers) || options.cookie === true,
    source: readSource(options, servers),
    systemPatience: hasOwnServers ? systemPatience(conf) : null,
    trustAd: conf.trustAd && hasOwnServers,
    resolverOptions: hasOwnServers ? conf.options : [],
    withoutNameserver:
      hasOwnServers && conf.nameservers.length === 0 ? { ignored: conf.ignoredNameservers } : null,
    nsid: options.nsid ?? false,
    cookies: options.cookie ? new CookieJar() : null,
    send: { udp: sendOverUdp, tcp: sendOverTcp },
    roleOf: cachedRoles(),
  };
}

/** If servers are given, a missing resolv.conf only means that there is no search list. */
async function resolvConfFor(options: ResolveOptions): Promise<ResolvConf> {
  if (options.resolvConf) return options.resolvConf;
  try {
    return await readResolvConf();
  } catch (error) {
    if (error instanceof CapabilityError && hasGivenServers(options)) return parseResolvConf('');
    throw error;
  }
}

function patienceOf(conf: ResolvConf, servers: number): Patience {
  const serversMs = serverPatienceMs(conf, servers);
  return { serversMs, totalMs: serversMs.reduce((sum, waitMs) => sum + waitMs, 0) * conf.attempts };
}

function cachedRoles(): Plan['roleOf'] {
  const roles = new Map<string, () => MaybePromise<ResolverRole | null>>();
  return (server) => {
    // `ADDR#PORT`: roles are known of servers on port 53 only.
    const role =
      roles.get(server) ?? (server.includes('#') ? () => null : unwrapOnceSettled(resolverRole(server)));
    roles.set(server, role);
    return role();
  };
}

// As in glibc (res_send.c), the first lookup of a process begins at a random server.
let lookups = randomBelow(0x10000);

/**
 * Begins the lookup of one name.
 *
 * @param rotation the number of lookups before this one: decides about the first server if the plan says `rotate`
 */
export function startLookup(plan: Plan, { signal, stop }: LookupSignals, rotation = lookups++): Lookup {
  return { plan, servers: rotated(plan, rotation), startedMs: nowMs(), asPrograms: false, signal, stop };
}

function rotated({ servers, rotate }: Plan, rotation: number): readonly ServerAddress[] {
  if (!rotate) return servers;
  const first = rotation % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
}

/** A cookie per server, so that servers cannot recognize the client by another's (RFC 7873 section 4.1). */
class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  of(server: ServerAddress): Cookie {
    const key = formatServer(server);
    const cookie = this.#cookies.get(key) ?? newCookie();
    this.#cookies.set(key, cookie);
    return cookie;
  }

  /** Keeps the server's part of the cookie for the next query. */
  learn(server: ServerAddress, cookie: Cookie): void {
    this.#cookies.set(formatServer(server), { client: cookie.client, server: Buffer.from(cookie.server) });
  }
}
