import type { DnsDocument } from './dns.js';
import type { DocumentHeader } from './header.js';

/**
 * What connect() came to. `prohibited`: an ICMP administratively-prohibited surfaced; `unreachable`: an ICMP
 * unreachable, a silent neighbour or no local route; `denied`: this host's own policy refused (EPERM, EACCES, its own
 * firewall).
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

/**
 * From what serves the user most to what says least. First what the target's own stack said (open, refused, reset), then
 * what something in between said (prohibited). Then what this host decided (denied), before that there is no way
 * (unreachable): the first is a rule that somebody made and can change, while the second is what every host without IPv6
 * says of every AAAA, and must not hide it. Then silence; an error of ours says nothing of the network.
 */
const fromBest: readonly TcpStatus[] = [
  'open',
  'refused',
  'reset',
  'prohibited',
  'denied',
  'unreachable',
  'timeout',
  'error',
];

/** The status of several attempts taken together: the best one decides. `error` when there was none. Pure. */
export function bestStatus(statuses: Iterable<TcpStatus>): TcpStatus {
  const seen = new Set(statuses);
  return fromBest.find((status) => seen.has(status)) ?? 'error';
}

/** Whether the first says more than the second. Pure. */
export function isBetterStatus(first: TcpStatus, second: TcpStatus): boolean {
  return fromBest.indexOf(first) < fromBest.indexOf(second);
}

/**
 * How an attempt came to its status, as far as this host can know it. `icmp`: an ICMP error, told in `icmp` and `from`;
 * `local-firewall`: this host's own output rejected or dropped the SYN; `local-policy`: a security module, a seccomp or BPF
 * filter; `silent-neighbour`: nobody on the link answers for the next hop's address.
 */
export type TcpCause =
  | 'syn-ack'
  | 'rst'
  | 'rst-after-syn-ack'
  | 'icmp'
  | 'silence'
  | 'silent-neighbour'
  | 'no-route'
  | 'unreachable-route'
  | 'prohibit-route'
  | 'blackhole-route'
  | 'zone-missing'
  | 'local-firewall'
  | 'local-policy'
  | 'no-descriptors'
  | 'no-ports'
  | 'no-source-address'
  | 'source-family'
  | 'canceled';

/** One connection attempted to one address. */
export interface TcpAttempt {
  address: string;
  port: number;
  status: TcpStatus;
  /**
   * The symbolic errno of connect(2): `ECONNREFUSED`. null when it opened or when our own timeout ended it.
   */
  errno: string | null;
  /** This host's own routes or policy decided, and no packet left. */
  local: boolean;
  /**
   * From the SYN to the answer, the kernel's own times where it tells them; to the end of the wait where no answer came.
   */
  durationMs: number;
  localAddress: string | null;
  localPort: number | null;
  /** null where it is not known, as through node:net. Absent, as the rest below, in documents of earlier versions. */
  cause?: TcpCause | null;
  /** Who answered: the target, or the sender of the ICMP error; null when nobody did, or it is not known who. */
  from?: string | null;
  /** The ICMP or ICMPv6 error that ended the attempt. */
  icmp?: { type: number; code: number } | null;
  /** SYNs sent again before the end; null where it is not known or none was sent. */
  retransmits?: number | null;
  /** Of a `silent-neighbour`: the gateway's address or the target's own. */
  neighbour?: string | null;
  /** The first line of a service that speaks first, as it came; null when it kept silent. Only where it was asked for. */
  banner?: string | null;
}

/** All attempts on one address, as ping(8) sums them up. */
export interface TcpStatistics {
  address: string;
  /** Attempts that came to an end by themselves or by their timeout. */
  sent: number;
  /** Of them, those that the target answered: open, refused or reset. */
  answered: number;
  open: number;
  /** Without an answer, 0 to 100; null when nothing was sent. */
  lossPercent: number | null;
  /** Over the answered attempts; null where there is none. mdev is the standard deviation. */
  minMs: number | null;
  avgMs: number | null;
  maxMs: number | null;
  mdevMs: number | null;
}

/** `pprobe tcp --json`, and one of `observations.tcp`. */
export interface TcpDocument extends DocumentHeader<'tcp'> {
  host: string;
  port: number;
  /** The best of the attempts; `error` when the name gave no address to try. */
  status: TcpStatus;
  attempts: TcpAttempt[];
  /** One for each address, where there was more than one attempt on each. */
  statistics?: TcpStatistics[];
  /** How the name became addresses; null for a literal address or a name in the hosts file. */
  resolution: DnsDocument | null;
}
