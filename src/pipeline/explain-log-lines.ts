/** Longer lines are cut: API Gateway cuts its own at 1024 octets, and no access log comes near this. */
export const LONGEST_LINE = 64 * 1024;

/** Cuts text into lines, whatever pieces it comes in; of an endless line it keeps no more than `longest` characters. */
export class LineCutter {
  readonly #take: (line: string) => void;
  readonly #longest: number;
  #held = '';
  #cut = false;
  /** Lines that were longer than what is kept. */
  overlong = 0;

  constructor(take: (line: string) => void, longest = LONGEST_LINE) {
    this.#take = take;
    this.#longest = longest;
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      // Most lines are whole: these are not copied.
      if (this.#held === '' && !this.#cut && end - start <= this.#longest) {
        this.#take(text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end));
      } else {
        this.#hold(text.slice(start, end));
        this.#finish();
      }
      start = end + 1;
    }
    this.#hold(text.slice(start));
  }

  end(): void {
    if (this.#held !== '') this.#finish();
  }

  #hold(piece: string): void {
    const room = this.#longest - this.#held.length;
    if (piece.length > room) this.#cut = true;
    if (room > 0 && piece !== '') this.#held += piece.slice(0, room);
  }

  #finish(): void {
    const line = this.#held;
    if (this.#cut) this.overlong++;
    this.#held = '';
    this.#cut = false;
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
