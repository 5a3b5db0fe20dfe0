import { constants } from 'node:os';
import { SO_TIMESTAMPNS, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOL_SOCKET } from './constants.js';
import { controlMessages, receiveMessage, timestampOf } from './control-message.js';
import { checked, type Libc, SystemCallError, uint32 } from './load.js';
import { type Endpoint, encodeSockaddr } from './sockaddr.js';

/** So many datagrams go out, or come in, by one system call. */
const datagramsPerCall = 16;
const largestDatagram = 65_535;
/** A query with every option that we send: a name of 255 octets, a cookie of 40. */
const largestSent = 512;

/** One of each for all sockets: a call is over before the next begins. */
let vectors: { out: MessageVector; in: MessageVector } | null = null;

export interface StampedDatagram {
  /** Valid until the next call of any socket's receiveStamped(). */
  message: Buffer;
  /** CLOCK_REALTIME, nanoseconds, when the kernel received it; null when it did not say. */
  receivedAtNs: bigint | null;
}

/**
 * A connected UDP socket on a port of the kernel's choosing, which sends and receives many small datagrams by one system
 * call (sendmmsg(2), recvmmsg(2)) and never blocks. Methods throw SystemCallError; an ICMP error is thrown by whichever
 * comes next.
 */
export class UdpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #vectors: { out: MessageVector; in: MessageVector };
  #isOpen = true;

  constructor(libc: Libc, server: Endpoint, source: string | undefined) {
    this.#libc = libc;
    vectors ??= {
      out: new MessageVector(libc, datagramsPerCall, largestSent),
      in: new MessageVector(libc, datagramsPerCall, largestDatagram),
    };
    this.#vectors = vectors;
    const address = encodeSockaddr(server);
    const family = address.readUInt16LE(0);
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = checked(libc, 'socket', libc.socket(family, type, 0));
    try {
      if (source !== undefined) {
        const own = encodeSockaddr({ address: source, port: 0 });
        checked(libc, 'bind', libc.bind(this.fd, own, own.length));
      }
      checked(libc, 'connect', libc.connect(this.fd, address, address.length));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Sends the first of the messages, and says how many: 0 when the socket's buffer is full. */
  send(messages: readonly Buffer[]): number {
    const count = this.#vectors.out.fill(messages);
    const sent = this.#libc.sendmmsg(this.fd, this.#vectors.out.headers, count, 0);
    return sent < 0 ? this.#unlessBusy('sendmmsg') : sent;
  }

  /** What has come, up to datagramsPerCall. The octets are valid until the next call of any socket's receive(). */
  receive(): Buffer[] {
    if (!this.#isOpen) return [];
    const vector = this.#vectors.in;
    const count = this.#libc.recvmmsg(this.fd, vector.headers, datagramsPerCall, 0, null);
    return count < 0 ? vector.payloads(this.#unlessBusy('recvmmsg')) : vector.payloads(count);
  }

  /** From now on the kernel says when it received what receiveStamped() brings. */
  stamp(): void {
    const on = uint32(1);
    const status = this.#libc.setsockopt(this.fd, SOL_SOCKET, SO_TIMESTAMPNS, on, on.length);
    checked(this.#libc, 'setsockopt', status);
  }

  /** The next datagram; null when there is none. */
  receiveStamped(): StampedDatagram | null {
    if (!this.#isOpen) return null;
    const received = receiveMessage(this.#libc, this.fd, 0);
    if (received === null) {
      this.#unlessBusy('recvmsg');
      return null;
    }
    let receivedAtNs: bigint | null = null;
    for (const message of controlMessages(received.control)) receivedAtNs ??= timestampOf(message);
    return { message: received.payload, receivedAtNs };
  }

  close(): void {
    if (this.#isOpen) this.#libc.close(this.fd);
    this.#isOpen = false;
  }

  #unlessBusy(syscall: string): 0 {
    const errno = this.#libc.errno();
    if (errno === constants.errno.EAGAIN) return 0;
    throw new SystemCallError(syscall, errno);
  }
}

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
class MessageVector {
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
