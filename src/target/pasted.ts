import { invalidText } from '../core/check-options.js';
import { quotedTarget } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import { suffixOf } from './private-api/partitions.js';

/** Delimiters around a URL in a text (RFC 3986 appendix C), and quotation marks that a shell does not take away. */
const pairs: Readonly<Record<string, string>> = {
  '<': '>',
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '„': '“',
  '‘': '’',
  '«': '»',
};

/**
 * Characters without a glyph that come along when a name is copied from a page: soft hyphen, zero-width space, word joiner,
 * byte order mark, marks of direction. IDNA drops some of them, and a DNS lookup would be for another text than is shown.
 * U+200C and U+200D are not here: names in some scripts need them (RFC 5892 appendix A).
 */
const invisible = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;

/**
 * Refuses what is copied from elsewhere and is no name: a text with quotation marks or angle brackets around it or an invisible
 * character in it, a URL whose `://` is damaged, an ARN, a block or a range of addresses, the path of a file. Throws InvalidInputError.
 */
export function refusePasted(text: string, argument: string): void {
  const hidden = invisible.exec(text)?.[0];
  if (hidden !== undefined) {
    const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const bare = text.replaceAll(new RegExp(invisible, 'g'), '');
    throw invalidText(
      argument,
      text,
      `has the invisible character U+${code} in it; give ${quotedTarget(bare)}, typed and not copied`,
    );
  }
  const trimmed = text.trim();
  const close = pairs[trimmed.charAt(0)];
  if (close !== undefined && trimmed.length >= 3 && trimmed.endsWith(close)) {
    const what = close === '>' ? 'angle brackets' : 'quotation marks';
    throw invalidText(argument, text, `has ${what} around it; give ${quotedTarget(trimmed.slice(1, -1))}`);
  }
  const why = otherThanHost(trimmed, argument === 'target');
  if (why !== null) throw invalidText(argument, text, why);
}

/** Behind `https`: a colon, slashes, or both, which are not `://`, and no port. */
const damagedUrl = /^https?(?!:\/\/)(?::(?!\d{1,5}(?:[/\\?#]|$))|[/\\]{2})[/\\]*(.*)$/is;
/** API Gateway's ARN of a stage, a method or an API (Service Authorization Reference, "Amazon API Gateway Management"). */
const apiArn =
  /^arn:aws[\w-]*:(?:execute-api:([\w-]+):\d*:(\w+)|apigateway:([\w-]+)::\/restapis\/(\w+)(?:\/stages)?)(?:\/([\w-]+))?/;

/** What a text is that looks like no host, and what to give in its place; null for a text that may be one. */
function otherThanHost(text: string, isUrlRight: boolean): string | null {
  const [, behind] = damagedUrl.exec(text) ?? [];
  if (behind !== undefined)
    return isUrlRight
      ? `is not a URL; write https:// with two slashes: ${quotedTarget(`https://${behind}`)}`
      : `is a damaged URL or has a path in it; write only the host name: ${quotedTarget(behind.replace(/[/\\?#].*$/s, ''))}`;
  if (/^arn:/i.test(text)) {
    const [, region, api, otherRegion = region, otherApi = api, stage = 'STAGE'] = apiArn.exec(text) ?? [];
    const url = `https://${otherApi ?? 'API'}.execute-api.${otherRegion ?? 'REGION'}.${suffixOf(otherRegion ?? '') ?? 'amazonaws.com'}/${stage}`;
    return `is an ARN; give the URL, like ${url}`;
  }
  const [address = '', length = '', further] = text.split('/', 3);
  if (further === undefined && /^\d{1,3}(?::\d+)?$/.test(length) && familyOf(address) !== null)
    return 'is a block of addresses; give one address';
  if (/^\d+(?:\.\d+){2}\.\d+-\d[\d.]*$/.test(text)) return 'is a range of addresses; give one address';
  if (/^(?:\.{1,2}|~)?\/./.test(text)) return 'is the path of a file; give a host';
  return null;
}
