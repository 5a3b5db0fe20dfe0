import {
  AF_INET,
  AF_INET6,
  IP_RECVERR,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_RECVERR,
  IPV6_UNICAST_HOPS,
  MSG_ERRQUEUE,
  SO_ERROR,
  SO_LINGER,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_INFO,
  TCP_QUICKACK,
} from './constants.js';
import { decodeQueuedError, type QueuedError } from './control-message.js';
import { errnoName } from './errno-name.js';
import { uint32 } from './int.js';
import type { Libc } from './load.js';
import { receiveMessage } from './receive-message.js';
import { decodeSockaddr, type Endpoint, encodeSockaddr } from './sockaddr.js';
import { SystemCallError } from './system-call-error.js';

/** A TCP socket with the options Node cannot reach. Every method throws SystemCallError unless it says otherwise. */
export class TcpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  #isOpen = true;

  constructor(libc: Libc, family: 4 | 6) {
    this.#libc = libc;
    this.#family = family;
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = libc.socket(family === 4 ? AF_INET : AF_INET6, type, IPPROTO_TCP);
    this.#check('socket', this.fd);
  }

  bind(local: Endpoint): void {
    const address = encodeSockaddr(local);
    this.#check('bind', this.#libc.bind(this.fd, address, address.length));
  }

  localEndpoint(): Endpoint | null {
    const address = Buffer.alloc(28);
    const length = uint32(address.length);
    this.#check('getsockname', this.#libc.getsockname(this.fd, address, length));
    return decodeSockaddr(address.subarray(0, length.readUInt32LE()));
  }

  /**
   * Makes the socket a probe: the TTL, ICMP errors with kernel time stamps on its error queue (ip(7)), no ACK of a
   * SYN-ACK before we close (TCP_QUICKACK off delays it), and a close that sends RST (SO_LINGER 0), so that the far
   * application never sees a connection.
   */
  prepareProbe(ttl: number): void {
    const isV4 = this.#family === 4;
    this.#setOption(isV4 ? IPPROTO_IP : IPPROTO_IPV6, isV4 ? IP_TTL : IPV6_UNICAST_HOPS, uint32(ttl));
    this.#setOption(isV4 ? IPPROTO_IP : IPPROTO_IPV6, isV4 ? IP_RECVERR : IPV6_RECVERR, uint32(1));
    this.#setOption(SOL_SOCKET, SO_TIMESTAMPNS, uint32(1));
    this.#setOption(SOL_SOCKET, SO_LINGER, Buffer.concat([uint32(1), uint32(0)]));
    this.#setOption(IPPROTO_TCP, TCP_QUICKACK, uint32(0));
  }

  /** Starts connecting; the outcome comes as an event on `fd`. A refusal of this host itself throws at once. */
  connect(remote: Endpoint): void {
    const address = encodeSockaddr(remote);
    if (this.#libc.connect(this.fd, address, address.length) === 0) return;
    const errno = this.#libc.errno();
    if (errnoName(errno) !== 'EINPROGRESS') throw new SystemCallError('connect', errno);
  }

  /** The pending error and clears it (SO_ERROR): null when connected. Symbolic. */
  takeError(): string | null {
    const errno = this.#getOption(SOL_SOCKET, SO_ERROR, 4).readInt32LE();
    return errno === 0 ? null : errnoName(errno);
  }

  /** The next error the network reported for this socket, or null when the queue is empty. Does not throw. */
  readErrorQueue(): QueuedError | null {
    const received = receiveMessage(this.#libc, this.fd, MSG_ERRQUEUE);
    return received === null ? null : decodeQueuedError(received.control);
  }

  /** The handshake's round trip as the kernel measured it (tcpi_rtt of TCP_INFO), milliseconds. */
  handshakeRttMs(): number {
    // tcpi_rtt is 68 octets into struct tcp_info and has been since Linux 2.6.
    return this.#getOption(IPPROTO_TCP, TCP_INFO, 104).readUInt32LE(68) / 1000;
  }

  /** Closes once; again does nothing. Does not throw. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#libc.close(this.fd);
  }

  #setOption(level: number, name: number, value: Buffer): void {
    this.#check('setsockopt', this.#libc.setsockopt(this.fd, level, name, value, value.length));
  }

  #getOption(level: number, name: number, size: number): Buffer {
    const value = Buffer.alloc(size);
    this.#check('getsockopt', this.#libc.getsockopt(this.fd, level, name, value, uint32(size)));
    return value;
  }

  #check(syscall: string, result: number): void {
    if (result < 0) throw new SystemCallError(syscall, this.#libc.errno());
  }
}
