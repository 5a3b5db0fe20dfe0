import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** What is told of a log besides its lines. */
export type TextProblem = (problem: string) => void;

const isGzip = (octets: Buffer): boolean => octets[0] === 0x1f && octets[1] === 0x8b;

/**
 * The text of a stream of octets, piece by piece: decompressed where it begins as gzip does, decoded from UTF-16 where
 * its mark says so (what `>` of Windows PowerShell writes), else from UTF-8. Octets that are no text become U+FFFD.
 * Compressed data that is cut or damaged gives what could be read, and is told to `tell`. The stream is destroyed when
 * the reader leaves. Throws what the stream throws.
 */
export async function* textOf(stream: Readable, tell: TextProblem): AsyncGenerator<string> {
  try {
    const octets = await withHead(stream, 2);
    yield* decoded(isGzip(octets.head) ? inflated(octets.all, tell) : octets.all);
  } finally {
    stream.destroy();
  }
}

/** The first `least` octets, or fewer where there are no more, and then all of them. */
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

async function* inflated(octets: AsyncIterable<Buffer>, tell: TextProblem): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = octets[Symbol.asyncIterator]();
  const feeding = feed();
  try {
    for await (const chunk of gunzip) yield asBuffer(chunk);
  } catch (error) {
    if (!isZlibError(error)) throw error;
    tell(`the compressed data is cut or damaged (${error.message}); what came before counts`);
    // Of a pipe that stays open the rest may never come.
    void Promise.resolve(source.return?.()).catch(() => {});
    return;
  } finally {
    gunzip.destroy();
  }
  await feeding;

  /** By hand, because a pipe would hide where an error came from. */
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
