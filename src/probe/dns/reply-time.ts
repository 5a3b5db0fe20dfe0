import type { DnsAttempt, DnsDocument } from './types.js';

/** Whether a server said something in this try, be it a refusal or what nobody can read. */
export function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error';
}

/**
 * How long the slowest reply of the server that decided took to come, milliseconds; null when it sent none. The document's
 * own `durationMs` is of all that was done, servers that did not answer and this program's own work included.
 */
export function replyTimeMs({ server, attempts }: Pick<DnsDocument, 'server' | 'attempts'>): number | null {
  const replies = attempts.filter((attempt) => attempt.server === server && isReply(attempt));
  return replies.length === 0 ? null : Math.max(...replies.map(({ durationMs }) => durationMs));
}
