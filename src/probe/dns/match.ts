import { type FramedQuestion, type Header, readHeader, readQuestions } from './frame.js';
import { nameKey } from './name.js';
import { classIn, headerLength, rcodeNumber } from './protocol.js';
import type { Query } from './query.js';

/** Why a packet is no reply to a question: all that an off-path forger, an echo or a stray packet gets wrong. */
export type DiscardReason =
  | 'short'
  | 'not-a-reply'
  | 'bad-id'
  | 'bad-opcode'
  | 'no-question'
  | 'wrong-question'
  | 'bad-cookie';

/**
 * Whether a packet answers the query: a reply, under the same ID, opcode QUERY, to the same question, whose name is
 * compared without case (RFC 5452 section 9.1). null when it does; else why the packet is to be thrown away and the
 * wait for the true reply to go on.
 *
 * Only the header and the question are read: what is wrong behind them is the server's own mistake.
 */
export function discardReason(
  message: Buffer,
  query: Query,
  header = readHeader(message),
): DiscardReason | null {
  if (header === null) return 'short';
  if (header.id !== query.id) return 'bad-id';
  if (!header.isReply) return 'not-a-reply';
  if (header.opcode !== 0) return 'bad-opcode';
  if (header.counts.question === 0) return mayLackQuestion(header) ? null : 'no-question';
  if (header.counts.question === 1 && repeatsQuestion(message, query)) return null;
  const questions = readQuestions(message, header);
  const [question, ...others] = questions.ok ? questions.questions : [];
  if (question === undefined || others.length > 0) return 'wrong-question';
  return isSameQuestion(question, query) ? null : 'wrong-question';
}

/** Whether a packet's question is the query's, whatever else is wrong with it. */
export function asksTheSame(message: Buffer, query: Query): boolean {
  const header = readHeader(message);
  const questions = header && readQuestions(message, header);
  return questions?.ok === true && questions.questions.some((question) => isSameQuestion(question, query));
}

/**
 * Whether the octets of the question are the query's own but for the letters' case, as they are in every honest reply:
 * known without reading them as a name.
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

/** Lengths of labels are below the letters. */
function lowerCase(octet = 0): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

/** A server that cannot read our query cannot repeat it: an error without data needs no question. */
function mayLackQuestion(header: Header): boolean {
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
