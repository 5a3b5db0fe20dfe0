import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { InvalidInputError } from '../core/errors.js';
import { openContent } from '../core/input.js';
import { longestReport, megabytes } from '../documents/saved-report.js';
import { fileProblem } from './files.js';

/** The text of one document, or why there is none. */
export interface ReportText {
  /** The file, with the number of the line where it has several documents. */
  name: string;
  text: string;
  problem: InvalidInputError | null;
}

/** The names of files that are read in a directory. */
const suffixes = ['.json', '.ndjson', '.json.gz', '.ndjson.gz'] as const;

/** The most octets and lines of one file when it is unpacked: thousands of reports, and far less than a small file can unpack to. */
const longestFile = 256 * 1024 * 1024;
const mostLines = 1_000_000;

/**
 * The documents in files, one after the other: a file has one document, or one a line (NDJSON), each of them plain or gzip; of a
 * directory, the files with the usual names. `-` is standard input. Throws CapabilityError for what cannot be read. A document
 * that is too long, or whose compressed data is damaged, is returned as a problem.
 */
export async function* reportTexts(paths: readonly string[], stop: AbortSignal): AsyncGenerator<ReportText> {
  for (const path of paths) for (const file of filesIn(path)) yield* textsOf(file, stop);
}

/** The files of a directory in the order of their names, not deeper; or the file itself. */
function filesIn(path: string): string[] {
  if (path === '-') return [path];
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  try {
    const names = readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && suffixes.some((suffix) => entry.name.endsWith(suffix)))
      .map(({ name }) => name)
      .sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw fileProblem('read', path, error);
  }
  throw new InvalidInputError(
    'file',
    `"${path}" has no file whose name ends in ${suffixes.slice(0, -1).join(', ')} or ${suffixes.at(-1)}`,
  );
}

async function* textsOf(path: string, stop: AbortSignal): AsyncGenerator<ReportText> {
  const name = path === '-' ? 'standard input' : path;
  try {
    yield* documentsIn(linesIn(unpacked(await chunksOf(path, stop))), name, path);
  } catch (error) {
    stop.throwIfAborted();
    if (error instanceof InvalidInputError) yield { name: path, text: '', problem: error };
    else throw fileProblem('read', path, error);
  }
}

async function chunksOf(path: string, stop: AbortSignal): Promise<AsyncIterable<Buffer>> {
  stop.throwIfAborted();
  const content = path === '-' ? process.stdin : await openContent(path, longestReport);
  return Buffer.isBuffer(content) ? only(content) : untilStopped(content, stop);
}

async function* only(chunk: Buffer): AsyncGenerator<Buffer> {
  yield chunk;
}

async function* untilStopped(stream: Readable, stop: AbortSignal): AsyncGenerator<Buffer> {
  const end = (): void => {
    stream.destroy(new Error('interrupted'));
  };
  stop.addEventListener('abort', end);
  try {
    for await (const chunk of stream) yield Buffer.from(chunk);
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** Octets without gzip, where they begin as gzip does (RFC 1952). */
async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done === true) return;
  const rest = { [Symbol.asyncIterator]: () => source };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield first.value;
    yield* rest;
    return;
  }
  const second = await source.next();
  const whole = second.done === true ? unpackedAtOnce(first.value) : null;
  if (whole !== null) {
    yield whole;
    return;
  }
  const gunzip = createGunzip();
  gunzip.on('error', () => {});
  const feed = async (): Promise<void> => {
    const send = async (chunk: Buffer): Promise<void> => {
      if (gunzip.write(chunk)) return;
      await new Promise<void>((resolve) => {
        const goOn = (): void => {
          gunzip.off('drain', goOn).off('close', goOn);
          resolve();
        };
        gunzip.on('drain', goOn).on('close', goOn);
      });
    };
    await send(first.value);
    if (second.done !== true) await send(second.value);
    for await (const chunk of rest) {
      if (gunzip.destroyed) return;
      await send(chunk);
    }
    gunzip.end();
  };
  const feeding = feed().catch((error: unknown) => {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of gunzip) yield chunk;
    await feeding;
  } catch (error) {
    throw isDamage(error) ? damaged() : error;
  } finally {
    gunzip.destroy();
  }
}

/** null where it is too long to be unpacked at once. */
function unpackedAtOnce(octets: Buffer): Buffer | null {
  try {
    return gunzipSync(octets, { maxOutputLength: longestReport });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return null;
    throw isDamage(error) ? damaged() : error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isDamage(error: unknown): boolean {
  return codeOf(error).startsWith('Z_');
}

function damaged(): InvalidInputError {
  return new InvalidInputError('file', 'not a report of pprobe: its compressed data is damaged or cut');
}

/** A line as it is in the file, and whether more of it was cut off. */
interface Line {
  number: number;
  text: string;
  isTooLong: boolean;
}

const newline = 0x0a;

/** The lines that are not blank. Of a longer line than a report may be, only a beginning is kept. */
async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let octets = 0;
  let total = 0;
  let number = 1;
  const hold = (piece: Buffer): void => {
    if (octets <= longestReport) held.push(piece);
    octets += piece.length;
  };
  const line = (): Line => {
    const isTooLong = octets > longestReport;
    const text = isTooLong
      ? ''
      : (held.length === 1 ? (held[0] ?? Buffer.of()) : Buffer.concat(held)).toString('utf8');
    held = [];
    octets = 0;
    return { number, text, isTooLong };
  };
  for await (const chunk of chunks) {
    total += chunk.length;
    const tooMuch =
      total > longestFile ? megabytes(longestFile) : number > mostLines ? `${mostLines} lines` : null;
    if (tooMuch !== null)
      throw new InvalidInputError('file', `not read further: it has more than ${tooMuch}`);
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const isEmpty = end === start && octets === 0;
      if (!isEmpty) hold(chunk.subarray(start, end));
      start = end + 1;
      if (isEmpty) {
        number++;
        continue;
      }
      const next = line();
      if (next.isTooLong || next.text.trim() !== '') yield next;
      number++;
    }
    hold(chunk.subarray(start));
  }
  const last = line();
  if (last.isTooLong || last.text.trim() !== '') yield last;
}

/**
 * One document, or one a line. A document over several lines has no second line that begins an object, and a line of its own that
 * is complete is a document.
 */
async function* documentsIn(
  lines: AsyncGenerator<Line>,
  name: string,
  path: string,
): AsyncGenerator<ReportText> {
  const first = await lines.next();
  if (first.done === true) {
    yield { name: path, text: '', problem: null };
    return;
  }
  const second = await lines.next();
  if (second.done === true) {
    yield documentOf(first.value, path, name);
    return;
  }
  const rest = { [Symbol.asyncIterator]: () => lines };
  if (beginsObject(second.value.text) || isObject(first.value.text)) {
    for (const line of [first.value, second.value])
      yield documentOf(line, `${path} line ${line.number}`, name);
    for await (const line of rest) yield documentOf(line, `${path} line ${line.number}`, name);
    return;
  }
  const texts = [first.value.text, second.value.text];
  let length = texts.join('\n').length;
  let isTooLong = first.value.isTooLong || second.value.isTooLong;
  for await (const line of rest) {
    length += line.text.length + 1;
    isTooLong ||= line.isTooLong || length > longestReport;
    if (isTooLong) break;
    texts.push(line.text);
  }
  yield isTooLong ? tooLong(path, name) : { name: path, text: texts.join('\n'), problem: null };
}

function documentOf({ text, isTooLong }: Line, label: string, name: string): ReportText {
  return isTooLong ? tooLong(label, name) : { name: label, text, problem: null };
}

function tooLong(label: string, name: string): ReportText {
  const shown = name === 'standard input' ? name : `"${name}"`;
  return {
    name: label,
    text: '',
    problem: new InvalidInputError(
      'file',
      `${shown} is longer than ${megabytes(longestReport)}, and is not read`,
    ),
  };
}

function beginsObject(text: string): boolean {
  return text.startsWith('{"') || text.startsWith('{}');
}

function isObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
