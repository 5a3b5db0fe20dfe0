import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { longestReport, megabytes } from '../documents/saved-report.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a directory',
  ENOSPC: 'the disk is full',
};

/**
 * The text of a file, or of standard input for `-`. Throws CapabilityError when it cannot be read, InvalidInputError when it is
 * longer than 16 MB, and the reason of `signal` when that fires first.
 */
export async function readInput(path: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  const stop = () => stream.destroy(new Error('interrupted'));
  signal.addEventListener('abort', stop);
  try {
    return await boundedText(stream, path);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof InvalidInputError ? error : fileProblem('read', path, error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The text of a stream; a longer one is not read to its end. */
async function boundedText(stream: Readable, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of stream) {
    octets += chunk.length;
    if (octets > longestReport) {
      const name = path === '-' ? 'standard input' : `"${path}"`;
      throw new InvalidInputError(
        'file',
        `${name} is longer than ${megabytes(longestReport)}, and is not read`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Throws CapabilityError when a file cannot be written. Changes nothing: it keeps the content, creates no file, and does not
 * open a pipe, whose reader would see its end when it is closed.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const held = await stat(path).catch(unlessMissing);
    if (held === null) await access(dirname(path), constants.W_OK);
    else if (held.isFile() || held.isDirectory()) await (await open(path, 'r+')).close();
    else await access(path, constants.W_OK);
  } catch (error) {
    throw fileProblem('write', path, error);
  }
}

/**
 * Replaces a file at once: writes another file in the same directory and renames it, so that a reader sees the old content or
 * the new, and a failure leaves the old. Follows symbolic links and keeps the mode. What is not a regular file (`/dev/null`, a
 * pipe) is written to directly. Throws CapabilityError when the file cannot be written.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  try {
    const held = await stat(path).catch(unlessMissing);
    if (held !== null && !held.isFile()) return await writeFile(path, content);
    const place = held === null ? path : await realpath(path);
    // A file that this user may not write is not replaced, although the permissions of its directory would allow it.
    if (held !== null) await (await open(place, 'r+')).close();
    const beside = join(dirname(place), `.pprobe-${randomUUID()}`);
    try {
      // At no moment readable by more users than afterwards. The umask may remove more permissions.
      await writeFile(beside, content, { flag: 'wx', mode: held === null ? 0o666 : held.mode & 0o777 });
      if (held !== null) await chmod(beside, held.mode);
      await rename(beside, place);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileProblem('write', path, error);
  }
}

function unlessMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

/** The error for a file that cannot be read or written. */
export function fileProblem(verb: 'read' | 'write', path: string, error: unknown): CapabilityError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = verb === 'write' && code === 'ENOENT' ? 'there is no such directory' : (reasons[code] ?? code);
  return new CapabilityError(path, `cannot ${verb} "${path}": ${why}`, null, { cause: error });
}
