import { styleText } from 'node:util';
import { MARKS, type Mark, type Tone } from '../marks.js';

/** The style of text. The command line decides it once, from the stream that the text goes to. */
export interface Style {
  /** False gives plain text without escape sequences. */
  color: boolean;
  /** The width to wrap at, in terminal cells. */
  columns: number;
  /** The height of the terminal in lines; undefined where the text does not go to a terminal. */
  rows?: number | undefined;
  /** Whether marks such as `✓` may be used; ASCII otherwise. */
  unicode?: boolean | undefined;
}

/** The kind of a piece of text, which `PALETTE` gives a format. */
type TextTone = Tone | 'strong' | 'command' | 'heading';

type Format = Extract<Parameters<typeof styleText>[0], readonly unknown[]>[number];

const PALETTE: Readonly<Record<TextTone, Format[]>> = {
  good: ['green'],
  bad: ['red'],
  warn: ['yellow'],
  dim: ['dim'],
  strong: ['bold'],
  command: ['cyan'],
  heading: ['bold', 'underline'],
};

/** Colours `text` by its tone; returns it unchanged if the style has no colour. */
export function paint(style: Style, tone: TextTone, text: string): string {
  // The stream, NO_COLOR and --no-color are in `style.color` already, so Node must not look at process.stdout again.
  return style.color && text !== '' ? styleText(PALETTE[tone], text, { validateStream: false }) : text;
}

/** One cell that shows how a step went: `✓ ✗ ! ·`, or `+ x ! -` where only ASCII may be used. */
export function mark(style: Style, kind: Mark): string {
  const { sign, ascii, tone } = MARKS[kind];
  return paint(style, tone, style.unicode ? sign : ascii);
}

/**
 * Characters that are not printed as they are. Those that control a terminal: C0, DEL and C1. Those that mislead a reader:
 * bidirectional controls, which reorder what follows (Unicode TR 36), line and paragraph separators, zero-width and tag
 * characters, and lone surrogates.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Makes text of unknown origin safe to print on one line of a terminal. Unsafe characters are escaped, not dropped (`\x1b`,
 * `\u{202e}`), because an escape sequence in a banner is itself worth seeing. Printable text of any script passes
 * unchanged, and so does text that was cleaned before.
 */
export function cleanForTerminal(text: string): string {
  return text.replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
