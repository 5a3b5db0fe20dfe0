import { familyOf } from '../address/family.js';
import { namesIn } from './redact-collect.js';
import { Masks } from './redact-masks.js';
import { textMasker } from './redact-text.js';

/**
 * Members that hold a word of a fixed set, a time, or a link of pprobe's own: a host may have the name of such a word. All
 * other text is searched for names, that of members which this version does not know included.
 */
const KEPT = new Set(
  (
    'kind tool startedAt validFrom validTo docs observation class cause confidence status type rcode transport scope errno ' +
    'errorCode reply annotation method outcome stoppedBy variant failure form region partition step role purpose alert heard'
  ).split(' '),
);

/**
 * A document of pprobe (a report, or several side by side) with masks in place of account ids, addresses and names: hosts,
 * API and resource ids, certificate subjects, roles and sessions. The same value has the same mask all over the document,
 * in commands, URLs and quoted messages too. Scopes, subnets, Regions, AWS's own domains, stages and paths stay, so that it
 * can be read, is valid against its schema, and can be judged again. `sources` are documents whose names it may quote besides its
 * own. Returns a copy.
 */
export function redacted<Document extends object>(document: Document, sources: unknown = null): Document {
  const held = JSON.stringify(document).toLowerCase();
  const masks = new Masks((mask) => held.includes(mask));
  const maskText = textMasker(masks, namesIn([document, sources]));
  const maskForms = textMasker(masks, { names: new Set(), apis: new Set() });
  return walk(document, '') as Document;

  function walk(value: unknown, key: string): unknown {
    if (typeof value === 'string') return masked(value, key);
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== 'object' || value === null || KEPT.has(key)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, each]) => [
        familyOf(member) === null ? member : maskText(member),
        walk(each, member),
      ]),
    );
  }

  function masked(text: string, key: string): string {
    if (KEPT.has(key)) return maskForms(text);
    // Octets, in which an address or the name of an interface may be: an ICMP extension, or a record of unknown type.
    if (key === 'data' && /^(?:\\# \d+ )?[0-9a-f\s]*$/i.test(text))
      return text.replace(/[0-9a-f](?=[0-9a-f\s]*$)/gi, '0');
    return maskText(text);
  }
}
