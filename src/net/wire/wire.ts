import type { IcmpObject, MplsEntry } from '../packet/icmp-extensions.js';

/** The two ways to send a SYN. `syn`: built here, through a raw socket. `connect`: by the kernel's own connect(). */
export type WireMethod = 'syn' | 'connect';

/** One SYN to be sent. `id` is the caller's and comes back with every event about it. */
export interface ProbeRequest {
  id: number;
  /** TTL or hop limit, 1 to 255. */
  ttl: number;
}

export type WireReplyKind = 'time-exceeded' | 'syn-ack' | 'rst' | 'unreachable';

/** @asType integer @minimum 0 @maximum 65535 */
type Uint16 = number;
/** @asType integer @minimum 0 @maximum 255 */
type Uint8 = number;

/** What the target's SYN-ACK offered. A field is null where the option was missing or the engine cannot see it. */
export interface SynAckDetails {
  /** Maximum segment size, octets. */
  mss: Uint16 | null;
  /** As sent, before scaling. */
  window: Uint16 | null;
  /** Shift count (RFC 7323). */
  windowScale: Uint8 | null;
  sackPermitted: boolean | null;
  timestamps: boolean | null;
  /** ECE was set, which agrees to ECN (RFC 3168 section 6.1.1). */
  ecn: boolean | null;
}

/** A reply that belongs to one of our probes beyond doubt. */
export interface WireReply {
  id: number;
  kind: WireReplyKind;
  /** Who sent it: the router of an ICMP error, else the target. */
  from: string;
  /** null where the engine could not tell when the reply came. */
  rttMs: number | null;
  icmp: { type: number; code: number; mtu: number | null } | null;
  mpls: MplsEntry[];
  /** Extension objects that are not label stacks. */
  extensions: IcmpObject[];
  /** The reply's own TTL on arrival, which tells the length of the way back; null where the engine cannot see it. */
  replyTtl: number | null;
  /** The quote names another destination or source than the packet had here: an address translator on the path. */
  nat: boolean;
  /** Of a `syn-ack`. */
  synAck: SynAckDetails | null;
}

/** Why a packet that reached the engine was not a reply. Ordinary traffic of the host is not counted. */
export type SegmentDiscard =
  | 'malformed'
  | 'checksum'
  | 'unknown-probe'
  | 'wrong-sequence'
  | 'wrong-acknowledgment'
  | 'unexpected-flags';

export interface WireListener {
  onReply(reply: WireReply): void;
  /** The packet never left this host. `errno` is symbolic: EPERM, ENETUNREACH. */
  onSendError(id: number, errno: string): void;
  onDiscard(reason: SegmentDiscard): void;
}

/** Where one trace's probes leave and their replies come in. One file per engine implements it. */
export interface Wire {
  readonly method: WireMethod;
  /** The address the probes are sent from. */
  readonly source: string;
  send(probe: ProbeRequest): void;
  /** Reports, before it returns, whatever has arrived by now: a busy event loop may have left it in the sockets. */
  receive(): void;
  /** The next hop, where this host has asked for its link-layer address in vain; null when it answers or nobody knows. */
  silentNeighbour(): string | null;
  /** Frees every socket and port. Nothing is reported afterwards. */
  close(): void;
}

/** What a wire is opened for. */
export interface WireTarget {
  address: string;
  port: number;
  /** The address to send from; the kernel's choice by its routes when null. */
  source: string | null;
  /** One source port for all probes. */
  paris: boolean;
  /** What the `syn` engine sends through; what the host can best do when left out. */
  packets?: PacketChoice | undefined;
}

/** `libc`: raw sockets through koffi; `raw-socket`: through the package of that name. */
export type PacketChoice = 'libc' | 'raw-socket';
