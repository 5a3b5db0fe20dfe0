import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const pool = Buffer.alloc(1024);
let used = pool.length;

/** Random octets that nobody can predict. They are the kernel's (urandom(4)), because node:crypto takes 3 ms to load. */
export function randomOctets(count: number): Buffer {
  if (count > pool.length) return randomFillSync(Buffer.alloc(count));
  if (used + count > pool.length) fill();
  used += count;
  return Buffer.from(pool.subarray(used - count, used));
}

/** A random integer from 0 to `limit` - 1, each as likely as the others. `limit` is 2 ** 32 at most. */
export function randomBelow(limit: number): number {
  const largest = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const word = randomOctets(4).readUInt32LE();
    if (word < largest) return word % limit;
  }
}

/** A random UUID (RFC 9562, version 4). */
export function randomUuid(): string {
  const octets = randomOctets(16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  const hex = octets.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function fill(): void {
  used = 0;
  try {
    const fd = openSync('/dev/urandom', 'r');
    try {
      if (readSync(fd, pool) === pool.length) return;
    } finally {
      closeSync(fd);
    }
  } catch {
    // A container without /dev, or another system.
  }
  randomFillSync(pool);
}
