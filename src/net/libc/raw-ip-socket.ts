import { addressToBytes } from '../packet/address-bytes.js';
import {
  AF_INET,
  AF_INET6,
  ICMP_FILTER,
  ICMP6_FILTER,
  IP_PKTINFO,
  IP_TTL,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_RECVHOPLIMIT,
  SO_ATTACH_FILTER,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_RAW,
  SOL_SOCKET,
} from './constants.js';
import { type PacketDetails, packetDetails, receiveMessage } from './control-message.js';
import { checked, type Libc, uint32 } from './load.js';
import { answersToSyn, errorsOnly } from './packet-filter.js';
import { decodeSockaddr, encodeSockaddr, longestSockaddr } from './sockaddr.js';

/** A packet that was received. Its hop limit is null in IPv4, where the header has it. */
export interface RawPacket extends PacketDetails {
  source: string;
  /** With the IP header in IPv4, without it in IPv6 (raw(7), RFC 3542 section 3). */
  bytes: Buffer;
}

/**
 * Enough for the replies to a thousand traces, or other TCP of this host, while this process does not run. The kernel's limit is
 * net.core.rmem_max, whose usual 208 KiB hold some 500 packets: a twentieth of a second of busy TCP. It does not hold for CAP_NET_ADMIN.
 */
const receiveBufferOctets = 1 << 22;

/** Global, because the kernel gets their addresses as numbers, which the garbage collector does not see. */
const answerFilters = { 4: answersToSyn(4), 6: answersToSyn(6) };

/** Octets of struct cmsghdr. */
const controlHeader = 16;

/** struct msghdr of a packet to send, with its source and TTL as control messages (ip(7), RFC 3542 section 6). */
class OutgoingMessage {
  readonly header = Buffer.alloc(56);
  readonly #vector = Buffer.alloc(16);
  readonly #name = Buffer.alloc(longestSockaddr);
  readonly #payload = Buffer.alloc(128);
  readonly #control: Buffer;
  readonly #sourceAt: number;
  readonly #ttlAt: number;
  #addressed: Libc | null = null;
  /** The source in the control message. */
  #source: string | null = null;

  constructor(family: 4 | 6) {
    const isV4 = family === 4;
    // struct in_pktinfo: index, source, destination. struct in6_pktinfo: source, index. Index 0 is any interface.
    const source = { size: isV4 ? 12 : 20, at: isV4 ? 4 : 0 };
    const level = isV4 ? IPPROTO_IP : IPPROTO_IPV6;
    const second = controlHeader + ((source.size + 7) & ~7);
    this.#control = Buffer.alloc(second + controlHeader + 8);
    this.#writeHeader(0, source.size, level, isV4 ? IP_PKTINFO : IPV6_PKTINFO);
    this.#writeHeader(second, 4, level, isV4 ? IP_TTL : IPV6_HOPLIMIT);
    this.#sourceAt = controlHeader + source.at;
    this.#ttlAt = second + controlHeader;
  }

  fill(
    libc: Libc,
    { bytes, source, ttl, to }: { bytes: Uint8Array; source: string; ttl: number; to: Buffer },
  ): void {
    if (this.#addressed !== libc) this.#writeAddresses(libc);
    this.#name.set(to);
    this.header.writeUInt32LE(to.length, 8);
    this.#payload.set(bytes);
    this.#vector.writeBigUInt64LE(BigInt(bytes.length), 8);
    if (source !== this.#source) this.#control.set(addressToBytes(source), this.#sourceAt);
    this.#source = source;
    this.#control.writeInt32LE(ttl, this.#ttlAt);
  }

  #writeHeader(at: number, size: number, level: number, type: number): void {
    this.#control.writeBigUInt64LE(BigInt(controlHeader + size), at);
    this.#control.writeInt32LE(level, at + 8);
    this.#control.writeInt32LE(type, at + 12);
  }

  #writeAddresses(libc: Libc): void {
    this.#addressed = libc;
    this.#vector.writeBigUInt64LE(libc.addressOf(this.#payload), 0);
    this.header.writeBigUInt64LE(libc.addressOf(this.#name), 0);
    this.header.writeBigUInt64LE(libc.addressOf(this.#vector), 16);
    this.header.writeBigUInt64LE(1n, 24);
    this.header.writeBigUInt64LE(libc.addressOf(this.#control), 32);
    this.header.writeBigUInt64LE(BigInt(this.#control.length), 40);
  }
}

/** Global, as the filters. */
const outgoing = { 4: new OutgoingMessage(4), 6: new OutgoingMessage(6) };

/** A raw IP socket of one protocol. Methods throw SystemCallError; EPERM of the constructor means no CAP_NET_RAW. */
export class RawIpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  #isOpen = true;

  constructor(libc: Libc, family: 4 | 6, protocol: number) {
    this.#libc = libc;
    this.#family = family;
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = checked(libc, 'socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, protocol));
    try {
      // Without these options a detail is missing, and replies are stamped when they are read.
      this.#trySetOption(SOL_SOCKET, SO_RCVBUF, uint32(receiveBufferOctets));
      this.#trySetOption(SOL_SOCKET, SO_RCVBUFFORCE, uint32(receiveBufferOctets));
      this.#trySetOption(SOL_SOCKET, SO_TIMESTAMPNS, uint32(1));
      if (family === 6) this.#trySetOption(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, uint32(1));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Binds to `source`: packets are sent from it by its routing rules, and only packets to it are received. Throws
   * EADDRNOTAVAIL if it is not an address of this host.
   */
  bind(source: string): void {
    const address = encodeSockaddr({ address: source, port: 0 });
    checked(this.#libc, 'bind', this.#libc.bind(this.fd, address, address.length));
  }

  /** TCP: receives only segments that can answer a SYN, where the kernel has socket filters. */
  receiveOnlyAnswers(): void {
    // struct sock_fprog: the number of instructions, and at octet 8 their address.
    const program = answerFilters[this.#family];
    const filter = Buffer.alloc(16);
    filter.writeUInt16LE(program.length / 8, 0);
    filter.writeBigUInt64LE(this.#libc.addressOf(program), 8);
    this.#trySetOption(SOL_SOCKET, SO_ATTACH_FILTER, filter);
  }

  /** ICMP: receives only errors, where the kernel has this filter. */
  receiveOnlyErrors(): void {
    const wanted = errorsOnly(this.#family);
    if (this.#family === 4) this.#trySetOption(SOL_RAW, ICMP_FILTER, wanted);
    else this.#trySetOption(IPPROTO_ICMPV6, ICMP6_FILTER, wanted);
  }

  /**
   * Sends octets behind an IP header that the kernel writes: from `source`, with this TTL or hop limit. The kernel routes the
   * packet by this source and by the socket's protocol, as it routes TCP; with a header of our own (IP_HDRINCL) it would see
   * neither. `to` is a struct sockaddr (encodeSockaddr).
   */
  send(bytes: Uint8Array, { source, ttl, to }: { source: string; ttl: number; to: Buffer }): void {
    const message = outgoing[this.#family];
    message.fill(this.#libc, { bytes, source, ttl, to });
    checked(this.#libc, 'sendmsg', Number(this.#libc.sendmsg(this.fd, message.header, 0)));
  }

  /** The next packet; null when there is no packet or the socket is closed. Its bytes are valid until the next call. */
  receive(): RawPacket | null {
    if (!this.#isOpen) return null;
    const received = receiveMessage(this.#libc, this.fd, 0);
    if (received === null) return null;
    const source = decodeSockaddr(received.name)?.address ?? '';
    return { ...packetDetails(received.control), source, bytes: received.payload };
  }

  /** Closes the socket. Further calls have no effect. Does not throw. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#libc.close(this.fd);
  }

  /** For options that emulated kernels (qemu-user, gVisor) do not have. Ignores errors. */
  #trySetOption(level: number, name: number, value: Buffer): void {
    this.#libc.setsockopt(this.fd, level, name, value, value.length);
  }
}
