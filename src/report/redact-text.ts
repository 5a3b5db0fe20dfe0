import { domainToASCII } from 'node:url';
import { familyOf } from '../address/family.js';
import type { KnownNames } from './redact-collect.js';
import { isResource, isUnderAws, type Masks, RESOURCE_ID } from './redact-masks.js';

const IPV4 = String.raw`(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)`;
const IPV6 = String.raw`(?<![0-9a-f:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(?:%[\w.-]+)?`;
/** With the first eight digits hidden, too, as API Gateway writes it in a denial. A request's id may end in twelve digits. */
const ACCOUNT = String.raw`(?<!\d|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-)\d{12}(?!\d)|\*{8}\d{4}(?!\d)`;
const RESOURCE = `(?<![a-z0-9])${RESOURCE_ID}(?![0-9a-f])`;
/** Ids of keys and principals of IAM: access keys, temporary ones, roles, users. */
const PRINCIPAL = '(?<![a-z0-9])(?:akia|asia|aroa|aida)[a-z0-9]{16,}';
const MAIL = String.raw`(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+`;
/** What EC2 calls its hosts. */
const EC2_HOST = String.raw`(?<![a-z0-9])ip(?:-\d{1,3}){4}(?!\d)`;

/** What may stand between colons. */
const NARROW = new RegExp(`${IPV4}|${ACCOUNT}`, 'gi');
/** Behind more of them no address is looked for. */
const MOST_COLONS = 64;

/**
 * What puts masks into a text. Addresses, accounts, resource ids and AWS host names are known by their form; known names are
 * looked for in any case, where they are words, and where `…` has cut them short.
 */
export function textMasker(masks: Masks, { names, apis }: KnownNames): (text: string) => string {
  for (const api of apis) masks.api(api);
  const known = [...names, ...apis].sort((a, b) => b.length - a.length);
  const forms = [MAIL, IPV6, IPV4, RESOURCE, PRINCIPAL, EC2_HOST, ACCOUNT];
  const pattern = new RegExp([...known.map(literal), ...forms].join('|'), 'gi');

  return (text) => {
    const whole = text.replace(/(?<![\w.:*-])[\w.:*-]{3,}(?=…)/g, cut);
    const parts: string[] = [];
    let end = 0;
    for (const { 0: token, index } of whole.matchAll(/[\p{L}\p{N}_.*-]+/gu)) {
      const name = token.replace(/^[.-]+|[.-]+$/g, '');
      if (name === '' || !isUnderAws(name.toLowerCase())) continue;
      const start = index + token.indexOf(name);
      parts.push(whole.slice(end, start).replace(pattern, maskOf), masks.host(name));
      end = start + name.length;
    }
    return parts.join('') + whole.slice(end).replace(pattern, maskOf);
  };

  function maskOf(found: string): string {
    const lower = found.toLowerCase();
    if (apis.has(lower)) return masks.api(lower);
    if (isResource(lower)) return masks.resource(lower);
    if (names.has(lower))
      return isHost(lower) ? masks.host(domainToASCII(lower) || lower) : masks.word(lower);
    if (familyOf(found) !== null) return masks.address(found);
    if (/^(?:\d{12}|\*{8}\d{4})$/.test(found)) return masks.account(found);
    if (/^ip-|^a[ksri][io]a|@/.test(lower)) return masks.word(lower);
    return inside(found);
  }

  /** What looks like IPv6 and is none: an address behind `from:` or before a full stop, an account between colons. */
  function inside(found: string): string {
    const end = /[.:]*$/.exec(found)?.[0] ?? '';
    let start = 0;
    for (let tries = 0; tries < MOST_COLONS && start >= 0; tries++) {
      const address = found.slice(start, end === '' ? undefined : -end.length);
      if (familyOf(address) !== null)
        return found.slice(0, start).replace(NARROW, maskOf) + masks.address(address) + end;
      start = found.indexOf(':', start) + 1 || -1;
    }
    return found.replace(NARROW, (each) => (each === found ? each : maskOf(each)));
  }

  /** The beginning of what would have been masked in full. */
  function cut(beginning: string): string {
    const lower = beginning.toLowerCase();
    if (isResource(lower.replace(/-$/, ''))) return beginning;
    return /\d/.test(lower) || known.some((name) => name.startsWith(lower)) ? '' : beginning;
  }
}

/** A short word is a name only where it stands alone; what is surely a name, also inside of others. */
function literal(name: string): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const distinct = name.includes('.') || (name.length >= 6 && /\d/.test(name));
  return distinct ? escaped : String.raw`(?<![\w-])${escaped}(?![\w-]|:\/\/)`;
}

function isHost(name: string): boolean {
  return /^[\p{L}\p{N}_.*-]+$/u.test(name) && name.includes('.');
}
