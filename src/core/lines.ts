import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { InvalidInputError } from './errors.js';
import { openInput } from './input.js';

/** A line that is neither empty nor a comment. */
export interface InputLine {
  /** From 1, counting all lines of the input, as an editor shows it. */
  number: number;
  /** Without a comment and white space at either end, and at most `longestLine` characters. */
  text: string;
  /** The octets of the input up to the end of this line. */
  offset: number;
}

/** Lines, read on demand. */
export interface LineSource extends AsyncIterable<InputLine> {
  /** The octets of the whole input; null if the size is not known in advance. */
  readonly size: number | null;
}

/** The most characters kept of a line. No name or target is as long, and a file without newlines must not fill memory. */
export const longestLine = 4096;

/**
 * Octets of a line, beyond which its end is not looked for. No text has such a line, and of a device without an end, such as
 * /dev/zero, nothing would ever be measured.
 */
const endlessLine = 64 * 1024 * 1024;

const newline = 0x0a;
const nul = 0x00;

/** Reading failed after the input was opened. `cause` is the system's error. */
export class UnreadableLinesError extends Error {
  constructor(cause: unknown) {
    super('cannot be read', { cause });
    this.name = 'UnreadableLinesError';
  }
}

/**
 * Opens a file, or standard input for `-`, and reads its lines on demand. Empty lines and comments (from `#` to the end
 * of the line) are skipped but counted. Rejects with the system's error if the file cannot be opened. The iteration
 * throws UnreadableLinesError if reading fails, InvalidInputError where the input is no text (a NUL octet, a line without an end), and
 * the signal's reason when it aborts.
 */
export async function openLines(path: string, signal?: AbortSignal): Promise<LineSource> {
  if (path === '-') return linesOf(process.stdin, sizeOfStandardInput(), signal);
  const { stream, size } = await openInput(path);
  return linesOf(stream, size, signal);
}

/** Reads the lines of a stream of octets. The stream is destroyed when the iteration ends. */
export function linesOf(stream: Readable, size: number | null, signal?: AbortSignal): LineSource {
  return {
    size,
    [Symbol.asyncIterator]: () => new LineReader(stream, signal),
  };
}

/** A class and not an async generator: a chunk has thousands of lines, and a generator costs several promises per line. */
class LineReader implements AsyncIterator<InputLine, undefined> {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #assembler = new LineAssembler();
  readonly #abort: () => void;
  #lines: InputLine[] = [];
  #next = 0;
  #isOver = false;

  constructor(stream: Readable, signal?: AbortSignal) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#signal = signal;
    this.#abort = () => void stream.destroy(new Error('stopped'));
    signal?.addEventListener('abort', this.#abort);
  }

  next(): Promise<IteratorResult<InputLine, undefined>> {
    const line = this.#lines[this.#next];
    if (line === undefined || this.#signal?.aborted) return this.#read();
    this.#next++;
    return Promise.resolve({ done: false, value: line });
  }

  async return(): Promise<IteratorResult<InputLine, undefined>> {
    this.#close();
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  async #read(): Promise<IteratorResult<InputLine, undefined>> {
    try {
      for (;;) {
        this.#signal?.throwIfAborted();
        const line = this.#lines[this.#next++];
        if (line !== undefined) return { done: false, value: line };
        const { fault } = this.#assembler;
        if (fault !== null) throw new InvalidInputError('file', fault);
        if (this.#isOver) break;
        const { done, value } = await this.#chunks.next();
        this.#isOver = done === true;
        this.#lines = done ? this.#assembler.end() : this.#assembler.push(Buffer.from(value));
        this.#next = 0;
      }
    } catch (error) {
      this.#close();
      this.#signal?.throwIfAborted();
      throw error instanceof InvalidInputError ? error : new UnreadableLinesError(error);
    }
    this.#close();
    return { done: true, value: undefined };
  }

  #close(): void {
    this.#isOver = true;
    this.#lines = [];
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#stream.destroy();
  }
}

/** Splits chunks of octets into lines, up to the first one that no text has. */
class LineAssembler {
  /** Why the input is no text; null as long as it is. Nothing more may be pushed. */
  fault: string | null = null;
  /** The pieces of the unfinished line, up to the length that is kept. */
  #held: Buffer[] = [];
  #heldOctets = 0;
  #number = 0;
  #offset = 0;

  /** Takes a chunk and returns the lines that end in it. */
  push(chunk: Buffer): InputLine[] {
    const lines: InputLine[] = [];
    const nulAt = chunk.indexOf(nul);
    const text = nulAt < 0 ? chunk : chunk.subarray(0, nulAt);
    this.#split(text, lines);
    const what = nulAt >= 0 ? 'has a NUL octet' : this.#heldOctets > endlessLine ? 'has no end' : null;
    if (what !== null)
      this.fault = `line ${this.#number + 1} ${what}, so this is no text; give a text file in UTF-8`;
    return lines;
  }

  #split(chunk: Buffer, lines: InputLine[]): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      this.#hold(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      this.#offset++;
      start = end + 1;
      this.#finish(lines);
    }
  }

  /** Returns the last line if the input does not end with a newline. */
  end(): InputLine[] {
    const lines: InputLine[] = [];
    if (this.#heldOctets > 0) this.#finish(lines);
    return lines;
  }

  #hold(piece: Buffer): void {
    this.#offset += piece.length;
    // A character of UTF-8 has at most four octets.
    const room = longestLine * 4 - this.#heldOctets;
    if (piece.length > 0 && room > 0) this.#held.push(piece.subarray(0, room));
    this.#heldOctets += piece.length;
  }

  #finish(lines: InputLine[]): void {
    const [first, ...others] = this.#held;
    const whole = others.length === 0 ? first : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldOctets = 0;
    this.#number++;
    if (whole === undefined) return;
    const raw = whole.toString('utf8');
    const unmarked = this.#number === 1 ? raw.replace(/^\ufeff/, '') : raw;
    const text = (unmarked.includes('#') ? unmarked.replace(/(?:^|\s)#.*$/s, '') : unmarked).trim();
    if (text === '') return;
    lines.push({ number: this.#number, text: text.slice(0, longestLine), offset: this.#offset });
  }
}

/** The size of a file that is redirected to standard input; null for a pipe or a terminal. */
function sizeOfStandardInput(): number | null {
  try {
    const about = fstatSync(0);
    return about.isFile() ? about.size : null;
  } catch {
    return null;
  }
}
