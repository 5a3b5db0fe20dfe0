import {
  CLOCK_REALTIME,
  IP_RECVERR,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_RECVERR,
  SO_TIMESTAMPNS,
  SOL_SOCKET,
} from './constants.js';
import type { Libc } from './load.js';
import { decodeSockaddr } from './sockaddr.js';

/** struct sock_extended_err (ip(7), IP_RECVERR) with its offender and the kernel's receive time. */
export interface QueuedError {
  errno: number;
  /** SO_EE_ORIGIN_ICMP (2) and _ICMP6 (3) came from the network; SO_EE_ORIGIN_LOCAL (1) is this host's own. */
  origin: number;
  type: number;
  code: number;
  /** The discovered MTU of an EMSGSIZE. */
  info: number;
  /** Where extensions begin in the data that came with the error (IP_RECVERR_RFC4884); 0 when the message did not say. */
  extensionsAt: number;
  /** TTL or hop limit of the packet that brought the error; null when not told. */
  replyTtl: number | null;
  /** The node that sent the error; null when local or unknown. */
  offender: string | null;
  /** CLOCK_REALTIME, nanoseconds; null when the kernel gave no stamp. */
  receivedAtNs: bigint | null;
}

/** SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6. */
const networkOrigins = [2, 3];

/** Whether an error came in a packet, and is not this host's own. */
export function isFromNetwork({ origin }: Pick<QueuedError, 'origin'>): boolean {
  return networkOrigins.includes(origin);
}

/** One control message of a recvmsg. */
export interface ControlMessage {
  level: number;
  type: number;
  data: Buffer;
}

const headerLength = 16;

/** Walks control messages (cmsg(3), 64-bit layout: length, level, type, data aligned to 8); ends where a length lies. */
export function* controlMessages(control: Buffer): Generator<ControlMessage> {
  for (let at = 0; at + headerLength <= control.length; ) {
    const length = Number(control.readBigUInt64LE(at));
    if (length < headerLength || at + length > control.length) return;
    yield {
      level: control.readInt32LE(at + 8),
      type: control.readInt32LE(at + 12),
      data: control.subarray(at + headerLength, at + length),
    };
    at += (length + 7) & ~7;
  }
}

/** CLOCK_REALTIME nanoseconds of an SO_TIMESTAMPNS message; null for any other. */
export function timestampOf({ level, type, data }: ControlMessage): bigint | null {
  if (level !== SOL_SOCKET || type !== SO_TIMESTAMPNS || data.length < 16) return null;
  return data.readBigInt64LE(0) * 1_000_000_000n + data.readBigInt64LE(8);
}

/** TTL or hop limit of the packet that a recvmsg brought; null for any other message. */
export function hopLimitOf({ level, type, data }: ControlMessage): number | null {
  const isTtl = level === IPPROTO_IP && type === IP_TTL;
  const isHopLimit = level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT;
  return (isTtl || isHopLimit) && data.length >= 4 ? data.readInt32LE(0) : null;
}

/** Reads the control messages of one recvmsg(MSG_ERRQUEUE). null when no extended error is among them. */
export function decodeQueuedError(control: Buffer): QueuedError | null {
  let error: QueuedError | null = null;
  let receivedAtNs: bigint | null = null;
  let replyTtl: number | null = null;
  for (const message of controlMessages(control)) {
    receivedAtNs = timestampOf(message) ?? receivedAtNs;
    replyTtl = hopLimitOf(message) ?? replyTtl;
    error = extendedError(message) ?? error;
  }
  return error === null ? null : { ...error, receivedAtNs, replyTtl };
}

/** struct sock_extended_err of <linux/errqueue.h>, and the offender's address behind it. */
function extendedError({ level, type, data }: ControlMessage): QueuedError | null {
  const isError =
    (level === IPPROTO_IP && type === IP_RECVERR) || (level === IPPROTO_IPV6 && type === IPV6_RECVERR);
  if (!isError || data.length < 16) return null;
  return {
    errno: data.readUInt32LE(0),
    origin: data.readUInt8(4),
    type: data.readUInt8(5),
    code: data.readUInt8(6),
    info: data.readUInt32LE(8),
    extensionsAt: data.readUInt16LE(12),
    offender: decodeSockaddr(data.subarray(16))?.address ?? null,
    receivedAtNs: null,
    replyTtl: null,
  };
}

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

/** CLOCK_REALTIME in nanoseconds: the clock of SO_TIMESTAMPNS, so that both ends of a subtraction are the kernel's. */
export function realtimeNs(libc: Libc): bigint {
  const time = Buffer.alloc(16);
  libc.clock_gettime(CLOCK_REALTIME, time);
  return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
}
