import { styleText } from 'node:util';

/** How a text may look: decided once, by whoever knows where the text goes. */
export interface Style {
  /** False gives plain text without one escape sequence. */
  color: boolean;
  /** The width to wrap at, in terminal cells. */
  columns: number;
  /** Whether marks such as `✓` may be used; ASCII otherwise. */
  unicode?: boolean | undefined;
}

/** What a piece of text is, not what colour it has: the palette is below and nowhere else. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'command' | 'heading';

type Format = Extract<Parameters<typeof styleText>[0], readonly unknown[]>[number];

const PALETTE: Readonly<Record<Tone, Format[]>> = {
  good: ['green'],
  bad: ['red'],
  warn: ['yellow'],
  dim: ['dim'],
  strong: ['bold'],
  command: ['cyan'],
  heading: ['bold', 'underline'],
};

/** Colours `text` by what it is; returns it as it came when the style has no colour. */
export function paint(style: Style, tone: Tone, text: string): string {
  // The caller has looked at the stream, NO_COLOR and --no-color already; Node must not judge process.stdout again.
  return style.color && text !== '' ? styleText(PALETTE[tone], text, { validateStream: false }) : text;
}

export type Mark = 'ok' | 'failed' | 'warn' | 'none';

const MARKS: Readonly<Record<Mark, { unicode: string; ascii: string; tone: Tone }>> = {
  ok: { unicode: '✓', ascii: '+', tone: 'good' },
  failed: { unicode: '✗', ascii: 'x', tone: 'bad' },
  warn: { unicode: '!', ascii: '!', tone: 'warn' },
  none: { unicode: '·', ascii: '-', tone: 'dim' },
};

/** One cell that says how a step went: `✓ ✗ ! ·`, or `+ x ! -` where only ASCII may be used. */
export function mark(style: Style, kind: Mark): string {
  const { unicode, ascii, tone } = MARKS[kind];
  return paint(style, tone, style.unicode ? unicode : ascii);
}

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
