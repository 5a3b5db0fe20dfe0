import type { TraceOutcome, TraceProbe } from './types.js';

/** How an answer can end a path. */
export type Ending = Extract<TraceOutcome, 'open' | 'closed' | 'prohibited' | 'unreachable'>;

export interface ProbeState {
  ttl: number;
  ending: Ending | null;
  result: TraceProbe | null;
  /** When its latest packet was sent. */
  sentAtMs: number;
  sent: number;
}

export interface HopState {
  probes: ProbeState[];
  /** One of its probes was sent again, because all were silent. */
  isAskedAgain: boolean;
  /** Grows with every answer. */
  changes: number;
}

/** One SYN on the wire; a probe that was asked again has two. */
export interface PacketState {
  probe: ProbeState;
  sentAtMs: number;
  isSecond: boolean;
  /** Its wait is over; a reply after that is late. */
  isExpired: boolean;
  isAnswered: boolean;
}
