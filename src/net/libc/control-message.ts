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

/** struct sock_extended_err (ip(7), IP_RECVERR) with the offender's address and the kernel's receive time. */
export interface QueuedError {
  errno: number;
  /** SO_EE_ORIGIN_LOCAL (1) for errors of this host, SO_EE_ORIGIN_ICMP (2) and _ICMP6 (3) for ICMP errors. */
  origin: number;
  type: number;
  code: number;
  /** The discovered MTU of an EMSGSIZE. */
  info: number;
  /** Offset of the ICMP extensions in the data of the error (IP_RECVERR_RFC4884); 0 where the message has no length. */
  extensionsAt: number;
  /** TTL or hop limit of the packet with the error; null where unknown. */
  replyTtl: number | null;
  /** The node that sent the error; null when local or unknown. */
  offender: string | null;
  /** CLOCK_REALTIME, nanoseconds; null without a stamp of the kernel. */
  receivedAtNs: bigint | null;
}

/** SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6. */
const networkOrigins = [2, 3];

/** Whether an error is an ICMP error and not an error of this host. */
export function isFromNetwork({ origin }: Pick<QueuedError, 'origin'>): boolean {
  return networkOrigins.includes(origin);
}

/** One control message of recvmsg(2). */
export interface ControlMessage {
  level: number;
  type: number;
  data: Buffer;
}

const headerLength = 16;

/** The control messages (cmsg(3), 64-bit layout: length, level, type, data aligned to 8), up to an invalid length. */
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

/** TTL or hop limit of an IP_TTL or IPV6_HOPLIMIT message; null for any other. */
export function hopLimitOf({ level, type, data }: ControlMessage): number | null {
  const isTtl = level === IPPROTO_IP && type === IP_TTL;
  const isHopLimit = level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT;
  return (isTtl || isHopLimit) && data.length >= 4 ? data.readInt32LE(0) : null;
}

/** Reads the control messages of one recvmsg(MSG_ERRQUEUE). null when there is no extended error among them. */
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

/** Reads struct sock_extended_err of <linux/errqueue.h> and the offender's address after it. */
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

/** The result of one recvmsg(2). Valid until the next call, which uses the same buffers. */
export interface ReceivedMessage {
  payload: Buffer;
  /** struct sockaddr of the sender. */
  name: Buffer;
  control: Buffer;
}

/**
 * These buffers are global because the kernel gets their addresses as numbers, which the garbage collector does not see. It
 * could collect a local buffer while recvmsg writes to it.
 */
const name = Buffer.alloc(28);
const control = Buffer.alloc(512);
const vector = Buffer.alloc(16);
const message = Buffer.alloc(56);
const payload = Buffer.alloc(65536);

/** The libc that the addresses in `message` were written with. They are valid as long as the process runs. */
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

/** Receives without blocking; null when there is nothing to receive or the call failed. */
export function receiveMessage(libc: Libc, fd: number, flags: number): ReceivedMessage | null {
  if (addressed !== libc) writeAddresses(libc);
  // The kernel overwrites these lengths with the lengths used.
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

const time = Buffer.alloc(16);

/** CLOCK_REALTIME in nanoseconds, the clock of SO_TIMESTAMPNS. */
export function realtimeNs(libc: Libc): bigint {
  libc.clock_gettime(CLOCK_REALTIME, time);
  return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
}

/** The zero of realtimeMs(), because nanoseconds since 1970 exceed the precision of a double. */
const epochSeconds = Math.floor(Date.now() / 1000);

/** CLOCK_REALTIME in milliseconds, to the nanosecond, since a time shortly before the start of this process. */
export function realtimeMs(libc: Libc): number {
  libc.clock_gettime(CLOCK_REALTIME, time);
  return readTimespecMs(time, 0);
}

function readTimespecMs(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32LE(at) + bytes.readInt32LE(at + 4) * 2 ** 32;
  return (seconds - epochSeconds) * 1000 + bytes.readUInt32LE(at + 8) / 1e6;
}

/** What a raw socket tells of a packet beside its octets. */
export interface PacketDetails {
  /** By the clock of realtimeMs(); null without a stamp of the kernel. */
  receivedAtMs: number | null;
  /** TTL or hop limit; null without one. */
  hopLimit: number | null;
}

/** The details in the control messages. It is called for every packet that arrives, so it makes no object for each message. */
export function packetDetails(control: Buffer): PacketDetails {
  const details: PacketDetails = { receivedAtMs: null, hopLimit: null };
  for (let at = 0; at + headerLength <= control.length; ) {
    const length = control.readUInt32LE(at);
    if (length < headerLength || at + length > control.length) break;
    const level = control.readInt32LE(at + 8);
    const type = control.readInt32LE(at + 12);
    const octets = length - headerLength;
    const isTtl =
      (level === IPPROTO_IP && type === IP_TTL) || (level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT);
    if (level === SOL_SOCKET && type === SO_TIMESTAMPNS && octets >= 16)
      details.receivedAtMs = readTimespecMs(control, at + headerLength);
    else if (isTtl && octets >= 4) details.hopLimit = control.readInt32LE(at + headerLength);
    at += (length + 7) & ~7;
  }
  return details;
}
