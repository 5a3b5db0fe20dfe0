import type { LogCounts } from '../documents/log.js';
import { RequestAssembler } from './assemble.js';
import { readAccessRecord, readLine } from './line.js';
import type { RequestFacts } from './request-facts.js';

/** Characters that text does not have: NUL, and what octets that are not UTF-8 are decoded to. */
const NO_TEXT = /[\u0000\ufffd]/;

/**
 * Reads the text of one or more sources, each of which is lines or JSON; its first character tells which. Every request goes
 * to `onRequest`, complete or as far as the log has it.
 */
export class LogReader {
  readonly #onRequest: (facts: RequestFacts) => void;
  readonly #assembler: RequestAssembler;
  #cutter: LineCutter | ObjectCutter | null = null;
  /** The lines of the sources that were read before. */
  #linesBefore = 0;
  #used = 0;
  #binary = 0;
  #overlong = 0;

  constructor(onRequest: (facts: RequestFacts) => void) {
    this.#onRequest = onRequest;
    this.#assembler = new RequestAssembler(onRequest);
  }

  /** The number of lines read so far. */
  get lines(): number {
    return this.#linesBefore + (this.#cutter?.line ?? 0);
  }

  get counts(): LogCounts {
    return {
      lines: this.lines,
      used: this.#used,
      binary: this.#binary,
      overlong: this.#overlong + (this.#cutter?.overlong ?? 0),
    };
  }

  /** The current source has a line without an end. */
  get isEndless(): boolean {
    return this.#cutter?.isEndless ?? false;
  }

  /** The number of requests that are not yet complete. */
  get open(): number {
    return this.#assembler.open;
  }

  /** Reads the next piece of the current source, which may end anywhere. */
  push(text: string): void {
    if (this.#cutter === null) {
      const first = /\S/.exec(text)?.[0];
      if (first === undefined) return;
      this.#cutter =
        first === '{' || first === '['
          ? new ObjectCutter((object) => this.#readObject(object))
          : new LineCutter((line) => this.#readLine(line));
    }
    this.#cutter.push(text);
  }

  /** Ends the current source; what follows belongs to the next one. */
  endSource(): void {
    this.#cutter?.end();
    this.#linesBefore = this.lines;
    this.#overlong += this.#cutter?.overlong ?? 0;
    this.#cutter = null;
    this.#assembler.endSource();
  }

  /** Ends the log. Requests that are not complete go to `onRequest` as they are. */
  end(): void {
    this.#assembler.end();
  }

  #readLine(text: string): void {
    const number = this.lines;
    if (NO_TEXT.test(text)) this.#binary++;
    const line = readLine(text);
    if (line.requestId === null && line.message.startsWith('{')) {
      if (this.#readRecord(objectOf(line.message), number)) return;
    }
    if (this.#assembler.push(line, number)) this.#used++;
  }

  /** Reads an event with its text in `message`, or a record of an access log. */
  #readObject(object: string): void {
    const number = this.lines;
    const event = objectOf(object);
    if (event === null) return;
    const { message, timestamp } = event;
    if (typeof message !== 'string') {
      this.#readRecord(event, number);
      return;
    }
    if (NO_TEXT.test(message)) this.#binary++;
    if (message.startsWith('{') && this.#readRecord(objectOf(message), number)) return;
    // The first line is API Gateway's; further lines of an event belong to a body.
    const line = readLine(message.split(/\r?\n/, 1)[0] ?? '');
    const atMs = typeof timestamp === 'number' ? timestamp : line.atMs;
    if (this.#assembler.push({ ...line, atMs: validTime(atMs) }, number)) this.#used++;
  }

  /** Reads a record of an access log, which is a request by itself; false where the object is something else. */
  #readRecord(record: Record<string, unknown> | null, line: number): boolean {
    const facts = record && readAccessRecord(record, line);
    if (facts === null) return false;
    this.#used++;
    this.#onRequest(facts);
    return true;
  }
}

/** The time, or null where it is beyond what a Date can hold. */
function validTime(atMs: number | null): number | null {
  return atMs !== null && Math.abs(atMs) <= 8.64e15 ? atMs : null;
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** How many characters of a line or an object are kept. API Gateway cuts its own lines at 1024 octets. */
const LONGEST_LINE = 64 * 1024;
/** Characters after which the end of a line or object is not looked for: /dev/zero has none, and compressed data can have none either. */
const ENDLESS_LINE = 64 * 1024 * 1024;

/** Cuts text that comes in pieces into lines. Of a longer line it keeps the first `LONGEST_LINE` characters. */
class LineCutter {
  readonly #take: (line: string) => void;
  #held = '';
  #cut = false;
  /** The characters of the line so far, also those that are not kept. */
  #length = 0;
  /** The number of the line that was taken last, from 1. */
  line = 0;
  /** The number of lines that were cut. */
  overlong = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      // Most lines are within one piece, and need no copy.
      if (this.#held === '' && !this.#cut && end - start <= LONGEST_LINE) {
        this.line++;
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

  get isEndless(): boolean {
    return this.#length > ENDLESS_LINE;
  }

  #hold(piece: string): void {
    const room = LONGEST_LINE - this.#held.length;
    if (piece.length > room) this.#cut = true;
    this.#length += piece.length;
    if (room > 0 && piece !== '') this.#held += piece.slice(0, room);
  }

  #finish(): void {
    const line = this.#held;
    if (this.#cut) this.overlong++;
    this.#held = '';
    this.#cut = false;
    this.#length = 0;
    this.line++;
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}

/**
 * Cuts the innermost objects out of JSON that comes in pieces, however large the whole is: the events in an answer of
 * `aws logs filter-log-events`, on one line or many, or a log with one object per line. It knows strings, escapes and braces
 * only; the objects still have to be parsed.
 */
class ObjectCutter {
  readonly #take: (object: string) => void;
  /** The beginning of the object that was opened last; null after an object was closed. */
  #held: string | null = null;
  #inString = false;
  #escaped = false;
  /** The characters since the last object. */
  #length = 0;
  /** The number of the current line, from 1. */
  line = 1;
  /** The number of objects that were longer than `LONGEST_LINE` and are dropped. */
  overlong = 0;

  constructor(take: (object: string) => void) {
    this.#take = take;
  }

  get isEndless(): boolean {
    return this.#length > ENDLESS_LINE;
  }

  push(text: string): void {
    this.#length += text.length;
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === 92) this.#escaped = true;
        else if (code === 34) this.#inString = false;
        else if (code === 10) this.line++;
        continue;
      }
      if (code === 34) this.#inString = true;
      else if (code === 10) this.line++;
      else if (code === 123) {
        // An object that was open contains this one, so it is not innermost.
        this.#held = '';
        start = at;
      } else if (code === 125 && this.#held !== null) {
        this.#hold(text.slice(start, at + 1));
        if (this.#held !== null) this.#take(this.#held);
        this.#length = 0;
        this.#held = null;
      }
    }
    if (this.#held !== null) this.#hold(text.slice(start));
  }

  /** An object that is still open is incomplete, and is dropped. */
  end(): void {
    this.#held = null;
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
