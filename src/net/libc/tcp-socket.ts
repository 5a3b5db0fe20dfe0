import {
  AF_INET,
  AF_INET6,
  IP_RECVERR,
  IP_RECVERR_RFC4884,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_AUTOFLOWLABEL,
  IPV6_RECVERR,
  IPV6_RECVERR_RFC4884,
  IPV6_RECVHOPLIMIT,
  IPV6_UNICAST_HOPS,
  MSG_ERRQUEUE,
  SO_ERROR,
  SO_LINGER,
  SO_REUSEADDR,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_INFO,
  TCP_MAXSEG,
  TCP_QUICKACK,
} from './constants.js';
import { decodeQueuedError, type QueuedError, receiveMessage } from './control-message.js';
import { checked, errnoName, type Libc, SystemCallError, uint32 } from './load.js';
import { decodeSockaddr, type Endpoint, encodeSockaddr, longestSockaddr, writeSockaddr } from './sockaddr.js';

/** An error of the queue with the quote of the packet it concerns, from the TCP header on, and with extensions. */
export interface QueuedPacketError extends QueuedError {
  quoted: Buffer;
}

const ipOptions = {
  4: {
    ttl: IP_TTL,
    receiveErrors: IP_RECVERR,
    receiveTtl: IP_RECVTTL,
    receiveExtensions: IP_RECVERR_RFC4884,
  },
  6: {
    ttl: IPV6_UNICAST_HOPS,
    receiveErrors: IPV6_RECVERR,
    receiveTtl: IPV6_RECVHOPLIMIT,
    receiveExtensions: IPV6_RECVERR_RFC4884,
  },
} as const;

export interface TcpSendState {
  /** Octets of payload that fit into one segment now (tcpi_snd_mss). */
  maxSegment: number;
  /** Octets of TCP options in every segment of this connection. */
  optionOctets: number;
  /** Segments sent and not acknowledged (tcpi_unacked). */
  unacknowledged: number;
}

const on = uint32(1);
/** Shared by all sockets: results are read before the next call, and a new buffer would cost more than the call. */
const value = Buffer.alloc(232);
const localName = Buffer.alloc(longestSockaddr);
const lengthOf = uint32(0);

/** A TCP socket with the options that Node does not have. Methods throw SystemCallError unless stated otherwise. */
export class TcpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  #isOpen = true;
  /** The address of the last connect(), as struct sockaddr. */
  readonly #remote = Buffer.alloc(longestSockaddr);
  #remoteLength = 0;

  constructor(libc: Libc, family: 4 | 6) {
    this.#libc = libc;
    this.#family = family;
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = libc.socket(family === 4 ? AF_INET : AF_INET6, type, IPPROTO_TCP);
    checked(libc, 'socket', this.fd);
  }

  /**
   * Allows several sockets to send packets of one flow: they can bind one port if no two have the same peer (SO_REUSEADDR),
   * and IPv6 packets have no flow label of the socket, which routers use for load balancing (RFC 6438). Call before `bind`.
   */
  shareFlow(): void {
    this.#setOption(SOL_SOCKET, SO_REUSEADDR, on);
    if (this.#family === 6) this.#setOption(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, uint32(0));
  }

  bind(local: Endpoint): void {
    const address = encodeSockaddr(local);
    checked(this.#libc, 'bind', this.#libc.bind(this.fd, address, address.length));
  }

  localEndpoint(): Endpoint | null {
    lengthOf.writeUInt32LE(localName.length);
    checked(this.#libc, 'getsockname', this.#libc.getsockname(this.fd, localName, lengthOf));
    return decodeSockaddr(localName.subarray(0, lengthOf.readUInt32LE()));
  }

  /**
   * Prepares the socket for a probe: sets the TTL, queues ICMP errors with time stamps of the kernel (ip(7)), delays the ACK
   * of a SYN-ACK (TCP_QUICKACK off), and makes close() send a RST (SO_LINGER 0), so that the application at the target does
   * not see a connection.
   */
  prepareProbe(ttl: number): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    const names = ipOptions[this.#family];
    this.setTtl(ttl);
    this.queueErrors();
    this.#trySetOption(level, names.receiveTtl, on);
    this.#trySetOption(level, names.receiveExtensions, on);
    this.stampErrors();
    this.closeByReset();
    this.#trySetOption(IPPROTO_TCP, TCP_QUICKACK, uint32(0));
  }

  /** Adds ICMP errors to the socket's error queue (ip(7)). */
  queueErrors(): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    this.#setOption(level, ipOptions[this.#family].receiveErrors, on);
  }

  /** Adds the kernel's receive time to the errors of the queue. */
  stampErrors(): void {
    // qemu-user and gVisor do not have it; errors then count from when they are read.
    this.#trySetOption(SOL_SOCKET, SO_TIMESTAMPNS, on);
  }

  /**
   * Limits the segments that both sides send, octets of payload (TCP_MAXSEG of tcp(7)). Call before `connect`, because the
   * SYN announces the limit to the peer.
   */
  limitSegments(octets: number): void {
    this.#setOption(IPPROTO_TCP, TCP_MAXSEG, uint32(octets));
  }

  /** Makes close() send a RST and discard unacknowledged data (SO_LINGER 0). */
  closeByReset(): void {
    this.#setOption(SOL_SOCKET, SO_LINGER, Buffer.concat([on, uint32(0)]));
  }

  /** Queues bytes to send. Returns the number of bytes accepted. */
  write(bytes: Buffer): number {
    const taken = Number(this.#libc.write(this.fd, bytes, bytes.length));
    checked(this.#libc, 'write', taken);
    return taken;
  }

  /** Reads the sending side from TCP_INFO (tcp(7)). */
  sendState(): TcpSendState {
    const info = this.#getOption(IPPROTO_TCP, TCP_INFO, value.length);
    // TCPI_OPT_TIMESTAMPS: twelve octets in every segment.
    const optionOctets = (info.readUInt8(5) & 1) === 1 ? 12 : 0;
    return { maxSegment: info.readUInt32LE(16), optionOctets, unacknowledged: info.readUInt32LE(24) };
  }

  /** Returns the descriptor, which the caller must close. This object must not be used afterwards. */
  release(): number {
    this.#isOpen = false;
    return this.fd;
  }

  /** Sets the TTL or hop limit of the following packets. */
  setTtl(ttl: number): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    this.#setOption(level, ipOptions[this.#family].ttl, uint32(ttl));
  }

  /** Starts connecting; the result is an event on `fd`. Throws where this host refuses. */
  connect(remote: Endpoint): void {
    this.#remoteLength = writeSockaddr(this.#remote, remote);
    const errno = this.#connect();
    if (errno !== 0 && errnoName(errno) !== 'EINPROGRESS') throw new SystemCallError('connect', errno);
  }

  /**
   * The state of the connection that `connect` started, found by calling connect(2) again: `open`, `pending`, or the
   * symbolic errno that ended it. The errno is returned only once: Linux then resets the socket to its state before
   * `connect`, and the socket can connect again. Does not throw.
   */
  connectState(): string {
    const errno = this.#connect();
    if (errno === 0) return 'open';
    const name = errnoName(errno);
    if (name === 'EALREADY') return 'pending';
    return name === 'EISCONN' ? 'open' : name;
  }

  /** Returns 0 or the errno. */
  #connect(): number {
    return this.#libc.connect(this.fd, this.#remote, this.#remoteLength) === 0 ? 0 : this.#libc.errno();
  }

  /** Returns the symbolic pending error and clears it (SO_ERROR); null without an error. */
  takeError(): string | null {
    const errno = this.#getOption(SOL_SOCKET, SO_ERROR, 4).readInt32LE();
    return errno === 0 ? null : errnoName(errno);
  }

  /** The next error of the error queue; null when it is empty. Does not throw. */
  readErrorQueue(): QueuedPacketError | null {
    const received = receiveMessage(this.#libc, this.fd, MSG_ERRQUEUE);
    const error = received === null ? null : decodeQueuedError(received.control);
    return received === null || error === null ? null : { ...error, quoted: Buffer.from(received.payload) };
  }

  /** Reads the connection's state from TCP_INFO. */
  info(): TcpInfo {
    return decodeTcpInfo(this.#getOption(IPPROTO_TCP, TCP_INFO, value.length));
  }

  /** Closes the socket. Further calls have no effect. Does not throw. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#libc.close(this.fd);
  }

  #setOption(level: number, name: number, value: Buffer): void {
    checked(this.#libc, 'setsockopt', this.#libc.setsockopt(this.fd, level, name, value, value.length));
  }

  /** For options that older or emulated kernels do not have. Ignores errors. */
  #trySetOption(level: number, name: number, value: Buffer): void {
    this.#libc.setsockopt(this.fd, level, name, value, value.length);
  }

  /** The result is valid until the next call. Members of a struct that an older kernel does not have are 0. */
  #getOption(level: number, name: number, size: number): Buffer {
    value.fill(0);
    lengthOf.writeUInt32LE(size);
    checked(this.#libc, 'getsockopt', this.#libc.getsockopt(this.fd, level, name, value, lengthOf));
    return value;
  }
}

/** Members of struct tcp_info (<linux/tcp.h>), whose beginning has not changed since Linux 2.6. */
export interface TcpInfo {
  /** The handshake is in progress. */
  isConnecting: boolean;
  /** ESTABLISHED, or CLOSE_WAIT after the peer's FIN: the handshake is complete. */
  isEstablished: boolean;
  /** An error closed the connection. If neither this nor `isConnecting`: ESTABLISHED, or CLOSE_WAIT after the peer's FIN. */
  isClosed: boolean;
  /** The handshake's round trip as the kernel measured it, milliseconds. */
  rttMs: number;
  /** The receive window that the peer offered last, octets; null for an empty one and before Linux 5.4. */
  window: number | null;
  /** The peer's SYN-ACK has the option. */
  timestamps: boolean;
  sackPermitted: boolean;
  ecn: boolean;
  /** The shift count of the peer's window; null without the option. */
  windowScale: number | null;
  /** Total number of retransmissions. */
  retransmits: number;
  /** Segments without data received, the SYN-ACK included; 0 before Linux 4.6. */
  controlSegmentsIn: number;
  /** Retransmitted segments in flight: 0 after a retransmission that this host's firewall dropped. */
  retransmitsOut: number;
}

const established = 1;
const synSent = 2;
const synReceived = 3;
const closed = 7;
const closeWait = 8;

/**
 * Decodes struct tcp_info. Offsets: state 0, options 5, window scales 6, retransmissions in flight 36 and total 100, round
 * trip 68 (microseconds), segments received 140, of them with data 152, window 228.
 */
function decodeTcpInfo(bytes: Buffer): TcpInfo {
  const options = bytes.readUInt8(5);
  const state = bytes.readUInt8(0);
  return {
    isConnecting: state === synSent || state === synReceived,
    isEstablished: state === established || state === closeWait,
    isClosed: state === closed,
    rttMs: bytes.readUInt32LE(68) / 1000,
    window: bytes.readUInt32LE(228) || null,
    timestamps: (options & 1) !== 0,
    sackPermitted: (options & 2) !== 0,
    windowScale: (options & 4) === 0 ? null : bytes.readUInt8(6) & 0xf,
    ecn: (options & 8) !== 0,
    retransmits: bytes.readUInt32LE(100),
    retransmitsOut: bytes.readUInt32LE(36),
    controlSegmentsIn: Math.max(0, bytes.readUInt32LE(140) - bytes.readUInt32LE(152)),
  };
}
