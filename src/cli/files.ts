import { randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CapabilityError } from '../core/errors.js';

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
 * The text of a file, or of standard input for `-`. Throws CapabilityError when it cannot be read, and the reason of
 * `signal` when that fires first.
 */
export async function readInput(path: string, signal: AbortSignal): Promise<string> {
  try {
    return path === '-' ? await standardInput(signal) : await readFile(path, { encoding: 'utf8', signal });
  } catch (error) {
    signal.throwIfAborted();
    throw fileProblem('read', path, error);
  }
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

async function standardInput(signal: AbortSignal): Promise<string> {
  const stop = () => process.stdin.destroy(new Error('interrupted'));
  signal.addEventListener('abort', stop);
  try {
    return await text(process.stdin);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
