import { count } from '../../core/text.js';
import type { DnsDocument } from '../../documents/dns.js';
import { serversOf } from '../../documents/observed/dns.js';

/** Replies that no program uses, of a lookup that ended without one: the server is not silent. */
export interface UnusableReplies {
  server: string;
  /** Another address or port that they come from; null where they come from the server and do not fit the query. */
  from: string | null;
  /** What is wrong with them, for the evidence. */
  text: string;
}

/** What is wrong with a packet, by the reason for which it is discarded (RFC 1035 section 4.1, RFC 5452 section 9.1). */
const FAULTS: Readonly<Record<string, string>> = {
  short: 'too short for a DNS header',
  'not-a-reply': 'marked as a query (QR is 0)',
  'bad-id': 'with another ID',
  'bad-opcode': 'with another opcode',
  'no-question': 'without the question',
  'wrong-question': 'with another question',
  'bad-cookie': 'with another cookie',
};

/** Null for a lookup that got a reply, and for one that got nothing at all. Pure. */
export function unusableReplies(doc: DnsDocument): UnusableReplies | null {
  if (doc.status !== 'timeout') return null;
  const [astray] = doc.repliesFrom ?? [];
  if (astray !== undefined) {
    const { server, from } = astray;
    return { server, from, text: `a query to ${server} was answered from ${from}` };
  }
  const [server] = serversOf(doc);
  const faults = Object.entries(doc.discarded).map(
    ([reason, times]) => `${times} ${FAULTS[reason] ?? 'of another kind'}`,
  );
  if (faults.length === 0 || server === undefined) return null;
  const packets = Object.values(doc.discarded).reduce((sum, times) => sum + times, 0);
  return {
    server,
    from: null,
    text: `${count(packets, 'packet')} came that ${packets === 1 ? 'is' : 'are'} not the reply to a query: ${faults.join(', ')}`,
  };
}
