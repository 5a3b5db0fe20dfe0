import { stripVTControlCharacters } from 'node:util';

/** Below this a line holds no sentence; a terminal that claims less is taken to have this. */
const NARROWEST = 20;

/** What most text is made of: to be compiled alone, the two expressions below take 3 ms. */
const NARROW = /^[ -~·…–→✓✗’“”]*$/;

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;
const COMBINING = /\p{Mark}/u;

/** Terminal cells that `text` takes; colour takes none, East Asian wide characters two. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  const shown = stripVTControlCharacters(text);
  if (NARROW.test(shown)) return shown.length;
  let cells = 0;
  for (const character of shown) {
    if (COMBINING.test(character)) continue;
    cells += WIDE.test(character) ? 2 : 1;
  }
  return cells;
}

/** Pads on the right to `cells` with spaces, colour or not; longer text is returned as it is. */
export function padTo(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}

/** Pads on the left to `cells`: for columns of numbers. */
export function padFrom(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - widthOf(text))) + text;
}

/**
 * Breaks text between words so that no line is wider than `columns`, each line after the first indented by `indent`
 * spaces, the first by `firstIndent` (the same unless given; for hanging numbers and marks pass the lead in `text`
 * and 0 here). Line breaks in `text` are kept. A word longer than a line is never split: names, ARNs and commands
 * must stay selectable in one piece.
 */
export function wrap(text: string, columns: number, indent = 0, firstIndent = indent): string {
  const limit = Math.max(columns, indent + NARROWEST);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = ' '.repeat(lines.length === 0 ? firstIndent : indent);
    let empty = true;
    // A space at the end would be a word without letters, and in a narrow terminal a line without any.
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

/** Wraps `text` in a column of its own to the right of `lead`, which may be coloured and begin with spaces. */
export function hanging(lead: string, text: string, columns: number): string {
  const cells = widthOf(lead);
  return lead + wrap(text, columns, cells).slice(cells);
}
