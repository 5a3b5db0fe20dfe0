import type { LogCounts, RequestFacts } from '../documents/log.js';
import type { RequestAssembler } from './assemble.js';
import { readAccessRecord, readLine } from './line.js';

interface Sinks {
  assembler: RequestAssembler;
  /** A line of an access log is a request by itself. */
  record: (facts: RequestFacts) => void;
  counts: LogCounts;
}

const NO_TEXT = /[\u0000\ufffd]/;

/** Reads the text of one source, which is lines or JSON; which of these shows at its first character. */
export class LogReader {
  readonly #sinks: Sinks;
  #cutter: LineCutter | ObjectCutter | null = null;
  /** Of JSON in one line the cutter knows no line of its own. */
  #before: number;

  constructor(sinks: Sinks) {
    this.#sinks = sinks;
    this.#before = sinks.counts.lines;
  }

  push(text: string): void {
    if (this.#cutter === null) {
      const first = /\S/.exec(text)?.[0];
      if (first === undefined) return;
      this.#cutter =
        first === '{' || first === '['
          ? new ObjectCutter((object, line) => this.#object(object, line))
          : new LineCutter((line) => this.#line(line));
    }
    this.#cutter.push(text);
  }

  end(): void {
    const { counts, assembler } = this.#sinks;
    if (this.#cutter instanceof LineCutter) this.#cutter.end();
    if (this.#cutter instanceof ObjectCutter) counts.lines = this.#before + this.#cutter.line;
    counts.overlong += this.#cutter?.overlong ?? 0;
    assembler.endOfSource();
  }

  #line(text: string): void {
    const { counts, assembler } = this.#sinks;
    counts.lines++;
    if (NO_TEXT.test(text)) counts.binary++;
    const line = readLine(text);
    if (line.requestId === null && line.message.startsWith('{')) {
      if (this.#record(objectOf(line.message), counts.lines)) return;
    }
    if (assembler.push(line, counts.lines)) counts.used++;
  }

  /** An event with its text in `message`, or a record of an access log. */
  #object(object: string, line: number): void {
    const { counts, assembler } = this.#sinks;
    const number = this.#before + line;
    const event = objectOf(object);
    if (event === null) return;
    const { message, timestamp } = event;
    if (typeof message !== 'string') {
      this.#record(event, number);
      return;
    }
    if (NO_TEXT.test(message)) counts.binary++;
    if (message.startsWith('{') && this.#record(objectOf(message), number)) return;
    // Line breaks in an event are those of a body.
    const read = readLine(message.split(/\r?\n/, 1)[0] ?? '');
    const atMs = typeof timestamp === 'number' ? timestamp : read.atMs;
    if (assembler.push({ ...read, atMs: validTime(atMs) }, number)) counts.used++;
  }

  #record(record: Record<string, unknown> | null, line: number): boolean {
    const facts = record && readAccessRecord(record, line);
    if (facts === null) return false;
    this.#sinks.counts.used++;
    this.#sinks.record(facts);
    return true;
  }
}

/** What a Date can hold. */
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

/** Longer lines are cut: API Gateway cuts its own at 1024 octets, and no access log comes near this. */
const LONGEST_LINE = 64 * 1024;

/** Cuts text into lines, whatever pieces it comes in; of an endless line it keeps no more than `longest` characters. */
class LineCutter {
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

/**
 * Cuts the innermost objects out of JSON, whatever pieces it comes in and however large the whole is: the events in an
 * answer of `aws logs filter-log-events`, on one line or many, or a log with one object per line. Knows strings, escapes
 * and braces, and nothing else of JSON: what it cuts out still has to be parsed.
 */
class ObjectCutter {
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
