import type { Mark } from '../text/style.js';
import { type Html, html } from './escape.js';

const MARKS: Readonly<Record<Mark, { sign: string; words: string; tone: string }>> = {
  ok: { sign: '✓', words: 'good', tone: 'good' },
  failed: { sign: '✗', words: 'failed', tone: 'bad' },
  warn: { sign: '!', words: 'doubtful', tone: 'warn' },
  none: { sign: '·', words: 'not measured', tone: 'none' },
};

/** How a step went as a sign, with the word for who hears the page read out. */
export function markHtml(kind: Mark): Html {
  const { sign, words, tone } = MARKS[kind];
  return html`<span class="mark ${tone}"><span aria-hidden="true">${sign}</span><span class="hidden">${words}: </span></span>`;
}

/** The class that colours what went so. */
export function toneOf(kind: Mark): string {
  return MARKS[kind].tone;
}
