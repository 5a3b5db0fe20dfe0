import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

const isGzip = (octets: Buffer): boolean => octets[0] === 0x1f && octets[1] === 0x8b;

/**
 * The text of a stream of octets, piece by piece. Data that begins as gzip does is decompressed. Text with a byte order mark of
 * UTF-16, which `>` of Windows PowerShell writes, is decoded from UTF-16, other text from UTF-8; octets that are not text
 * become U+FFFD. Of compressed data that is cut or damaged, what could be read is returned and `onProblem` is called. The
 * stream is destroyed when the iteration ends. Throws the error of the stream.
 */
export async function* textOf(
  stream: Readable,
  onProblem: (problem: string) => void,
): AsyncGenerator<string> {
  try {
    const octets = await withHead(stream, 2);
    yield* decoded(isGzip(octets.head) ? inflated(octets.all, onProblem) : octets.all);
  } finally {
    stream.destroy();
  }
}

/** The first `least` octets, or all of a shorter stream, and an iteration over the whole stream. */
async function withHead(
  stream: Readable,
  least: number,
): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const chunks: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isOver = false;
  while (head.length < least && !isOver) {
    const next = await chunks.next();
    isOver = next.done === true;
    if (!isOver) head = Buffer.concat([head, asBuffer(next.value)]);
  }
  return { head, all: all() };

  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    while (!isOver) {
      const next = await chunks.next();
      if (next.done === true) return;
      yield asBuffer(next.value);
    }
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
}

async function* inflated(
  octets: AsyncIterable<Buffer>,
  onProblem: (problem: string) => void,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = octets[Symbol.asyncIterator]();
  const feeding = feed();
  try {
    for await (const chunk of gunzip) yield asBuffer(chunk);
  } catch (error) {
    if (!isZlibError(error)) throw error;
    onProblem(
      `the compressed data is cut or damaged (${error.message}); only what precedes the damage was read`,
    );
    // A pipe may stay open without sending the rest.
    void Promise.resolve(source.return?.()).catch(() => {});
    return;
  } finally {
    gunzip.destroy();
  }
  await feeding;

  /** Writes the octets to gunzip. stream.pipe would hide whether an error is of the source or of the data. */
  async function feed(): Promise<void> {
    try {
      for (let next = await source.next(); next.done !== true; next = await source.next()) {
        if (gunzip.destroyed) return;
        if (!gunzip.write(next.value)) await roomOrEnd();
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function roomOrEnd(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'error']) gunzip.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) gunzip.on(event, done);
    });
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function* decoded(octets: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: StringDecoder | null = null;
  for await (const chunk of octets) {
    const isFirst = decoder === null;
    decoder ??= new StringDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf16le' : 'utf8');
    const text = decoder.write(chunk);
    yield isFirst ? text.replace(/^\ufeff/, '') : text;
  }
  const rest = decoder?.end() ?? '';
  if (rest !== '') yield rest;
}
