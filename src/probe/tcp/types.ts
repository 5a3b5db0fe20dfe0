import type { DocumentHeader } from '../../document.js';
import type { DnsDocument } from '../dns/types.js';

/**
 * What connect() came to. `prohibited`: an ICMP administratively-prohibited surfaced; `unreachable`: an ICMP
 * unreachable, a silent neighbour or no local route; `denied`: this host's own policy refused (EPERM,
 * EACCES).
 */
export type TcpStatus =
  | 'open'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'prohibited'
  | 'unreachable'
  | 'denied'
  | 'error';

/** One connection attempted to one address. */
export interface TcpAttempt {
  address: string;
  port: number;
  status: TcpStatus;
  /**
   * The symbolic errno of connect(2): `ECONNREFUSED`. null when it opened or when our own timeout ended it.
   */
  errno: string | null;
  /** connect(2) itself failed: this host's own routes or policy decided, and no packet left. */
  local: boolean;
  durationMs: number;
  localAddress: string | null;
  localPort: number | null;
}

/** `pprobe tcp --json`, and one of `observations.tcp`. */
export interface TcpDocument extends DocumentHeader<'tcp'> {
  host: string;
  port: number;
  /** The best of the attempts; `error` when the name gave no address to try. */
  status: TcpStatus;
  attempts: TcpAttempt[];
  /** How the name became addresses; null for a literal address or a name in the hosts file. */
  resolution: DnsDocument | null;
}
