/**
 * C0, DEL and C1: what drives a terminal. Then what drives a reader: bidirectional controls (they reorder what
 * follows, Unicode TR 36), line and paragraph separators, zero-width and tag characters, and lone surrogates.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Makes text of unknown origin safe to print on one line of a terminal. Controls are shown, not dropped (`\x1b`,
 * `\u{202e}`): that someone put an escape sequence into a banner is itself worth seeing. Printable text of any
 * script passes unchanged, and so does what was cleaned before.
 */
export function cleanForTerminal(text: string): string {
  return text.replace(UNSAFE, visible);
}

function visible(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
