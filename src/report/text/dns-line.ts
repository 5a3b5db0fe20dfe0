import type { DnsDocument } from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';
import { dnsShort } from './dns-short.js';
import { failureWords } from './dns-words.js';
import { mark, paint, type Style } from './style.js';

/** One of many answers, in one line: `✓ api.example.com  10.0.1.23, 10.0.2.23`. */
export function dnsLine(document: DnsDocument, style: Style): string {
  const { question, status } = document;
  const isAnswered = status === 'answered';
  const lead = `${mark(style, isAnswered ? 'ok' : 'failed')} ${cleanForTerminal(question.name)}`;
  const what = isAnswered ? dnsShort(document).join(', ') : paint(style, 'bad', failureWords(document));
  return `${lead}  ${what}`;
}
