import type { MplsEntry } from '../../src/net/packet/icmp-extensions.js';

/** The ICMP error of a router that does not forward a packet. */
export interface IcmpUnreachable {
  type: number;
  code: number;
  mtu?: number;
}

/** One router of a simulated path. */
export interface SimulatedHop {
  /** Its address; null for a router that never replies. */
  address: string | null;
  /** Further routers that share the hop. The source port chooses, like a hash of the 5-tuple. */
  siblings?: string[];
  /** Round trip from the client, milliseconds. */
  rttMs: number;
  /** Octets of the original packet in its quotes. Default: all. */
  quoteOctets?: number;
  mpls?: MplsEntry[];
  /** Which of the probes that expire here, counted from 0, get no reply. */
  loses?: number[];
  /** It forwards nothing and replies with this ICMP unreachable. */
  rejects?: IcmpUnreachable;
  /** It replies with this instead of Time Exceeded to some of the probes that expire here, counted from 0. */
  rejectsSome?: { type: number; code: number; probes: number[] };
  /** Rate limit of its ICMP errors: `burst` at once, then `perSecond`. Further ones are not sent. */
  limit?: { perSecond: number; burst: number };
  /** It forwards nothing and does not reply. */
  drops?: boolean;
  /** It rewrites the destination. Quotes of hops behind it have the new one. */
  translatesTo?: string;
  /** The NAT restores the old destination in quotes, as Linux does. */
  restoresQuotes?: boolean;
  /** A source NAT before it does not restore quotes: they have this address and port instead of the client's. */
  quotesSource?: { address: string; port: number };
}

export interface SimulatedTarget {
  rttMs: number;
  answer: 'syn-ack' | 'rst' | 'silence';
  /** Copies of each answer that arrive. */
  copies?: number;
  /** Which SYNs that reach it, counted from 0, are lost. */
  loses?: number[];
}

/** A path from the client to one target. */
export interface SimulatedPath {
  client: string;
  target: string;
  port: number;
  hops: SimulatedHop[];
  end: SimulatedTarget;
  /** Forged packets that are sent to the client after each SYN; see `forge.ts`. */
  forgeries?: Forgery[];
}

export type Forgery =
  | 'reset-wrong-acknowledgment'
  | 'syn-ack-wrong-acknowledgment'
  | 'time-exceeded-wrong-sequence'
  | 'time-exceeded-foreign-flow'
  | 'time-exceeded-bad-checksum'
  | 'truncated-icmp'
  | 'truncated-tcp'
  | 'bare-ack';
