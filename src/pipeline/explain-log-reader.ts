import { readAccessRecord } from '../diagnose/execution-log/access-record.js';
import type { RequestAssembler } from '../diagnose/execution-log/assemble.js';
import { readLine } from '../diagnose/execution-log/line.js';
import type { RequestFacts } from '../diagnose/execution-log/types.js';
import { LineCutter } from './explain-log-lines.js';
import { ObjectCutter } from './explain-log-objects.js';

/** What was read, by how far it could be. */
export interface LogCounts {
  lines: number;
  /** Lines that belong to a request. */
  used: number;
  /** Lines with octets that are no text. */
  binary: number;
  /** Lines, or objects of JSON, longer than what is read of one. */
  overlong: number;
}

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
