import { invalidText } from '../core/check-options.js';
import { quotedTarget } from '../core/text.js';

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

/** Refuses a text with quotation marks or angle brackets around it, or an invisible character in it. Throws InvalidInputError. */
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
  if (close === undefined || trimmed.length < 3 || !trimmed.endsWith(close)) return;
  const what = close === '>' ? 'angle brackets' : 'quotation marks';
  throw invalidText(argument, text, `has ${what} around it; give ${quotedTarget(trimmed.slice(1, -1))}`);
}
