import type { DnsDocument } from './dns.js';
import type { DocumentHeader, OfInputLine } from './header.js';
import type { Count, Errno, Hostname, IpAddress, Ms, Octet, Percent, Port } from './scalars.js';

/**
 * The outcome of a connect(). `prohibited`: an ICMP "administratively prohibited" came; `unreachable`: another ICMP unreachable
 * came, a neighbour did not answer, or this host has no route; `denied`: this host's own policy or firewall refused.
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
 * What led to the status of an attempt, as far as this host can know. `icmp`: an ICMP error, described by `icmp` and `from`;
 * `local-firewall`: this host's own firewall rejected or dropped the SYN; `local-policy`: a security module, a seccomp filter
 * or a BPF program refused the call; `silent-neighbour`: no host on the link answers for the address of the next hop.
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
  | 'no-memory'
  | 'no-source-address'
  | 'source-family'
  | 'canceled';

/** The type and code of an ICMP or ICMPv6 message. */
export interface IcmpCode {
  type: Octet;
  code: Octet;
}

/**
 * What the target did with a connection that it had accepted, before this host sent anything: `open`: nothing, or it sent data;
 * `closed`: it closed it (FIN); `reset`: it reset it (RST). A proxy or load balancer without a working backend does so.
 */
export interface TcpAfterOpen {
  end: 'open' | 'closed' | 'reset';
  /** From the SYN-ACK to that event, or to the end of the watch. */
  afterMs: Ms;
}

/**
 * One connection attempt to one address.
 *
 * @if { properties: { status: { const: 'open' } } }
 * @then { properties: { errno: { type: 'null' } } }
 */
export interface TcpAttempt {
  address: IpAddress;
  port: Port;
  status: TcpStatus;
  /** The errno of connect(2); null when the connection opened or when our timeout ended the attempt. */
  errno: Errno | null;
  /** This host's own routes or policy decided, and no packet was sent. */
  local: boolean;
  /** From the SYN to the answer, by the kernel's clock where it tells; to the end of the wait where no answer came. */
  durationMs: Ms;
  localAddress: IpAddress | null;
  localPort: Port | null;
  /** null where it is not known. Absent, like the members below, in documents of earlier versions. */
  cause?: TcpCause | null;
  /** Who answered: the target, or the sender of the ICMP error; null when no answer came or its sender is not known. */
  from?: IpAddress | null;
  /** The ICMP error that ended the attempt. */
  icmp?: IcmpCode | null;
  /** SYNs sent again before the end; null where it is not known or no SYN was sent. */
  retransmits?: Count | null;
  /**
   * Of an open connection: whether the answer is to a later SYN than the first. false: SYN 1 was answered, however late; true:
   * SYN 1 or its answer was lost; null where it is not known which SYN was answered.
   */
  firstSynLost?: boolean | null;
  /**
   * Of an open connection: the receive window that the SYN-ACK offers, octets (TCP_INFO, tcpi_snd_wnd, since Linux 5.4); null where it
   * is not known.
   */
  window?: Count | null;
  /** Absent where the connection was not watched. */
  afterOpen?: TcpAfterOpen | null;
  /** Of a `silent-neighbour`: the address of the gateway, or that of the target on the same link. */
  neighbour?: IpAddress | null;
  /** The first line that the service sent; null when it sent none. Present only where it was requested. */
  banner?: string | null;
}

/** The statistics of all attempts on one address, as ping(8) prints them. */
export interface TcpStatistics {
  address: IpAddress;
  /** Attempts that ended by themselves or by their timeout. */
  sent: Count;
  /** Of them, those that the target answered: open, refused or reset. */
  answered: Count;
  open: Count;
  /** The share without an answer; null when nothing was sent. */
  lossPercent: Percent | null;
  /** The times of the answered attempts, or null if no attempt was answered. */
  minMs: Ms | null;
  avgMs: Ms | null;
  maxMs: Ms | null;
  /** The standard deviation. */
  mdevMs: Ms | null;
}

/** `pprobe tcp --json`, and one of `observations.tcp`. */
export interface TcpDocument extends DocumentHeader<'tcp'>, OfInputLine {
  host: Hostname;
  port: Port;
  /** The best of all attempts; `error` when the name gave no address. */
  status: TcpStatus;
  attempts: TcpAttempt[];
  /** One per address, where there was more than one attempt on each. */
  statistics?: TcpStatistics[];
  /** How the name became addresses; null for an address or a name of the hosts file. */
  resolution: DnsDocument | null;
}
