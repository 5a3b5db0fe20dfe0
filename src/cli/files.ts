import { randomUUID } from 'node:crypto';
import { openSync, type Stats } from 'node:fs';
import {
  access,
  chmod,
  constants,
  lstat,
  open,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { openContent } from '../core/input.js';
import { longestReport, megabytes } from '../documents/saved-report.js';

/** Of a file that belongs to another user; no errno of the system. */
const foreignFile = 'FOREIGN';
/** Of a file that took the place of another one; no errno either. */
const otherFile = 'OTHER';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a directory',
  ENOSPC: 'the disk is full',
  ENXIO: 'there is no such device',
  EIO: 'reading or writing fails (EIO)',
  EAGAIN: 'it has no data now',
  EFBIG: 'it is too long',
  EMFILE: 'this process has no file descriptors left: see `ulimit -n`',
  ENFILE: 'this host has no file descriptors left: see `sysctl fs.file-nr`',
  ENOMEM: 'this host is out of memory',
  EDQUOT: 'the quota of the disk is used up',
};

/** Of writing, where an errno says something else. */
const writeReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  [foreignFile]: 'it belongs to another user, in a directory where everybody can write; give another name',
  [otherFile]: 'another file took its place at this moment; try again',
  ENXIO: 'no program reads the pipe',
};

/**
 * The text of a file, or of standard input for `-`. Throws CapabilityError if it cannot be read, InvalidInputError if it is
 * longer than 16 MB, and the reason of `signal` if that is aborted first.
 */
export async function readInput(path: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  try {
    const stream = path === '-' ? process.stdin : await openContent(path, longestReport);
    if (Buffer.isBuffer(stream)) return stream.toString('utf8');
    const stop = () => stream.destroy(new Error('interrupted'));
    signal.addEventListener('abort', stop);
    try {
      return await boundedText(stream, path);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof InvalidInputError ? error : fileProblem('read', path, error);
  }
}

/** The text of a stream. Stops reading and throws InvalidInputError after 16 MB. */
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

/** Throws CapabilityError if a file cannot be read. */
export async function checkReadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw fileProblem('read', path, error);
  });
}

/**
 * Throws CapabilityError if a file cannot be written. Changes nothing: it keeps the content and creates no file. It does not
 * open a pipe, because closing it again would end the input of the pipe's reader.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    await checkOwner(path);
    const held = await stat(path).catch(unlessMissing);
    if (held === null) await access(dirname(path), constants.W_OK);
    else if (held.isFile() || held.isDirectory()) await (await open(path, 'r+')).close();
    else await access(path, constants.W_OK);
  } catch (error) {
    throw fileProblem('write', path, error);
  }
}

/**
 * Replaces a file atomically: writes another file in the same directory and renames it, so that a reader sees either the old or
 * the new content, and a failure keeps the old. Follows symbolic links and keeps the mode, unless `mode` is given; a new file is
 * for its owner only, because a report names the hosts and addresses of a network. Writes
 * directly to what is not a regular file (`/dev/null`, a pipe). A pipe without a reader is awaited until `signal` aborts.
 * Throws CapabilityError if the file cannot be written.
 */
export async function replaceFile(
  path: string,
  content: string,
  signal: AbortSignal,
  mode?: number,
): Promise<void> {
  try {
    await checkOwner(path);
    const held = await stat(path).catch(unlessMissing);
    if (held?.isFIFO()) return await writeToPipe(path, content, signal);
    if (held !== null && !held.isFile()) return await writeFile(path, content);
    const place = held === null ? path : await realpath(path);
    // Without a link, rename(2) replaces this name and nothing else, whatever it is by then.
    const isLink = held !== null && place !== join(await realpath(dirname(path)), basename(path));
    if (held !== null) await checkWriting(place, isLink ? held : null);
    const beside = join(dirname(place), `.pprobe-${randomUUID()}`);
    try {
      // No more users can read the new file than the old one at any moment. The umask may remove more permissions.
      await writeFile(beside, content, {
        flag: 'wx',
        mode: mode ?? (held === null ? 0o600 : held.mode & 0o777),
      });
      if (held !== null) await chmod(beside, mode ?? held.mode);
      await rename(beside, place);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileProblem('write', path, error);
  }
}

/**
 * Throws for a file or link that another user has put where everybody can write, such as in /tmp: it would lead what is written to
 * that user, or over a file of this one. The kernel refuses to open such files, but not to replace them, and only where
 * fs.protected_symlinks and fs.protected_regular are on (proc_sys_fs(5)).
 */
async function checkOwner(path: string): Promise<void> {
  const entry = await lstat(path).catch(unlessMissing);
  if (entry === null) return;
  const directory = await stat(dirname(path));
  const isShared = (directory.mode & 0o1002) === 0o1002;
  if (!isShared || entry.uid === process.geteuid?.() || entry.uid === directory.uid) return;
  throw Object.assign(new Error('foreign file'), { code: foreignFile });
}

/**
 * Opens a file for writing and closes it. Throws where this user may not write it, although its directory would allow replacing it, and
 * where it is not `seen`, the file that a link led to: another link can be put in its place meanwhile, and realpath(3) follows links
 * that the kernel does not (fs.protected_symlinks).
 */
async function checkWriting(path: string, seen: Stats | null): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const about = await file.stat();
    if (seen !== null && (about.dev !== seen.dev || about.ino !== seen.ino))
      throw Object.assign(new Error('another file'), { code: otherFile });
  } finally {
    await file.close();
  }
}

/**
 * Writes to a FIFO. Opening it waits for a reader, and this wait could not be ended (fifo(7), and `openInput`), so it is opened
 * with O_NONBLOCK, which fails with ENXIO until a reader is there.
 */
async function writeToPipe(path: string, content: string, signal: AbortSignal): Promise<void> {
  const fd = await openPipe(path, signal);
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.end(content);
  await finished(socket, { readable: false });
}

async function openPipe(path: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (signal.aborted || codeOf(error) !== 'ENXIO') throw error;
      await sleep(20, undefined, { signal }).catch(() => {});
    }
  }
}

function unlessMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

/** The error for a file that cannot be read or written. */
export function fileProblem(verb: 'read' | 'write', path: string, error: unknown): CapabilityError {
  const code = codeOf(error) ?? String(error);
  const why = (verb === 'write' ? writeReasons[code] : undefined) ?? reasons[code] ?? code;
  return new CapabilityError(path, `cannot ${verb} "${path}": ${why}`, null, { cause: error });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
