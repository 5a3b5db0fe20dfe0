import type { DnsAttempt, DnsDocument } from './types.js';

type Asked = Pick<DnsDocument, 'server' | 'transport' | 'attempts' | 'durationMs'>;

/**
 * How long the slowest reply of the server that decided took to come, milliseconds; null when it sent none. The document's
 * own `durationMs` is of all that was done, servers that did not answer and this program's own work included.
 */
export function replyTimeMs({ server, attempts }: Pick<Asked, 'server' | 'attempts'>): number | null {
  const replies = attempts.filter((attempt) => attempt.server === server && isReply(attempt));
  return replies.length === 0 ? null : Math.max(...replies.map(({ durationMs }) => durationMs));
}

/** Whether every query went to the server that decided, over the transport that did, and was answered. */
export function isAnsweredAtOnce({ server, transport, attempts }: Omit<Asked, 'durationMs'>): boolean {
  return attempts.every((each) => each.server === server && each.transport === transport && isReply(each));
}

/** What the network took: the slowest reply, or all of it where something was passed over or asked again. */
export function lookupTimeMs(document: Asked): number {
  const replyMs = isAnsweredAtOnce(document) ? replyTimeMs(document) : null;
  return replyMs ?? document.durationMs;
}

/** Whether a server said something in this try, be it a refusal or what nobody can read. */
function isReply({ outcome }: DnsAttempt): boolean {
  return outcome !== 'timeout' && outcome !== 'unreachable' && outcome !== 'error';
}
