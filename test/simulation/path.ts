import type { MplsEntry } from '../../src/net/packet/icmp-extensions.js';

/** What a router says when it does not pass a packet on. */
export interface IcmpUnreachable {
  type: number;
  code: number;
  mtu?: number;
}

/** One router of a simulated path. */
export interface SimulatedHop {
  /** Its address; null for one that never answers. */
  address: string | null;
  /** Several routers share the hop: the source port chooses, as a hash of the 5-tuple would. */
  siblings?: string[];
  /** From the client and back. */
  rttMs: number;
  /** Octets of the original packet it quotes; all of them when left out. */
  quoteOctets?: number;
  mpls?: MplsEntry[];
  /** Which of the probes that expire here, counted from 0, get no answer. */
  loses?: number[];
  /** It passes nothing on and says so with this ICMP unreachable. */
  rejects?: IcmpUnreachable;
  /** It says this instead of time exceeded to some of the probes that expire here, counted from 0. */
  rejectsSome?: { type: number; code: number; probes: number[] };
  /** It sends no more ICMP errors than this; the rest are lost. `burst` at once, then `perSecond`. */
  limit?: { perSecond: number; burst: number };
  /** It passes nothing on and says nothing. */
  drops?: boolean;
  /** It rewrites the destination, and quotes from behind it show the new one. */
  translatesTo?: string;
  /** The translator puts the old destination back into the quotes that pass it, as Linux does. */
  restoresQuotes?: boolean;
  /** A source translator before it did not restore the quote: this stands there in place of our address and port. */
  quotesSource?: { address: string; port: number };
}

export interface SimulatedTarget {
  rttMs: number;
  answer: 'syn-ack' | 'rst' | 'silence';
  /** How often each answer arrives. */
  copies?: number;
  /** Which SYNs that reach it, counted from 0, are lost. */
  loses?: number[];
}

/** A way from the client to one target, as data. */
export interface SimulatedPath {
  client: string;
  target: string;
  port: number;
  hops: SimulatedHop[];
  end: SimulatedTarget;
  /** Packets nobody asked for, sent to the client after each SYN; see `forge.ts`. */
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
