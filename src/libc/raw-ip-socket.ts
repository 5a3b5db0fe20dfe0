import {
  AF_INET,
  AF_INET6,
  IP_HDRINCL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_RECVHOPLIMIT,
  IPV6_UNICAST_HOPS,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from './constants.js';
import { controlMessages, timestampOf } from './control-message.js';
import { uint32 } from './int.js';
import type { Libc } from './load.js';
import { receiveMessage } from './receive-message.js';
import { decodeSockaddr, encodeSockaddr } from './sockaddr.js';
import { SystemCallError } from './system-call-error.js';

export interface RawPacket {
  source: string;
  /** From the IP header on in IPv4, from the protocol's own header on in IPv6 (raw(7), RFC 3542 section 3). */
  bytes: Buffer;
  /** IPv6 only; in IPv4 it is in the header. */
  hopLimit: number | null;
  /** CLOCK_REALTIME, nanoseconds, when the kernel received it; null when it did not say. */
  receivedAtNs: bigint | null;
}

/** A raw IP socket of one protocol. Methods throw SystemCallError; EPERM from the constructor means no CAP_NET_RAW. */
export class RawIpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  #isOpen = true;

  constructor(libc: Libc, family: 4 | 6, protocol: number) {
    this.#libc = libc;
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = this.#checked('socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, protocol));
    this.#setOption(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (family === 6) this.#setOption(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  }

  /** IPv4: what is sent begins with an IP header of our making. */
  includeHeader(): void {
    this.#setOption(IPPROTO_IP, IP_HDRINCL, 1);
  }

  /** IPv6: the hop limit of what is sent from now on. */
  setHopLimit(hopLimit: number): void {
    this.#setOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hopLimit);
  }

  send(bytes: Buffer, destination: string): void {
    const address = encodeSockaddr({ address: destination, port: 0 });
    const sent = this.#libc.sendto(this.fd, bytes, bytes.length, 0, address, address.length);
    this.#checked('sendto', Number(sent));
  }

  /** The next packet, or null when there is none or the socket is closed. Its bytes are valid until the next call. */
  receive(): RawPacket | null {
    if (!this.#isOpen) return null;
    const received = receiveMessage(this.#libc, this.fd, 0);
    if (received === null) return null;
    const packet: RawPacket = {
      source: decodeSockaddr(received.name)?.address ?? '',
      bytes: received.payload,
      hopLimit: null,
      receivedAtNs: null,
    };
    for (const message of controlMessages(received.control)) {
      packet.receivedAtNs = timestampOf(message) ?? packet.receivedAtNs;
      const isHopLimit = message.level === IPPROTO_IPV6 && message.type === IPV6_HOPLIMIT;
      if (isHopLimit && message.data.length >= 4) packet.hopLimit = message.data.readInt32LE(0);
    }
    return packet;
  }

  /** Closes once; again does nothing. Does not throw. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#libc.close(this.fd);
  }

  #setOption(level: number, name: number, value: number): void {
    this.#checked('setsockopt', this.#libc.setsockopt(this.fd, level, name, uint32(value), 4));
  }

  #checked(syscall: string, result: number): number {
    if (result < 0) throw new SystemCallError(syscall, this.#libc.errno());
    return result;
  }
}
