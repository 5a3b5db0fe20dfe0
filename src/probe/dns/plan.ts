import { CapabilityError } from '../../errors.js';
import { parseResolvConf, type ResolvConf, readResolvConf } from '../../host/resolv-conf.js';
import { type ResolverRole, resolverRole } from '../../host/resolver-role.js';
import { systemPatience } from '../../host/system-patience.js';
import { kept, type Soon } from '../../soon.js';
import { patienceOf, type ResolveOptions, serversOf, sourceOf, typesOf } from './options.js';
import { CookieJar, type Plan } from './session.js';
import { askTcp } from './tcp.js';
import { askUdp } from './udp.js';

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
  const roles = new Map<string, () => Soon<ResolverRole | null>>();
  return (server) => {
    // On another port is another server.
    const role = roles.get(server) ?? (server.includes('#') ? () => null : kept(resolverRole(server)));
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
