import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/** The narrowest line that text is wrapped to, in cells; a smaller terminal width is treated as this one. */
const NARROWEST = 20;

/** The characters of most output, ASCII and `·…–→✓✗’“”`, one cell each. Text of these needs no segmenter, which takes 1 ms to construct. */
const NARROW = /^[ -~\u00b7\u2026\u2013\u2192\u2713\u2717\u2019\u201c\u201d]*$/;

/** A cluster that is drawn as an emoji although its first character is not wide: `❤️`, `1️⃣`, a flag. */
const EMOJI_CLUSTER = /\ufe0f|\p{Regional_Indicator}{2}/u;
/** A character that takes no cell of its own. */
const ZERO_WIDTH = /^[\p{Mark}\p{Cc}\p{Cf}]$/u;

let segmenter: Intl.Segmenter | null = null;

/**
 * The number of terminal cells that `text` takes. Escape sequences and combining marks take none; East Asian wide and
 * fullwidth characters (UAX #11) and emoji sequences take two; characters of ambiguous width take one.
 */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  const shown = stripVTControlCharacters(text);
  if (NARROW.test(shown)) return shown.length;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let cells = 0;
  for (const { segment } of segmenter.segment(shown)) cells += clusterWidth(segment);
  return cells;
}

/** A grapheme cluster (UAX #29) is as wide as its first character that is not a mark. */
function clusterWidth(cluster: string): number {
  if (EMOJI_CLUSTER.test(cluster)) return 2;
  const base = [...cluster].find((character) => !ZERO_WIDTH.test(character));
  return base === undefined ? 0 : eastAsianWidth(base.codePointAt(0) ?? 0);
}

/** Appends spaces up to a width of `cells`; text that is wider is returned unchanged. */
export function padTo(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}

/** Prepends spaces up to a width of `cells`, for columns of numbers. */
export function padFrom(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - widthOf(text))) + text;
}

/**
 * Breaks `text` between words so that no line is wider than `columns`. The first line is indented by `firstIndent` spaces and
 * the others by `indent`; where `text` begins with a lead of its own, such as a number or a mark, `firstIndent` is 0. Line
 * breaks in `text` are kept. A word that is wider than a line is never split, so that names, ARNs and commands can be
 * selected in one piece.
 */
export function wrap(text: string, columns: number, indent = 0, firstIndent = indent): string {
  const limit = Math.max(columns, indent + NARROWEST);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = ' '.repeat(lines.length === 0 ? firstIndent : indent);
    let empty = true;
    // A trailing space would count as an empty word, and could become an empty line.
    for (const word of paragraph.trimEnd().split(' ')) {
      if (!empty && widthOf(line) + 1 + widthOf(word) > limit) {
        lines.push(line.trimEnd());
        line = ' '.repeat(indent);
        empty = true;
      }
      line += empty ? word : ` ${word}`;
      if (word !== '') empty = false;
    }
    lines.push(line.trimEnd());
  }
  return lines.join('\n');
}

/** Wraps `text` in a column to the right of `lead`, which may be coloured and begin with spaces. */
export function hanging(lead: string, text: string, columns: number): string {
  const cells = widthOf(lead);
  return lead + wrap(text, columns, cells).slice(cells);
}
