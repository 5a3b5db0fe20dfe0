import { domainToASCII } from 'node:url';
import { familyOf } from '../../net/address/address.js';
import { type KnownNames, namesIn } from './collect.js';
import { isResource, isUnderAws, Masks, RESOURCE_ID } from './masks.js';
import { containment, folded, longestName, NameIndex } from './name-index.js';
import { MaskSeed } from './seeded.js';

/**
 * Members with a word of a fixed set, a time, or a link of pprobe's own, which are kept although a host may have such a name,
 * by their name or by the names of their holder and their own. All other text is searched for names, also in members that this version does not know.
 */
const KEPT = new Set(
  (
    'kind tool reportId startedAt validFrom validTo docs observation class cause confidence status type rcode transport scope errno ' +
    'errorCode reply annotation method outcome stoppedBy variant failure form region partition step role purpose alert heard ' +
    'origin.source gate end direction state limit action service redacted configuration.source'
  ).split(' '),
);

/**
 * A copy of a document with masks in place of account ids, addresses and names: hosts, API and resource ids, certificate subjects,
 * roles and sessions. A value has the same mask in the whole document, also in commands, URLs and quoted messages. Scopes,
 * subnets, Regions, AWS's own domains, stages and paths are kept, so that the copy is valid against its schema and can be
 * judged again. `sources` are documents whose names are masked as well, because `document` may quote them. `seed`, a secret, gives values the
 * same masks in all documents that are masked with it, also on other hosts.
 */
export function redacted<Document extends object>(
  document: Document,
  sources: unknown = null,
  seed: string | null = null,
): Document {
  const isOriginal = containment(JSON.stringify(document).toLowerCase());
  const masks = new Masks(isOriginal, seed === null ? null : new MaskSeed(seed));
  const maskText = textMasker(masks, namesIn([document, sources]));
  const maskForms = textMasker(masks, { names: new Set(), apis: new Set() });
  return walk(withoutLists(document), '') as Document;

  function walk(value: unknown, key: string): unknown {
    if (typeof value === 'string') return masked(value, key);
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value !== 'object' || value === null || KEPT.has(key)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, each]) => [
        familyOf(member) === null ? member : maskText(member),
        walk(each, KEPT.has(`${key}.${member}`) ? `${key}.${member}` : member),
      ]),
    );
  }

  function masked(text: string, key: string): string {
    if (KEPT.has(key)) return maskForms(text);
    // Octets of an ICMP extension or a record of unknown type, which may contain an address or the name of an interface.
    if (key === 'data' && /^(?:\\# \d+ )?[0-9a-f\s]*$/i.test(text)) return text.replace(/[0-9a-f]/gi, '0');
    return maskText(text);
  }
}

/**
 * A document without the lists of its configuration. Masks of addresses do not keep which block contains which, so that rules
 * could not be judged again with them; the gates of the report say what they said.
 */
function withoutLists(document: object): object {
  if (!('observations' in document) || typeof document.observations !== 'object') return document;
  const { observations } = document;
  const configuration: unknown = Reflect.get(Object(observations), 'configuration');
  if (typeof configuration !== 'object' || configuration === null) return document;
  const { route53, route53resolver, ...rest } = configuration as Readonly<Record<string, unknown>>;
  return {
    ...document,
    observations: {
      ...observations,
      configuration: { ...rest, ec2: {}, apigateway: {}, redacted: true },
    },
  };
}

const IPV4 = String.raw`(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)`;
const IPV6 = String.raw`(?<![0-9a-f:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(?:%[\w.-]+)?`;
/** An account id, also with the first eight digits hidden, as API Gateway writes it in a denial; not the end of a request id. */
const ACCOUNT = String.raw`(?<!\d|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-)\d{12}(?!\d)|\*{8}\d{4}(?!\d)`;
const RESOURCE = `(?<![a-z0-9])${RESOURCE_ID}(?![0-9a-f])`;
/** Ids of IAM: access keys, temporary access keys, roles and users. */
const PRINCIPAL = '(?<![a-z0-9])(?:akia|asia|aroa|aida)[a-z0-9]{16,}';
const MAIL = String.raw`(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+`;
/** The hostname that EC2 gives an instance. */
const EC2_HOST = String.raw`(?<![a-z0-9])ip(?:-\d{1,3}){4}(?!\d)`;

/** Values that can occur between colons. */
const NARROW = new RegExp(`${IPV4}|${ACCOUNT}`, 'gi');
/** The number of colons in a text that are tried as the start of an address. */
const MOST_COLONS = 64;

/**
 * A function that masks a text. Addresses, accounts, resource ids and AWS host names are recognized by their form. Known names are
 * found in upper and lower case, as whole words, and where `…` has cut them short.
 */
export function textMasker(masks: Masks, { names, apis }: KnownNames): (text: string) => string {
  for (const api of apis) masks.api(api);
  const known = new NameIndex([...names, ...apis]);
  // Both are given by what was measured, so neither may take longer than in proportion to its length.
  const forms = new RegExp([MAIL, IPV6, IPV4, RESOURCE, PRINCIPAL, EC2_HOST, ACCOUNT].join('|'), 'gi');

  return (text) => {
    const whole = text.replace(/(?<![\w.:*-])[\w.:*-]{3,}(?=\u2026)/g, cut);
    const parts: string[] = [];
    let end = 0;
    for (const { 0: token, index } of whole.matchAll(/[\p{L}\p{N}_.*-]+/gu)) {
      const name = token.replace(/^[.-]+|[.-]+$/g, '');
      if (name === '' || !isUnderAws(name.toLowerCase())) continue;
      const start = index + token.indexOf(name);
      parts.push(maskedText(whole.slice(end, start)), masks.host(name));
      end = start + name.length;
    }
    return parts.join('') + maskedText(whole.slice(end));
  };

  /** Masks the known names and, between them, what has a known form. */
  function maskedText(text: string): string {
    const lower = folded(text);
    const parts: string[] = [];
    let end = 0;
    const forward = (found: string, at: number) => {
      parts.push(text.slice(end, at), maskOf(found));
      end = at + found.length;
    };
    let form = formFrom(text, 0);
    for (let at = 0; at < text.length; ) {
      const length = known.lengthAt(lower, at, (name, after) => isFound(lower, name, at, after));
      if (length > 0) forward(text.slice(at, at + length), at);
      else if (at === form?.index) forward(form[0], at);
      at = Math.max(end, at + 1);
      if (form !== null && form.index < at) form = formFrom(text, at);
    }
    return parts.join('') + text.slice(end);
  }

  function formFrom(text: string, at: number): RegExpExecArray | null {
    forms.lastIndex = at;
    return forms.exec(text);
  }

  function maskOf(found: string): string {
    const lower = found.toLowerCase();
    if (lower.length >= longestName) return masks.word(lower);
    if (apis.has(lower)) return masks.api(lower);
    if (isResource(lower)) return masks.resource(lower);
    if (names.has(lower))
      return isHost(lower) ? masks.host(domainToASCII(lower) || lower) : masks.word(lower);
    if (familyOf(found) !== null) return masks.address(found);
    if (/^(?:\d{12}|\*{8}\d{4})$/.test(found)) return masks.account(found);
    if (/^ip-|^a[ksri][io]a|@/.test(lower)) return masks.word(lower);
    return maskInside(found);
  }

  /** Masks a text that only resembles IPv6: an address after `from:` or before a full stop, an account between colons. */
  function maskInside(found: string): string {
    const end = /(?<![.:])[.:]*$/.exec(found)?.[0] ?? '';
    let start = 0;
    for (let tries = 0; tries < MOST_COLONS && start >= 0; tries++) {
      const address = found.slice(start, end === '' ? undefined : -end.length);
      if (familyOf(address) !== null)
        return found.slice(0, start).replace(NARROW, maskOf) + masks.address(address) + end;
      start = found.indexOf(':', start) + 1 || -1;
    }
    return found.replace(NARROW, (each) => (each === found ? each : maskOf(each)));
  }

  /** Removes the beginning of a value that `…` has cut short and that would have been masked. */
  function cut(beginning: string): string {
    const lower = beginning.toLowerCase();
    if (isResource(lower.replace(/-$/, ''))) return beginning;
    return /\d/.test(lower) || known.hasBeginning(lower) ? '' : beginning;
  }
}

/** Whether a name that stands at `at` is meant: a short word only as a whole word, a text that can only be a name also inside others. */
function isFound(text: string, name: string, at: number, end: number): boolean {
  const isDistinct = name.includes('.') || (name.length >= 6 && /\d/.test(name));
  if (isDistinct) return true;
  return !/[\w-]/.test(text.charAt(at - 1)) && !/^(?:[\w-]|:\/\/)/.test(text.slice(end, end + 3));
}

function isHost(name: string): boolean {
  return /^[\p{L}\p{N}_.*-]+$/u.test(name) && name.includes('.');
}
