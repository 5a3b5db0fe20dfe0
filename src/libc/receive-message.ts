import type { Libc } from './load.js';

/** What one recvmsg(2) brought. Valid until the next call: the buffers are the same ones. */
export interface ReceivedMessage {
  payload: Buffer;
  /** struct sockaddr of the sender. */
  name: Buffer;
  control: Buffer;
}

/**
 * These outlive every call on purpose: the kernel is told their addresses as numbers, which keep nothing alive, and a
 * buffer that is only a local variable may be collected while recvmsg writes to it.
 */
const name = Buffer.alloc(28);
const control = Buffer.alloc(512);
const vector = Buffer.alloc(16);
const message = Buffer.alloc(56);
const payload = Buffer.alloc(65536);

/** Whose addresses the message has; they are the same for as long as the process lives. */
let addressed: Libc | null = null;

function writeAddresses(libc: Libc): void {
  addressed = libc;
  vector.writeBigUInt64LE(libc.addressOf(payload), 0);
  vector.writeBigUInt64LE(BigInt(payload.length), 8);
  // struct msghdr, 64-bit: name, namelen, iov, iovlen, control, controllen, flags.
  message.writeBigUInt64LE(libc.addressOf(name), 0);
  message.writeBigUInt64LE(libc.addressOf(vector), 16);
  message.writeBigUInt64LE(1n, 24);
  message.writeBigUInt64LE(libc.addressOf(control), 32);
}

/** Receives without blocking; null when nothing is there or the call failed. */
export function receiveMessage(libc: Libc, fd: number, flags: number): ReceivedMessage | null {
  if (addressed !== libc) writeAddresses(libc);
  // The kernel writes how much of them it used.
  message.writeUInt32LE(name.length, 8);
  message.writeUInt32LE(control.length, 40);
  const length = Number(libc.recvmsg(fd, message, flags));
  if (length < 0) return null;
  return {
    payload: payload.subarray(0, length),
    name: name.subarray(0, message.readUInt32LE(8)),
    control: control.subarray(0, Number(message.readBigUInt64LE(40))),
  };
}
