import { widthOf, wrap } from './wrap.js';

/** Wraps `text` in a column of its own to the right of `lead`, which may be coloured and begin with spaces. */
export function hanging(lead: string, text: string, columns: number): string {
  const cells = widthOf(lead);
  return lead + wrap(text, columns, cells).slice(cells);
}
