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
  /**
   * TTL or hop limit that the answer arrived with: 64, 128 or 255 less the hops it came over. null where the engine
   * cannot see it; absent in documents of before it was kept.
   */
  replyTtl?: number | null;
}

export interface TraceHop {
  ttl: number;
  probes: TraceProbe[];
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
  /** Packets received that answered no probe of ours, by reason. */
  discarded: Record<string, number>;
  resolution: DnsDocument | null;
}

/** A trace that had somewhere to go. */
export interface AddressTrace extends TraceDocument {
  address: string;
}
