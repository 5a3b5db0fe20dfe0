import type { DnsDocument } from '../../probe/dns/types.js';
import { cleanForTerminal } from './clean.js';

/**
 * What a script wants of an answer, a line each: the data of the records asked for, without the aliases on the way, names
 * without their final dot. None where there is no answer.
 */
export function dnsShort({ question, records }: DnsDocument): string[] {
  const wanted = new Set(question.type.split(','));
  return records
    .filter(({ type }) => wanted.has(type) || wanted.has('ANY'))
    .map(({ data }) => cleanForTerminal(data.replace(/(?<=[^\s\\.])\.$/, '')));
}
