import { domainToASCII } from 'node:url';
import { checkString, invalidText } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { quoted } from '../core/text.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';
import { parseOctets } from '../net/address/octets.js';
import { checkNumberForm, endsInNumber } from './number-form.js';
import { refusePasted } from './pasted.js';

// RFC 1035 section 2.3.4, in octets. A name on the wire has a length octet per label and one for the root.
const maxLabel = 63;
const maxWire = 255;

// UTS 46 section 4: label separators, the full stop and its full-width and ideographic forms.
const dots = /[.\u3002\uff0e\uff61]/;

const plainLabel = /^[\w-]+$/;

// Nearly all names match this. They need only the checks of their length and of their last label.
const plainName = /^[\w-]{1,63}(?:\.[\w-]{1,63})*\.?$/;

/**
 * Checks a domain name and returns it in ASCII. Internationalised labels become A-labels (RFC 5891); the case of letters
 * and a final dot, which makes the name absolute, are kept. A name consists of letters, digits, hyphens and underscores;
 * its first label may be `*`, and below in-addr.arpa a label may have a slash (RFC 2317). `.` is the root. A text whose last
 * label is a number is an address, in a right or wrong form, and is refused.
 *
 * @param argument what the user knows the name as, for the error
 * @throws InvalidInputError whose message has the fault and the correct form in one line
 */
export function checkName(name: unknown, argument = 'name'): string {
  checkString(argument, name, 'give a domain name like api.example.com');
  if (name === '.' || isPlain(name)) return name;
  const fail = (why: string): never => {
    throw invalidText(argument, name, why);
  };
  if (name === '') fail('is empty; give a domain name like api.example.com');
  const family = familyOf(name);
  if (family !== null) fail(`is an IPv${family} address, not a name; ask for its name with --reverse`);
  refusePasted(name, argument);
  checkNumberForm(name, argument);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) fail('is a URL; write only the host name in it');

  const labels = name.split(dots);
  const absolute = labels.length > 1 && labels.at(-1) === '';
  if (absolute) labels.pop();
  if (labels.includes('')) fail('has an empty label; write exactly one dot between two labels');
  const slashAllowed = /\.in-addr\.arpa\.?$/i.test(name);
  const ascii = labels.map((label, index) => {
    const encoded = toAscii(label);
    if (encoded === null)
      return fail(`has a label, ${quoted(label)}, that is not a valid internationalised label`);
    if (encoded.length > maxLabel) {
      return fail(
        `has a label of ${encoded.length} octets, ${quoted(label)}; a label has ${maxLabel} at most`,
      );
    }
    if (plainLabel.test(encoded) || (encoded === '*' && index === 0)) return encoded;
    const odd = [...encoded].find(
      (character) => !/[\w-]/.test(character) && !(character === '/' && slashAllowed),
    );
    if (odd !== undefined)
      fail(`has ${described(odd)} in it; a name is made of letters, digits, hyphens and dots`);
    return encoded;
  });

  const octets = ascii.reduce((sum, label) => sum + label.length + 1, 1);
  if (octets > maxWire) {
    fail(`is ${octets} octets long on the wire; a name has ${maxWire} at most, 253 characters as text`);
  }
  const checked = ascii.join('.') + (absolute ? '.' : '');
  if (endsInNumber(checked))
    fail('is not an IPv4 address; four numbers from 0 to 255 are needed, like 10.0.1.5');
  return checked;
}

/**
 * Checks a name to look up, which may have any octets: those that a host name cannot have are escaped, as in zone files and
 * in the output of dig and pprobe (`\032` for a space, `\.` for a dot in a label, RFC 1035 section 5.1). Returns the name as
 * NameReader writes it. A name without a backslash is checked by checkName().
 *
 * @throws InvalidInputError as checkName() does
 */
export function checkQueryName(name: unknown, argument = 'name'): string {
  checkString(argument, name, 'give a domain name like api.example.com');
  if (!name.includes('\\')) return checkName(name, argument);
  const fail = (why: string): never => {
    throw invalidText(argument, name, why);
  };
  const labels = splitEscaped(name);
  if (labels === null)
    return fail(
      'has a backslash without an octet; write \\ and three decimal digits up to 255, or one character',
    );
  const absolute = labels.at(-1) === '';
  if (absolute) labels.pop();
  if (labels.includes('')) fail('has an empty label; write exactly one dot between two labels');
  const long = labels.find((label) => label.length > maxLabel);
  if (long !== undefined) fail(`has a label of ${long.length} octets; a label has ${maxLabel} at most`);
  const octets = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (octets > maxWire) fail(`is ${octets} octets long on the wire; a name has ${maxWire} at most`);
  return labels.map(presentLabel).join('.') + (absolute ? '.' : '');
}

/** The labels of an escaped name as octets, a character each; null if an escape is incomplete or a character no octet. */
function splitEscaped(name: string): string[] | null {
  const labels = [''];
  for (const [part, digits, escaped] of name.matchAll(/\\(?:(\d{3})|([^\d]))|[\s\S]/g)) {
    const last = labels.length - 1;
    if (part === '.') {
      labels.push('');
      continue;
    }
    const octet = digits === undefined ? (escaped ?? part).charCodeAt(0) : Number(digits);
    if (octet > 255 || part === '\\' || (part.length === 1 && octet > 0x7e)) return null;
    labels[last] += String.fromCharCode(octet);
  }
  return labels;
}

/** What a label is written as: everything else is escaped. */
const special = /[^!#%&'*+,\-/0-9:<=>?A-Z[\]^_`a-z{|}~]/g;

/**
 * A label in the presentation form of zone files (RFC 1035 section 5.1): characters with a meaning there are preceded by a
 * backslash, and octets that are not printable ASCII become `\DDD`.
 *
 * @param octets a character each
 */
export function presentLabel(octets: string): string {
  return octets.replace(special, (character) => {
    const octet = character.charCodeAt(0);
    return octet <= 0x20 || octet >= 0x7f ? escapedOctet(octet) : `\\${character}`;
  });
}

/** The escape `\DDD` of an octet, in decimal. */
export function escapedOctet(octet: number): string {
  return `\\${String(octet).padStart(3, '0')}`;
}

/** Whether checkQueryName() returns the text unchanged. */
export function isQueryName(text: string): boolean {
  try {
    return checkQueryName(text) === text;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** Whether a name ends with a dot that is no part of its last label. */
export function isAbsolute(name: string): boolean {
  return name.endsWith('.') && (/(?<!\\)\\*(?=\.$)/.exec(name)?.[0].length ?? 0) % 2 === 0;
}

function isPlain(name: string): boolean {
  // With its final dot, a name's text is an octet shorter than the name on the wire.
  const wireLength = name.length + (name.endsWith('.') ? 1 : 2);
  return wireLength <= maxWire && plainName.test(name) && !endsInNumber(name);
}

/** Whether checkName returns the text unchanged. For names from files and replies, where a wrong one is no error. */
export function isName(text: string): boolean {
  try {
    return checkName(text) === text;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** The name without the final dot that makes it absolute; the root stays `.`. */
export function withoutFinalDot(name: string): string {
  return name.length > 1 && isAbsolute(name) ? name.slice(0, -1) : name;
}

/**
 * A key to compare names by, without final dot and in lower case (RFC 4343). `name` is in presentation form, where octets
 * that are not ASCII are escaped in one way only.
 */
export function nameKey(name: string): string {
  return withoutFinalDot(name).toLowerCase();
}

/** Whether two names in presentation form are the same. */
export function isSameName(one: string, other: string): boolean {
  return nameKey(one) === nameKey(other);
}

function toAscii(label: string): string | null {
  if (/^[\x00-\x7f]*$/.test(label)) return label;
  // domainToASCII reads digits in the last label as an IPv4 address, so another label follows.
  const encoded = domainToASCII(`${label}.test`).replace(/\.test$/, '');
  return encoded === '' || encoded.includes('.') ? null : encoded;
}

function described(character: string): string {
  if (character === ' ') return 'a space';
  if (character === ':') return 'a colon';
  if (character < ' ' || character === '\x7f') return 'a control character';
  return `the character ${character}`;
}

/** An IPv6 address without the brackets that it may have; any other text as it is. */
export function withoutBrackets(text: string): string {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1] ?? '';
  return familyOf(inner) === 6 ? inner : text;
}

/**
 * The name whose PTR record names an address: `5.0.0.10.in-addr.arpa` (RFC 1035 section 3.5) or the 32 nibbles under
 * ip6.arpa (RFC 3596 section 2.5). A v4-mapped address is reversed as IPv4; brackets and a zone are left out.
 *
 * @throws InvalidInputError when the text is not an IP literal.
 */
export function reverseName(text: string): string {
  const right = 'write it like 10.0.0.1 or fd00::1';
  checkString('address', text, right);
  checkNumberForm(text, 'address');
  const address = withoutBrackets(text);
  if (familyOf(address) === null) throw invalidText('address', text, `is not an IP address; ${right}`);
  const [plain = ''] = canonicalAddress(address).split('%', 1);
  const octets = [...(parseOctets(plain) ?? [])].reverse();
  if (octets.length === 4) return `${octets.join('.')}.in-addr.arpa`;
  const nibbles = octets.flatMap((octet) => [octet & 0xf, octet >> 4]);
  return `${nibbles.map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`;
}
