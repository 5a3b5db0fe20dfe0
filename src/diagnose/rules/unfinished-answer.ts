import { count, duration } from '../../core/text.js';
import type { HttpDocument, HttpFailure } from '../../documents/http.js';
import { short } from '../headline.js';

/** The words for an exchange without a whole answer: what came of it, and why it ended. */

const FAILED: Readonly<Record<HttpFailure, string>> = {
  timeout: 'stopped in the middle of its answer',
  closed: 'closed the connection before the end of its answer',
  reset: 'reset the connection before the end of its answer',
  malformed: 'answered with something that is not HTTP',
  tls: 'ended the TLS session, as a server does that requires a client certificate',
  canceled: 'was interrupted before the end of its answer',
  error: 'did not complete its answer',
};

/** The sentence about an exchange that failed. */
export function failureSummary(doc: HttpDocument, failure: HttpFailure, host: string): string {
  const { address, status } = doc;
  return `${address} took the request for ${short(host, 'the target')} and ${exceeded(doc) ?? FAILED[failure]}${status === null ? '' : ` (HTTP ${status})`}.`;
}

/** How an answer exceeds what a client reads of it, or differs from what was agreed on; null for other failures. */
function exceeded({ errorCode, status, received }: HttpDocument): string | null {
  if (errorCode === 'HPE_HEADER_OVERFLOW')
    return `sends a ${status === null ? 'header' : 'trailer'} of more than 16 KB, which programs refuse`;
  if (errorCode === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return 'sends a chunk extension of more than 16 KB, which programs refuse';
  if (errorCode === 'HTTP2') return 'answered in HTTP/2, which was not agreed on (ALPN)';
  if (errorCode !== 'ENDLESS') return null;
  const { octets = 0, interim = 0, lastInterim = null } = received ?? {};
  return interim === 0
    ? `sends without pause, and ${octets} octets have no response in them`
    : `sends interim responses (HTTP ${lastInterim}) without pause, ${interim} of them, and no final one`;
}

/** The words for a request that was given up for the time. An interim response is no answer, and no silence either. */
export function didNotAnswer({ durationMs, received }: HttpDocument): string {
  const within = `within ${duration(durationMs)}`;
  if (received === undefined || received === null || received.octets === 0) return `did not answer ${within}`;
  return received.interim === 0
    ? `sent ${count(received.octets, 'octet')} that are no whole response ${within}`
    : `sent the interim response HTTP ${received.lastInterim}, and no final one ${within}`;
}

export function receivedWords({ received, errorCode }: HttpDocument): string {
  if (received === undefined || received === null || received.octets === 0) return '';
  // Of what the parser refuses, not all was counted.
  if (errorCode !== null && errorCode !== 'ENDLESS') return '';
  const { octets, interim, lastInterim } = received;
  const responses =
    interim === 0
      ? ''
      : ` with ${count(interim, 'interim response')}, the last of them HTTP ${lastInterim} (RFC 9110 section 15.2)`;
  return `; ${count(octets, 'octet')} came${responses}`;
}
