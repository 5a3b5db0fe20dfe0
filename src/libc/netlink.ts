import { SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW } from './constants.js';
import type { Libc } from './load.js';
import { receiveMessage } from './receive-message.js';

const AF_NETLINK = 16;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const headerLength = 16;

/** What the kernel answered one question of rtnetlink(7): the object asked for, or an errno. */
export type NetlinkAnswer = { type: number; body: Buffer } | { errno: number };

/**
 * Asks the kernel's routing code one question (NETLINK_ROUTE) and gives its answer, which is there when the question has
 * been sent: no packet leaves and nothing waits. `body` is the family header with its attributes behind it. null when
 * no descriptor is left or the answer is none.
 */
export function askRouting(libc: Libc, type: number, body: Buffer): NetlinkAnswer | null {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return null;
  try {
    const header = Buffer.alloc(headerLength);
    header.writeUInt32LE(headerLength + body.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(NLM_F_REQUEST, 6);
    const question = Buffer.concat([header, body]);
    // struct sockaddr_nl of the kernel: port 0, no groups.
    const kernel = Buffer.alloc(12);
    kernel.writeUInt16LE(AF_NETLINK);
    if (Number(libc.sendto(fd, question, question.length, 0, kernel, kernel.length)) < 0) return null;
    const received = receiveMessage(libc, fd, 0);
    return received === null ? null : decodeAnswer(received.payload);
  } finally {
    libc.close(fd);
  }
}

/** Reads the first message of an answer; null when it is cut short. Pure. */
export function decodeAnswer(bytes: Buffer): NetlinkAnswer | null {
  if (bytes.length < headerLength) return null;
  const length = bytes.readUInt32LE(0);
  if (length < headerLength || length > bytes.length) return null;
  const type = bytes.readUInt16LE(4);
  const body = Buffer.from(bytes.subarray(headerLength, length));
  if (type !== NLMSG_ERROR) return { type, body };
  return body.length < 4 ? null : { errno: -body.readInt32LE(0) };
}

/** One attribute (struct rtattr): length, type and value, padded to four octets. */
export function encodeAttribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

/** The attributes by type; ends where a length lies. Pure. */
export function decodeAttributes(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    // The highest two bits are flags of the attribute, not part of its type.
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}
