import { LONGEST_LINE } from './explain-log-lines.js';

/**
 * Cuts the innermost objects out of JSON, whatever pieces it comes in and however large the whole is: the events in an
 * answer of `aws logs filter-log-events`, on one line or many, or a log with one object per line. Knows strings, escapes
 * and braces, and nothing else of JSON: what it cuts out still has to be parsed.
 */
export class ObjectCutter {
  readonly #take: (object: string, line: number) => void;
  #held: string | null = null;
  #inString = false;
  #escaped = false;
  #line = 1;
  /** Objects that were longer than what is kept. */
  overlong = 0;

  constructor(take: (object: string, line: number) => void) {
    this.#take = take;
  }

  push(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === 92) this.#escaped = true;
        else if (code === 34) this.#inString = false;
        else if (code === 10) this.#line++;
        continue;
      }
      if (code === 34) this.#inString = true;
      else if (code === 10) this.#line++;
      else if (code === 123) {
        // Whatever was begun holds this one, so it is not innermost.
        this.#held = '';
        start = at;
      } else if (code === 125 && this.#held !== null) {
        this.#hold(text.slice(start, at + 1));
        if (this.#held !== null) this.#take(this.#held, this.#line);
        this.#held = null;
      }
    }
    if (this.#held !== null) this.#hold(text.slice(start));
  }

  /** Counted from 1. */
  get line(): number {
    return this.#line;
  }

  #hold(piece: string): void {
    if (this.#held === null) return;
    if (this.#held.length + piece.length <= LONGEST_LINE) {
      this.#held += piece;
      return;
    }
    this.overlong++;
    this.#held = null;
  }
}
