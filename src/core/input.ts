import {
  close,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  open,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** An open file. */
export interface Input {
  stream: Readable;
  /** The size of a regular file in octets; null for a pipe or a device, which have none. */
  size: number | null;
}

const chunkOctets = 256 * 1024;

/**
 * Opens a file for reading. Rejects with the system's error.
 *
 * Opening a FIFO waits for its writer (fifo(7)). In a thread of libuv this wait cannot be ended, and the process cannot exit
 * before it. So every file is opened with O_NONBLOCK, and a FIFO is read as Node reads a pipe: by epoll, which waits for the
 * writer and for its data. The stream can be destroyed at any time.
 */
export async function openInput(path: string): Promise<Input> {
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = fstatSync(fd);
    if (about.isFIFO()) return { stream: await pipeStream(fd), size: null };
    const stream = createReadStream(path, { fd, highWaterMark: chunkOctets });
    return { stream, size: about.isFile() ? about.size : null };
  } catch (error) {
    close(fd);
    throw error;
  }
}

/**
 * The content of a regular file of at most `most` octets, which is read at once, much faster than a stream; of anything else the
 * stream. The file is judged after it is opened, because another one can take its place before. Its size is not believed: that of
 * files in /proc is 0, and some of them have no end. Rejects with the system's error.
 */
export async function openContent(path: string, most: number): Promise<Buffer | Readable> {
  // A pipe is opened once: its writer would notice that it is closed.
  if (!statSync(path).isFile()) return (await openInput(path)).stream;
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let isStream = false;
  try {
    const about = fstatSync(fd);
    const content = about.isFile() && about.size <= most ? upTo(fd, about.size, most) : null;
    if (content !== null) return content;
    isStream = true;
    return about.isFIFO()
      ? await pipeStream(fd)
      : createReadStream(path, { fd, ...(about.isFile() && { start: 0 }), highWaterMark: chunkOctets });
  } finally {
    if (!isStream) closeSync(fd);
  }
}

/** What is left of a file of about `size` octets; null if it has more than `most`. */
function upTo(fd: number, size: number, most: number): Buffer | null {
  const pieces: Buffer[] = [];
  for (let octets = 0; octets <= most; ) {
    const piece = Buffer.allocUnsafe(Math.min(most, Math.max(size - octets, 0) + chunkOctets));
    const got = readSync(fd, piece, 0, piece.length, null);
    if (got === 0) return Buffer.concat(pieces);
    octets += got;
    pieces.push(piece.subarray(0, got));
  }
  return null;
}

async function pipeStream(fd: number): Promise<Readable> {
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}
