import { close, constants, createReadStream, fstatSync, open } from 'node:fs';
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

async function pipeStream(fd: number): Promise<Readable> {
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}
