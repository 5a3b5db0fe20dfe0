import { setMaxListeners } from 'node:events';
import { startDocument } from '../../document.js';
import { CapabilityError } from '../../errors.js';
import { parseResolvConf, type ResolvConf, readResolvConf } from '../../host/resolv-conf.js';
import { askType } from './ask-type.js';
import { type Combined, combine } from './combine.js';
import { checkName, withoutFinalDot } from './name.js';
import { patienceOf, type ResolveOptions, serversOf, sourceOf, typesOf } from './options.js';
import type { RecordType } from './record-type.js';
import { type SearchRules, searchNames } from './search.js';
import type { Session } from './session.js';
import type { DnsDocument } from './types.js';

/**
 * Asks resolvers for a name, on the wire and past every cache of this host, and tells all that was asked and answered.
 * All types are asked together. Servers are asked in order; one that is silent or fails yields to the next.
 *
 * A name that does not exist, or a resolver that does not answer, is a result: see `status`. With the defaults a dead
 * resolver is known as such within three seconds.
 *
 * @param name a domain name as a person writes it, internationalised or not; a final dot makes it absolute
 * @throws InvalidInputError for a name, type, server or number that cannot be asked with
 * @throws CapabilityError when no server is given and this host's resolv.conf names none
 * @throws the reason of `options.signal` when it aborts
 */
export async function resolve(name: string, options: ResolveOptions = {}): Promise<DnsDocument> {
  options.signal?.throwIfAborted();
  const checkedName = checkName(name);
  const types = typesOf(options);
  const source = sourceOf(options);
  const conf = await resolvConfFor(options);
  const servers = serversOf(options, conf);
  const session: Session = {
    servers,
    tcp: options.tcp ?? conf.useVc,
    ...patienceOf(options, servers.length),
    source,
    signal: forMany(options.signal),
    stop: forMany(options.stop),
    attempts: [],
    discarded: {},
  };
  const rules: SearchRules = options.search === false ? { search: [], ndots: 0 } : conf;
  const finish = startDocument('dns');
  const { asked, combined } = await askNames(checkedName, rules, types, session);
  return {
    ...finish(),
    question: { name: withoutFinalDot(asked), type: types.map((type) => type.name).join(',') },
    ...combined,
    attempts: session.attempts,
    discarded: session.discarded,
  };
}

interface NameResult {
  /** Absolute. */
  asked: string;
  combined: Combined;
}

/**
 * Tries the names that the search rules give, in order, until one is answered. As with glibc's res_nsearch, a name that
 * does not exist, has no data or meets SERVFAIL yields to the next; any other failure ends the search, because the
 * servers would fail the next name too.
 */
async function askNames(
  name: string,
  rules: SearchRules,
  types: readonly RecordType[],
  session: Session,
): Promise<NameResult> {
  const results: NameResult[] = [];
  for (const asked of searchNames(name, rules)) {
    if (results.length > 0 && session.stop?.aborted) break;
    const combined = combine(await Promise.all(types.map((type) => askType(asked, type, session))));
    if (combined.status === 'answered') return { asked, combined };
    results.push({ asked, combined });
    if (!['nxdomain', 'no-data', 'servfail'].includes(combined.status)) break;
  }
  // A name tried as it stands first is what was meant. Else a suffix under which the name exists says more than the rest.
  const asItStands = `${withoutFinalDot(name)}.`;
  return results.reduce((best, result) =>
    best.asked === asItStands || best.combined.status !== 'nxdomain' ? best : result,
  );
}

/** A signal that as many may listen to as there are queries under way; on the caller's own, Node warns of a leak. */
function forMany(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const own = AbortSignal.any([signal]);
  setMaxListeners(0, own);
  return own;
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
