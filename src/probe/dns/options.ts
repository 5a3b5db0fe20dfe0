import { CapabilityError, InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import type { ResolvConf } from '../../host/resolv-conf.js';
import { checkSource } from '../../host/source.js';
import { parseServer, type ServerAddress } from '../../target/server.js';
import { type RecordType, recordTypeOf } from './record-type.js';

/** How to ask. */
export interface ResolveOptions {
  /** Record types, asked together. Default A and AAAA. */
  types?: readonly string[] | undefined;
  /** `ADDR` or `ADDR#PORT`, asked in order. Default: the nameservers of resolv.conf. */
  servers?: readonly string[] | undefined;
  /** Ask over TCP at once, not only after a truncated reply. Default: what resolv.conf's `use-vc` says. */
  tcp?: boolean | undefined;
  /**
   * Wait for one reply, 1 to 60000. Default: what lets all tries at all servers end within three seconds, but no less
   * than 300 and no more than 1000. resolv.conf's own timeout, five seconds, is made for waiting, not for finding out.
   */
  timeoutMs?: number | undefined;
  /** How often a silent server is asked, 1 to 10. Default 2. */
  tries?: number | undefined;
  /** Apply resolv.conf's search list and ndots. Default true. */
  search?: boolean | undefined;
  /** The local address to ask from, for servers of its family. One that this host does not have is invalid input. */
  source?: string | undefined;
  /** Ask the servers for their names for themselves (NSID, RFC 5001). Default false. */
  nsid?: boolean | undefined;
  /** Send cookies and hold the replies to them (RFC 7873). Default false. */
  cookie?: boolean | undefined;
  /** What to go by instead of this host's /etc/resolv.conf. */
  resolvConf?: ResolvConf | undefined;
  /** Rejects with the signal's reason and closes every socket. */
  signal?: AbortSignal | undefined;
  /** Finish now: the document then tells what is known so far. */
  stop?: AbortSignal | undefined;
}

const defaultTypes = ['A', 'AAAA'];
const defaultTries = 2;
const budgetMs = 3000;
const mostTypes = 20;

/**
 * Reads the types asked for, each once.
 *
 * @throws InvalidInputError for an unknown type, for none and for more than twenty
 */
export function typesOf(options: ResolveOptions): RecordType[] {
  const types = (options.types ?? defaultTypes).map((text) => recordTypeOf(text));
  if (types.length < 1 || types.length > mostTypes) {
    throw new InvalidInputError(
      'type',
      `type is given ${types.length} times: ask for 1 to ${mostTypes} types`,
    );
  }
  return [...new Map(types.map((type) => [type.number, type])).values()];
}

/**
 * The servers to ask: those given, or resolv.conf's.
 *
 * @throws InvalidInputError for a server that is no address
 * @throws CapabilityError when none is given and resolv.conf has none
 */
export function serversOf(options: ResolveOptions, conf: ResolvConf): ServerAddress[] {
  const given = options.servers ?? [];
  if (given.length > 0) return given.map((text) => parseServer(text));
  if (conf.nameservers.length > 0) return conf.nameservers.map((address) => parseServer(address));
  const ignored = conf.ignoredNameservers.map(quoted).join(', ');
  throw new CapabilityError(
    '/etc/resolv.conf',
    `/etc/resolv.conf names no nameserver${ignored && ` that is an address (it says ${ignored})`}, so there is nobody to ask; ` +
      'name one with --server ADDR',
  );
}

/**
 * How long to wait for one reply and how often to ask.
 *
 * @throws InvalidInputError when either is out of range
 */
export function patienceOf(
  options: ResolveOptions,
  serverCount: number,
): { timeoutMs: number; tries: number } {
  const tries = options.tries ?? defaultTries;
  if (!Number.isInteger(tries) || tries < 1 || tries > 10) {
    throw new InvalidInputError('tries', `tries is ${tries}: it is a whole number from 1 to 10`);
  }
  const share = Math.floor(budgetMs / (tries * serverCount));
  const timeoutMs = options.timeoutMs ?? Math.min(1000, Math.max(300, share));
  if (!(timeoutMs >= 1 && timeoutMs <= 60_000)) {
    throw new InvalidInputError('timeout', `timeout is ${timeoutMs}: it is in milliseconds, from 1 to 60000`);
  }
  return { timeoutMs, tries };
}

/** @throws InvalidInputError when the source is no address, or of a family that none of the servers has */
export function sourceOf({ source }: ResolveOptions, servers: readonly ServerAddress[]): string | undefined {
  if (source !== undefined) {
    checkSource(
      source,
      servers.map(({ address }) => address),
    );
  }
  return source;
}
