import type { Behaviour } from '../../probe/dns/server.js';
import type { PathBehaviour } from '../../simulation/answers.js';
import type { Case } from '../case.js';

/** A server of the case, started among the servers at `address:port`. */
export type Serve = (place: { address: string; port: number }) => Promise<void>;

/**
 * A situation on the network of network.ts. In every text `{net}` stands for the first three numbers of the network of this
 * case's servers, `{here}` for those of the client's own link, `{far}` for those of the link behind the router, `{net6}` for
 * the first two groups of the servers' network, `{ca}` for the path of the authority's certificate. The client is `{here}.10`,
 * its gateway `{here}.1`, the resolver of the case `{net}.53`.
 */
export interface NetworkCase extends Case {
  /** Shell commands; `client` and `router` run their arguments in that namespace. */
  setUp?: string;
  /** Files of this host in place of its own. Default: `/etc/resolv.conf` names the resolver of the case. */
  files?: Readonly<Record<string, string>>;
  /** Addresses of each name; a name that is not here does not exist. */
  zone?: Readonly<Record<string, readonly string[]>>;
  /** DNS servers by address. */
  resolvers?: Readonly<Record<string, Behaviour>>;
  /** Servers by `address:port`. */
  servers?: Readonly<Record<string, Serve>>;
  /** Programs that run on the client during the steps, which begin when each of them has written something to its standard output. */
  onClient?: readonly (readonly string[])[];
}

/** A path that a TUN responder plays to all packets for `target`. */
export interface PathCase extends Case {
  target: string;
  path: PathBehaviour;
}
