import type { DiscardReason } from './match.js';
import type { ServerAddress } from './server-address.js';
import type { DnsAttempt } from './types.js';

/** What all queries of one resolve() share: whom to ask, how patiently, and the record of what was sent. */
export interface Session {
  servers: readonly ServerAddress[];
  tcp: boolean;
  /** Per try. */
  timeoutMs: number;
  /** How often a silent server is asked. */
  tries: number;
  source: string | undefined;
  signal: AbortSignal | undefined;
  stop: AbortSignal | undefined;
  /** In the order sent; an attempt is listed when it starts. */
  attempts: DnsAttempt[];
  discarded: Record<string, number>;
}

/** Counts a packet that answered no question of ours. */
export function countDiscard(session: Session, reason: DiscardReason): void {
  session.discarded[reason] = (session.discarded[reason] ?? 0) + 1;
}
