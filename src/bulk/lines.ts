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

/**
 * Opens a file, or standard input for `-`, to be read line by line as its lines are asked for. Empty lines and comments
 * (`#` up to the line's end) are left out but counted. Rejects as the system does when a file cannot be opened; reading
 * stops with the signal's reason.
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
    [Symbol.asyncIterator]: () => readLines(stream, signal),
  };
}

async function* readLines(stream: Readable, signal?: AbortSignal): AsyncGenerator<InputLine> {
  const assembler = new LineAssembler();
  const abort = (): void => void stream.destroy(new Error('stopped'));
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort);
  try {
    for await (const chunk of stream) {
      for (const line of assembler.push(Buffer.from(chunk))) {
        signal?.throwIfAborted();
        yield line;
      }
    }
    yield* assembler.end();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    stream.destroy();
  }
}

/** Cuts octets into lines, whatever pieces they come in. */
class LineAssembler {
  /** Of the line under way: no more than can be shown. */
  #held: Buffer[] = [];
  #heldOctets = 0;
  #number = 0;
  #offset = 0;

  *push(chunk: Buffer): Generator<InputLine> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      this.#hold(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      this.#offset++;
      start = end + 1;
      yield* this.#finish();
    }
  }

  *end(): Generator<InputLine> {
    if (this.#heldOctets > 0) yield* this.#finish();
  }

  #hold(piece: Buffer): void {
    this.#offset += piece.length;
    // A character takes four octets at most.
    const room = longestLine * 4 - this.#heldOctets;
    if (piece.length > 0 && room > 0) this.#held.push(piece.subarray(0, room));
    this.#heldOctets += piece.length;
  }

  *#finish(): Generator<InputLine> {
    const raw = Buffer.concat(this.#held).toString('utf8');
    this.#held = [];
    this.#heldOctets = 0;
    this.#number++;
    const unmarked = this.#number === 1 ? raw.replace(/^\ufeff/, '') : raw;
    const text = unmarked.replace(/(?:^|\s)#.*$/s, '').trim();
    if (text !== '') {
      yield { number: this.#number, text: text.slice(0, longestLine), offset: this.#offset };
    }
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
