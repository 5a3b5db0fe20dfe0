import type { Libc } from './load.js';

// struct mmsghdr, 64-bit: a struct msghdr of 56 octets, the length of its datagram, and padding to 64.
const headerSize = 64;
const vectorOffset = 16;
const vectorCountOffset = 24;
const lengthOffset = 56;
// struct iovec: where, and how much.
const iovecSize = 16;

/**
 * An array of struct mmsghdr, each with a slot of its own for a datagram. Its buffers live as long as it does, for the
 * kernel is told their addresses as numbers, which keep nothing alive.
 */
export class MessageVector {
  /** What sendmmsg(2) and recvmmsg(2) take. */
  readonly headers: Buffer;
  readonly #iovecs: Buffer;
  readonly #slots: Buffer;
  readonly #slotSize: number;
  readonly #count: number;

  constructor(libc: Libc, count: number, slotSize: number) {
    this.#count = count;
    this.#slotSize = slotSize;
    this.headers = Buffer.alloc(count * headerSize);
    this.#iovecs = Buffer.alloc(count * iovecSize);
    // Pages that nothing is written to take no memory.
    this.#slots = Buffer.alloc(count * slotSize);
    const iovecs = libc.addressOf(this.#iovecs);
    const slots = libc.addressOf(this.#slots);
    for (let index = 0; index < count; index++) {
      this.headers.writeBigUInt64LE(iovecs + BigInt(index * iovecSize), index * headerSize + vectorOffset);
      this.headers.writeBigUInt64LE(1n, index * headerSize + vectorCountOffset);
      this.#iovecs.writeBigUInt64LE(slots + BigInt(index * slotSize), index * iovecSize);
      this.#iovecs.writeBigUInt64LE(BigInt(slotSize), index * iovecSize + 8);
    }
  }

  /** Copies as many of the messages as there are slots, and says how many. Throws RangeError for one that fits none. */
  fill(messages: readonly Buffer[]): number {
    const count = Math.min(messages.length, this.#count);
    for (let index = 0; index < count; index++) {
      const message = messages[index] ?? Buffer.alloc(0);
      if (message.length > this.#slotSize) throw new RangeError('MessageVector: the message fits no slot');
      this.#slots.set(message, index * this.#slotSize);
      this.#iovecs.writeUInt32LE(message.length, index * iovecSize + 8);
    }
    return count;
  }

  /** The first `count` datagrams received, where they lie. */
  payloads(count: number): Buffer[] {
    const payloads: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      const start = index * this.#slotSize;
      const length = this.headers.readUInt32LE(index * headerSize + lengthOffset);
      payloads.push(this.#slots.subarray(start, start + length));
    }
    return payloads;
  }
}
