import { CapabilityError } from '../../core/errors.js';
import { type MaybePromise, unwrapOnceSettled } from '../../core/maybe-promise.js';
import type { DnsAttempt, DnsTransport } from '../../documents/dns.js';
import {
  parseResolvConf,
  type ResolvConf,
  readResolvConf,
  type SystemPatience,
  systemPatience,
} from '../../host/resolv-conf.js';
import { type ResolverRole, resolverRole } from '../../host/resolver-role.js';
import { formatServer, type ServerAddress } from '../../target/server.js';
import { type Cookie, newCookie } from './edns.js';
import type { Ask, DiscardReason } from './exchange.js';
import { patienceOf, type ResolveOptions, serversOf, sourceOf, typesOf } from './options.js';
import type { RecordType } from './record-type.js';
import type { SearchRules } from './search.js';
import { askTcp } from './tcp.js';
import { askUdp } from './udp.js';

/** How to ask, checked and complete: what the look-ups of many names share. */
export interface Plan {
  types: readonly RecordType[];
  /** Their names as a document tells them: `A,AAAA`. */
  typeNames: string;
  /** In order. With `rotate` each look-up begins with another. */
  servers: readonly ServerAddress[];
  rotate: boolean;
  rules: SearchRules;
  tcp: boolean;
  /** Per try. */
  timeoutMs: number;
  /** How often a silent server is asked. */
  tries: number;
  source: string | undefined;
  /** How long programs on this host wait; null where the servers are not its resolv.conf's. */
  systemPatience: SystemPatience | null;
  /** resolv.conf says `trust-ad`, and the servers are its own. */
  trustAd: boolean;
  nsid: boolean;
  /** Each server's cookie; null: none are sent. */
  cookies: CookieJar | null;
  ask: Readonly<Record<DnsTransport, Ask>>;
  /** What a server is, found out once. */
  roleOf(server: string): MaybePromise<ResolverRole | null>;
}

/** What all queries for one name share: whom to ask, how patiently, and the record of what was sent. */
export interface Session {
  plan: Plan;
  /** The plan's, in this name's order. */
  servers: readonly ServerAddress[];
  signal: AbortSignal | undefined;
  stop: AbortSignal | undefined;
  /** In the order sent; an attempt is listed when it starts. */
  attempts: DnsAttempt[];
  discarded: Record<string, number>;
}

/** Begins the look-up of one name. `turn` counts look-ups, from anywhere: resolv.conf's `rotate` goes by it. */
export function startSession(plan: Plan, turn: number, signals: Pick<Session, 'signal' | 'stop'>): Session {
  const { signal, stop } = signals;
  return { plan, servers: serversFrom(plan, turn), signal, stop, attempts: [], discarded: {} };
}

function serversFrom({ servers, rotate }: Plan, turn: number): readonly ServerAddress[] {
  if (!rotate) return servers;
  const first = turn % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
}

/** Counts a packet that answered no question of ours. */
export function countDiscard(session: Session, reason: DiscardReason): void {
  session.discarded[reason] = (session.discarded[reason] ?? 0) + 1;
}

/** A cookie for each server: none learns what another was given (RFC 7873 section 4.1). */
class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  of(server: ServerAddress): Cookie {
    const key = formatServer(server);
    const cookie = this.#cookies.get(key) ?? newCookie();
    this.#cookies.set(key, cookie);
    return cookie;
  }

  /** Keeps what the server added to our cookie. */
  learn(server: ServerAddress, cookie: Cookie): void {
    this.#cookies.set(formatServer(server), { client: cookie.client, server: Buffer.from(cookie.server) });
  }
}

/**
 * Checks the options once and reads resolv.conf.
 *
 * @throws InvalidInputError for a type, server, source or number that cannot be asked with
 * @throws CapabilityError when no server is given and this host's resolv.conf names none
 */
export async function planOf(options: ResolveOptions): Promise<Plan> {
  const types = typesOf(options);
  const conf = await resolvConfFor(options);
  const servers = serversOf(options, conf);
  const ownServers = (options.servers ?? []).length === 0;
  return {
    types,
    typeNames: types.map((type) => type.name).join(','),
    servers,
    rotate: conf.rotate && ownServers,
    rules: options.search === false ? { search: [], ndots: 0 } : conf,
    tcp: options.tcp ?? conf.useVc,
    ...patienceOf(options, servers.length),
    source: sourceOf(options, servers),
    systemPatience: ownServers ? systemPatience(conf) : null,
    trustAd: conf.trustAd && ownServers,
    nsid: options.nsid ?? false,
    cookies: options.cookie ? new CookieJar() : null,
    ask: { udp: askUdp, tcp: askTcp },
    roleOf: rolesKeeper(),
  };
}

function rolesKeeper(): Plan['roleOf'] {
  const roles = new Map<string, () => MaybePromise<ResolverRole | null>>();
  return (server) => {
    // On another port is another server.
    const role =
      roles.get(server) ?? (server.includes('#') ? () => null : unwrapOnceSettled(resolverRole(server)));
    roles.set(server, role);
    return role();
  };
}

/** With servers given, a host without resolv.conf merely has no search list. */
async function resolvConfFor(options: ResolveOptions): Promise<ResolvConf> {
  if (options.resolvConf) return options.resolvConf;
  try {
    return await readResolvConf();
  } catch (error) {
    const needed = (options.servers ?? []).length === 0;
    if (needed || !(error instanceof CapabilityError)) throw error;
    return parseResolvConf('');
  }
}
