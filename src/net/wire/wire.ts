import type { IcmpObject, MplsEntry } from '../packet/icmp-extensions.js';

/** The engines. `syn`: SYNs built here and sent through a raw socket. `connect`: SYNs of the kernel's connect(). */
export type WireMethod = 'syn' | 'connect';

/** One SYN to send. The caller chooses `id`; every event about the SYN has it. */
export interface ProbeRequest {
  id: number;
  /** TTL or hop limit, 1 to 255. */
  ttl: number;
  /** Its TTL does not expire on the way. The wire listens for its answer until it is closed. */
  isForTarget?: boolean;
}

export type WireReplyKind = 'time-exceeded' | 'syn-ack' | 'rst' | 'unreachable';

/** @asType integer @minimum 0 @maximum 65535 */
type Uint16 = number;
/** @asType integer @minimum 0 @maximum 255 */
type Uint8 = number;

/** The options of the target's SYN-ACK. A field is null where the option is missing or the engine cannot read it. */
export interface SynAckDetails {
  /** Maximum segment size, octets. */
  mss: Uint16 | null;
  /** The window as sent, before scaling. */
  window: Uint16 | null;
  /** Shift count (RFC 7323). */
  windowScale: Uint8 | null;
  sackPermitted: boolean | null;
  timestamps: boolean | null;
  /** ECE is set: the target agrees to ECN (RFC 3168 section 6.1.1). */
  ecn: boolean | null;
}

/** A reply that was matched to one probe. */
export interface WireReply {
  id: number;
  kind: WireReplyKind;
  /** The sender: the router of an ICMP error, else the target. */
  from: string;
  /** null where the time of arrival is unknown. */
  rttMs: number | null;
  icmp: { type: number; code: number; mtu: number | null } | null;
  mpls: MplsEntry[];
  /** Extension objects that are not label stacks. */
  extensions: IcmpObject[];
  /** TTL or hop limit of the reply on arrival; null where the engine cannot read it. */
  replyTtl: number | null;
  /** The quoted packet has another source or destination than the packet that was sent: there is a NAT on the path. */
  nat: boolean;
  /** null for other kinds than `syn-ack`. */
  synAck: SynAckDetails | null;
}

/** Why a packet that the engine received was not matched to a probe. Other traffic of the host is not counted. */
export type SegmentDiscard =
  | 'malformed'
  | 'checksum'
  | 'unknown-probe'
  | 'wrong-sequence'
  | 'wrong-acknowledgment'
  | 'unexpected-flags';

export interface WireListener {
  onReply(reply: WireReply): void;
  /** A packet that `isQueued` was true for has left this host. */
  onLeft?(id: number): void;
  /** The packet did not leave this host. `errno` is symbolic: EPERM, ENETUNREACH. */
  onSendError(id: number, errno: string): void;
  onDiscard(reason: SegmentDiscard): void;
}

/** Where packets leave this host. */
export interface WireRoute {
  /** null for a target on a link of this host, and for this host itself. */
  gateway: string | null;
  interface: string | null;
  /**
   * The gateway and interface of ordinary TCP connections, where they take another route: routing rules look at ports, and
   * the load can be balanced by port over several routes. Packets of a raw socket have no ports for the kernel.
   */
  tcpDiffers: string | null;
}

/** Sends the probes of one trace and receives their replies. Each engine implements it. */
export interface Wire {
  readonly method: WireMethod;
  /** The source address of the probes. */
  readonly source: string;
  /** null where the routing table cannot be read. */
  readonly route?: WireRoute | null;
  /** The longest round trip that the engine can see of an ordinary probe, milliseconds; absent where it has no limit. */
  readonly longestRttMs?: number | undefined;
  /**
   * How long a packet may wait to leave this host and still be expected to, milliseconds. Absent: two seconds, because a queue that
   * does not move by then is stuck.
   */
  readonly longestQueueMs?: number | undefined;
  send(probe: ProbeRequest): void;
  /** The packet waits for a turn of the event loop before it is handed to the kernel. Absent where none ever waits. */
  isQueued?(id: number): boolean;
  /** No answer to the probe is expected any more. Its port may be used for another probe. */
  retire?(id: number): void;
  /** Reports everything that has arrived, before it returns. A busy event loop leaves packets in the sockets. */
  receive(): void;
  /** The next hop, if it does not answer ARP or neighbour discovery; null if it answers or this is unknown. */
  silentNeighbour(): string | null;
  /** Releases every socket and port. Nothing is reported afterwards. */
  close(): void;
}

/** Where a wire sends to, and how. */
export interface WireTarget {
  address: string;
  port: number;
  /** The address to send from; null lets the kernel choose by its routes. */
  source: string | null;
  /** Use one source port for all probes. */
  paris: boolean;
  /** What the `syn` engine sends through. Default: the best that this host supports. */
  packets?: PacketChoice | undefined;
}

/** `libc`: raw sockets through koffi; `raw-socket`: raw sockets of the package of that name. */
export type PacketChoice = 'libc' | 'raw-socket';
