import { closeSync, constants, openSync, readSync } from 'node:fs';

/** Octets. Lists of blocked names make hosts files of 30 MB. */
const longestText = 64 * 1024 * 1024;

/** A file that is longer than any file of its kind: a device without an end, such as /dev/zero. */
class EndlessFileError extends Error {
  readonly code = 'EFBIG';

  constructor(path: string) {
    super(`${path} is longer than ${longestText / 1024 / 1024} MB`);
    this.name = 'EndlessFileError';
  }
}

/**
 * The text of a small file of this host, such as /etc/hosts. It is read at once: node:fs/promises takes 2 ms to load, longer than
 * to read such files. A file can be anything, in a container that mounts it: a FIFO is not awaited (open(2), O_NONBLOCK), and of a
 * device without an end no more than 64 MB are read. Rejects with the system's error, and with EFBIG for a longer file.
 */
export async function readText(path: string): Promise<string> {
  return readTextNow(path);
}

/** What `readText` reads, or throws, at once. */
export function readTextNow(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const pieces: Buffer[] = [];
    let octets = 0;
    for (let size = 16 * 1024; ; size = Math.min(size * 4, 4 * 1024 * 1024)) {
      const piece = Buffer.allocUnsafe(size);
      const got = readSync(file, piece, 0, size, null);
      if (got === 0) return Buffer.concat(pieces).toString('utf8');
      octets += got;
      if (octets > longestText) throw new EndlessFileError(path);
      pieces.push(piece.subarray(0, got));
    }
  } finally {
    closeSync(file);
  }
}
