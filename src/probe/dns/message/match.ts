import { rcodeNumber } from '../../../documents/terms/rcode.js';
import { nameKey } from '../../../target/dns-name.js';
import { type FramedQuestion, type Header, readHeader, readQuestions } from './frame.js';
import type { Query } from './query.js';
import { classIn, headerLength } from './record-type.js';

/** Why a packet is not the reply to a query. */
export type DnsDiscardReason =
  | 'short'
  | 'not-a-reply'
  | 'bad-id'
  | 'bad-opcode'
  | 'no-question'
  | 'wrong-question'
  | 'bad-cookie';

/**
 * Checks whether a packet answers a query: it is a reply, has the same ID, opcode QUERY and the same question, whose name
 * is compared without case (RFC 5452 section 9.1). Returns null if it does, otherwise the reason to discard it; the true
 * reply may still come.
 *
 * Only the header and the question are read. A fault in a later section makes the reply malformed, not foreign.
 */
export function discardReason(
  message: Buffer,
  query: Query,
  header = readHeader(message),
): DnsDiscardReason | null {
  if (header === null) return 'short';
  if (header.id !== query.id) return 'bad-id';
  if (!header.isReply) return 'not-a-reply';
  if (header.opcode !== 0) return 'bad-opcode';
  if (header.counts.question === 0) return mayOmitQuestion(header) ? null : 'no-question';
  if (header.counts.question === 1 && repeatsQuestion(message, query)) return null;
  const questions = readQuestions(message, header);
  const [question, ...others] = questions.ok ? questions.questions : [];
  if (question === undefined || others.length > 0) return 'wrong-question';
  return isSameQuestion(question, query) ? null : 'wrong-question';
}

/** Reports whether one of a packet's questions is the query's, whatever its ID and flags are. */
export function hasSameQuestion(message: Buffer, query: Query): boolean {
  const header = readHeader(message);
  const questions = header && readQuestions(message, header);
  return questions?.ok === true && questions.questions.some((question) => isSameQuestion(question, query));
}

/**
 * Compares the octets of the question with the query's own, letters without case. Nearly every reply repeats them, and
 * the comparison is faster than decoding the name.
 */
function repeatsQuestion(message: Buffer, { message: sent, questionEnd }: Query): boolean {
  if (message.length < questionEnd) return false;
  const nameEnd = questionEnd - 4;
  for (let at = headerLength; at < questionEnd; at++) {
    const octet = message[at];
    const own = sent[at];
    if (octet !== own && (at >= nameEnd || lowerCase(octet) !== lowerCase(own))) return false;
  }
  return true;
}

/** Label lengths are at most 63, below the letters, so they never change. */
function lowerCase(octet = 0): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

/** A server that cannot parse a query cannot repeat its question: an error without records may omit it. */
function mayOmitQuestion(header: Header): boolean {
  return (
    header.rcode !== rcodeNumber.NOERROR &&
    header.rcode !== rcodeNumber.NXDOMAIN &&
    header.counts.answer === 0
  );
}

function isSameQuestion(question: FramedQuestion, query: Query): boolean {
  if (question.type !== query.type.number || question.class !== classIn) return false;
  return nameKey(question.name) === nameKey(query.name);
}
