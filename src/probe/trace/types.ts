import type { DocumentHeader } from '../../document.js';
import type { DnsDocument } from '../dns/types.js';

export type TraceMethod = 'syn' | 'connect';

export type TraceOutcome = 'open' | 'closed' | 'filtered' | 'prohibited' | 'unreachable' | 'interrupted';

export type TraceStop = 'destination' | 'unreachable' | 'gap-limit' | 'max-ttl' | 'abort';

export type ReplyKind = 'time-exceeded' | 'syn-ack' | 'rst' | 'unreachable' | 'none' | 'send-error';

/** One label stack entry of RFC 4950. */
export interface MplsLabel {
  label: number;
  /** Traffic class, three bits. */
  tc: number;
  /** Bottom of stack. */
  bottom: boolean;
  ttl: number;
}

/** An ICMP extension object other than an MPLS stack (RFC 4884 section 8), as it stood on the wire. */
export interface IcmpObject {
  /** Class number and class type: 2 is the interface information of RFC 5837, 3 that of RFC 8335. */
  class: number;
  type: number;
  /** The payload, hexadecimal. */
  data: string;
}

/** What the target's SYN-ACK offered. Each field is null where the engine could not see it. */
export interface SynAckDetails {
  /** Maximum segment size, octets; null also when the option was missing. */
  mss: number | null;
  /** As sent, before scaling. */
  window: number | null;
  /** Shift count of RFC 7323; null when not offered. */
  windowScale: number | null;
  sackPermitted: boolean | null;
  timestamps: boolean | null;
  /** ECN agreed to (ECE set in the SYN-ACK, RFC 3168 section 6.1.1). */
  ecn: boolean | null;
}

/** One SYN at one TTL and its answer. */
export interface TraceProbe {
  reply: ReplyKind;
  from: string | null;
  rttMs: number | null;
  icmp: { type: number; code: number } | null;
  /** As traceroute prints it: `!X`, `!H`, `!N`, … */
  annotation: string | null;
  mpls: MplsLabel[];
  /** The answer came after the wait for it had ended. */
  late: boolean;
  /** The quoted destination is not the one we sent to: something on the path translates addresses. */
  nat: boolean;
  /** Of a `send-error`: `EPERM`, `ENETUNREACH`. */
  errno: string | null;
  /** How often the SYN was sent: twice where the whole hop was silent at first. */
  sent: number;
  /** Further copies of the answer that arrived: a SYN-ACK sent again, a packet doubled on the path. */
  duplicates: number;
  /** TTL or hop limit of the reply on arrival. */
  replyTtl: number | null;
  /** Routers on the way back, guessed from `replyTtl` and the usual initial TTLs 64, 128 and 255. */
  backwardHops: number | null;
  /** Next-hop MTU of a `!F`, octets. */
  mtu: number | null;
  /** Extension objects that are not MPLS stacks. */
  extensions: IcmpObject[];
  /** Of a `syn-ack`. */
  synAck: SynAckDetails | null;
}

export interface TraceHop {
  ttl: number;
  probes: TraceProbe[];
  /** Some answers are missing although nothing behind this hop lost any: it limits its ICMP errors, it loses no traffic. */
  rateLimited: boolean;
}

/** The same routers answering in turn at rising TTLs. */
export interface RoutingLoop {
  /** The TTL at which the first router of the loop answered first. */
  firstTtl: number;
  /** Addresses in the order in which the packets pass them; two or more. */
  members: string[];
}

/** `pprobe trace --json`, and one of `observations.trace`. */
export interface TraceDocument extends DocumentHeader<'trace'> {
  host: string;
  /** null when the name gave none; `resolution` tells why. */
  address: string | null;
  port: number;
  /** The source address of the probes. */
  source: string | null;
  method: TraceMethod;
  outcome: TraceOutcome;
  stoppedBy: TraceStop;
  /** The lowest TTL that reached what ended the trace; null when nothing did. */
  destinationTtl: number | null;
  hops: TraceHop[];
  /** null where no loop was seen. */
  loop: RoutingLoop | null;
  /** The smallest MTU that a `!F` named, octets; null when none did. */
  pathMtu: number | null;
  /** Packets received that answered no probe of ours, by reason. */
  discarded: Record<string, number>;
  resolution: DnsDocument | null;
}

/** A trace that had somewhere to go. */
export interface AddressTrace extends TraceDocument {
  address: string;
}
