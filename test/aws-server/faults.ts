import type { Lie } from './exchange.js';

/** What goes wrong with a call. */
export type AwsFault =
  /** The caller lacks the permission. */
  | { kind: 'denied' }
  /** The first calls are refused because there were too many; `times` absent: all of them. */
  | { kind: 'throttled'; times?: number }
  /** The request is read, and nothing is answered. */
  | { kind: 'silent' }
  /** The answer ends in its middle. */
  | { kind: 'cut' }
  /** The answer comes late. */
  | { kind: 'slow'; delayMs: number }
  /** The page of a proxy in place of the answer. */
  | { kind: 'proxy-page' }
  /** The right status and type, and a body that is neither XML nor JSON. */
  | { kind: 'damaged' }
  /** The header of the answer does not end. */
  | { kind: 'endless-header' }
  /** The body of the answer does not end. */
  | { kind: 'endless-body' }
  /** The body comes an octet at a time. */
  | { kind: 'drip'; delayMs: number }
  /** The whole answer with another content type. */
  | { kind: 'mistyped'; type: string }
  /** The first half of the body, as if it were the whole. */
  | { kind: 'half' }
  /** A JSON body whose first member comes twice, the first time with another value. */
  | { kind: 'repeated-key' }
  /** Sent elsewhere. */
  | { kind: 'redirect'; to: string }
  /** The credentials have expired. */
  | { kind: 'expired' }
  /** An error with a code of its own. */
  | { kind: 'error'; code: string; status: number; message: string }
  /** An answer in the right form that is not true. */
  | { kind: 'lying'; lie: Lie };

/** Faults by `service:Action`, by service, or `*` for all. The most specific one counts. */
export type AwsFaults = Readonly<Record<string, AwsFault>>;

/** The faults of one Region's services, where a test has several at once. */
export type FaultsByRegion = Readonly<Record<string, AwsFaults>>;

export function faultOf(faults: AwsFaults, service: string, action: string): AwsFault | undefined {
  return faults[`${service}:${action}`] ?? faults[service] ?? faults['*'];
}
