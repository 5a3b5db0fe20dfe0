import { createReadStream, fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** One line that holds something. */
export interface InputLine {
  /** Counted from 1 over all lines of the input, those left out too: what an editor shows. */
  number: number;
  /** Without white space at either end; cut behind `longestLine` characters. */
  text: string;
  /** Octets of the input up to the end of this line. */
  offset: number;
}

/** Lines as they are read, and how much there is to read. */
export interface LineSource extends AsyncIterable<InputLine> {
  /** Octets of the whole input; null where that is not known before its end. */
  readonly size: number | null;
}

/** No name or target is this long, and what is longer is not kept: a file without line ends fills no memory. */
export const longestLine = 4096;

const newline = 0x0a;

/** Reading failed in the middle; `cause` is what the system said. */
export class UnreadableLinesError extends Error {
  constructor(cause: unknown) {
    super('cannot be read', { cause });
    this.name = 'UnreadableLinesError';
  }
}

/**
 * Opens a file, or standard input for `-`, to be read line by line as its lines are asked for. Empty lines and comments
 * (`#` up to the line's end) are left out but counted. Rejects as the system does when a file cannot be opened; reading
 * rejects with UnreadableLinesError, or stops with the signal's reason.
 */
export async function openLines(path: string, signal?: AbortSignal): Promise<LineSource> {
  if (path === '-') return linesOf(process.stdin, sizeOfStandardInput(), signal);
  const about = await stat(path);
  // A pipe or a device has no size of its own, and a directory is refused by the first read.
  const stream = createReadStream(path);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', reject);
  });
  return linesOf(stream, about.isFile() ? about.size : null, signal);
}

/** The lines of a stream of octets. The stream is destroyed when the reader leaves. */
export function linesOf(stream: Readable, size: number | null, signal?: AbortSignal): LineSource {
  return {
    size,
    [Symbol.asyncIterator]: () => new LineReader(stream, signal),
  };
}

/** Written out, not as a generator: a chunk holds thousands of lines, and each would pass through it at its price. */
class LineReader implements AsyncIterator<InputLine, undefined> {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #assembler = new LineAssembler();
  readonly #abort: () => void;
  #lines: InputLine[] = [];
  #given = 0;
  #isOver = false;

  constructor(stream: Readable, signal?: AbortSignal) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#signal = signal;
    this.#abort = () => void stream.destroy(new Error('stopped'));
    signal?.addEventListener('abort', this.#abort);
  }

  next(): Promise<IteratorResult<InputLine, undefined>> {
    const line = this.#lines[this.#given];
    if (line === undefined || this.#signal?.aborted) return this.#read();
    this.#given++;
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
        const line = this.#lines[this.#given++];
        if (line !== undefined) return { done: false, value: line };
        if (this.#isOver) break;
        const { done, value } = await this.#chunks.next();
        this.#isOver = done === true;
        this.#lines = done ? this.#assembler.end() : this.#assembler.push(Buffer.from(value));
        this.#given = 0;
      }
    } catch (error) {
      this.#close();
      this.#signal?.throwIfAborted();
      throw new UnreadableLinesError(error);
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

/** Cuts octets into lines, whatever pieces they come in. */
class LineAssembler {
  /** Of the line under way: no more than can be shown. */
  #held: Buffer[] = [];
  #heldOctets = 0;
  #number = 0;
  #offset = 0;

  /** The lines that end in this chunk. */
  push(chunk: Buffer): InputLine[] {
    const lines: InputLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      this.#hold(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return lines;
      this.#offset++;
      start = end + 1;
      this.#finish(lines);
    }
  }

  end(): InputLine[] {
    const lines: InputLine[] = [];
    if (this.#heldOctets > 0) this.#finish(lines);
    return lines;
  }

  #hold(piece: Buffer): void {
    this.#offset += piece.length;
    // A character takes four octets at most.
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

/** `< names.txt` is a file like any other; what comes through a pipe ends when it ends. */
function sizeOfStandardInput(): number | null {
  try {
    const about = fstatSync(0);
    return about.isFile() ? about.size : null;
  } catch {
    return null;
  }
}
