import { constants } from 'node:os';
import { SO_TIMESTAMPNS, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOL_SOCKET } from './constants.js';
import { controlMessages, receiveMessage, timestampOf } from './control-message.js';
import { checked, type Libc, SystemCallError, uint32 } from './load.js';
import { type Endpoint, encodeSockaddr } from './sockaddr.js';

/** The most datagrams that one system call sends or receives. */
const datagramsPerCall = 16;
const largestDatagram = 65_535;
/** Octets of the largest query: a name of 255 octets, a cookie of 40, and other options. */
const largestSent = 512;

/** Shared by all sockets, because calls do not overlap. */
let vectors: { out: MessageVector; in: MessageVector } | null = null;

export interface StampedDatagram {
  /** Valid until the next call of any socket's receiveStamped(). */
  message: Buffer;
  /** When the kernel received it, CLOCK_REALTIME, nanoseconds; null without a stamp. */
  receivedAtNs: bigint | null;
}

/**
 * A connected UDP socket on a port that the kernel chooses. It sends and receives many small datagrams with one system call
 * (sendmmsg(2), recvmmsg(2)) and never blocks. Methods throw SystemCallError; an ICMP error is thrown by the next call.
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

  /** Sends the messages from the first on. Returns how many were sent: 0 when the socket's buffer is full. */
  send(messages: readonly Buffer[]): number {
    const count = this.#vectors.out.fill(messages);
    const sent = this.#libc.sendmmsg(this.fd, this.#vectors.out.headers, count, 0);
    return sent < 0 ? this.#unlessBusy('sendmmsg') : sent;
  }

  /** Received datagrams, at most datagramsPerCall. They are valid until the next receive() of any socket. */
  receive(): Buffer[] {
    if (!this.#isOpen) return [];
    const vector = this.#vectors.in;
    const count = this.#libc.recvmmsg(this.fd, vector.headers, datagramsPerCall, 0, null);
    return count < 0 ? vector.payloads(this.#unlessBusy('recvmmsg')) : vector.payloads(count);
  }

  /** Makes the kernel stamp the datagrams that receiveStamped() returns, where it can: qemu-user and gVisor cannot. */
  stamp(): void {
    const on = uint32(1);
    this.#libc.setsockopt(this.fd, SOL_SOCKET, SO_TIMESTAMPNS, on, on.length);
  }

  /** The next datagram; null when there is no datagram. */
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
// struct iovec: address and length.
const iovecSize = 16;

/**
 * An array of struct mmsghdr, each with a buffer slot for a datagram. It references all buffers, because the kernel gets
 * their addresses as numbers, which the garbage collector does not see.
 */
class MessageVector {
  /** The argument of sendmmsg(2) and recvmmsg(2). */
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
    // Pages that are never written use no memory.
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

  /** Copies messages to the slots. Returns how many there was room for. Throws RangeError for a message larger than a slot. */
  fill(messages: readonly Buffer[]): number {
    const count = Math.min(messages.length, this.#count);
    for (let index = 0; index < count; index++) {
      const message = messages[index] ?? Buffer.alloc(0);
      if (message.length > this.#slotSize)
        throw new RangeError('MessageVector: the message is larger than a slot');
      this.#slots.set(message, index * this.#slotSize);
      this.#iovecs.writeUInt32LE(message.length, index * iovecSize + 8);
    }
    return count;
  }

  /** The first `count` received datagrams, as views of the slots. */
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
