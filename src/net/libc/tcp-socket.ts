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

/** An error of the queue, and what its sender quoted of our packet, from the TCP header on, extensions included. */
export interface QueuedPacketError extends QueuedError {
  quoted: Buffer;
}

const ipOptions = {
  4: {
    ttl: IP_TTL,
    receiveErrors: IP_RECVERR,
    receiveTtl: IP_RECVTTL,
    tellExtensions: IP_RECVERR_RFC4884,
  },
  6: {
    ttl: IPV6_UNICAST_HOPS,
    receiveErrors: IPV6_RECVERR,
    receiveTtl: IPV6_RECVHOPLIMIT,
    tellExtensions: IPV6_RECVERR_RFC4884,
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
/** What the kernel writes is read before the next call: a buffer for each would cost more than the call. */
const value = Buffer.alloc(104);
const localName = Buffer.alloc(longestSockaddr);
const lengthOf = uint32(0);

/** A TCP socket with the options Node cannot reach. Every method throws SystemCallError unless it says otherwise. */
export class TcpSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  #isOpen = true;
  /** Where `connect` was told to go. */
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
   * Makes the socket's packets one flow with those of others: several may bind one port, as long as no two have the same
   * peer (SO_REUSEADDR), and IPv6 packets carry no flow label of their own, by which routers choose paths as well
   * (RFC 6438). Before `bind`.
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
   * Makes the socket a probe: the TTL, ICMP errors with kernel time stamps on its error queue (ip(7)), no ACK of a
   * SYN-ACK before we close (TCP_QUICKACK off delays it), and a close that sends RST (SO_LINGER 0), so that the far
   * application never sees a connection.
   */
  prepareProbe(ttl: number): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    const names = ipOptions[this.#family];
    this.setTtl(ttl);
    this.queueErrors();
    this.#setOption(level, names.receiveTtl, on);
    this.#trySetOption(level, names.tellExtensions, on);
    this.stampErrors();
    this.closeByReset();
    this.#setOption(IPPROTO_TCP, TCP_QUICKACK, uint32(0));
  }

  /** ICMP errors go to the socket's error queue (ip(7)); all else as usual. */
  queueErrors(): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    this.#setOption(level, ipOptions[this.#family].receiveErrors, on);
  }

  /** What is read of the error queue comes with the time at which the kernel received it. */
  stampErrors(): void {
    this.#setOption(SOL_SOCKET, SO_TIMESTAMPNS, on);
  }

  /**
   * Before connecting: the largest segment to send, and the one that the SYN asks the peer for (TCP_MAXSEG of tcp(7)),
   * octets of payload.
   */
  limitSegments(octets: number): void {
    this.#setOption(IPPROTO_TCP, TCP_MAXSEG, uint32(octets));
  }

  /** Closing sends RST and forgets what was not acknowledged (SO_LINGER 0). */
  closeByReset(): void {
    this.#setOption(SOL_SOCKET, SO_LINGER, Buffer.concat([on, uint32(0)]));
  }

  /** Gives the kernel bytes to send; how many it took. */
  write(bytes: Buffer): number {
    const taken = Number(this.#libc.write(this.fd, bytes, bytes.length));
    checked(this.#libc, 'write', taken);
    return taken;
  }

  /** What the kernel knows of the connection (TCP_INFO of tcp(7)). */
  sendState(): TcpSendState {
    const info = this.#getOption(IPPROTO_TCP, TCP_INFO, value.length);
    // TCPI_OPT_TIMESTAMPS: twelve octets of every segment.
    const optionOctets = (info.readUInt8(5) & 1) === 1 ? 12 : 0;
    return { maxSegment: info.readUInt32LE(16), optionOctets, unacknowledged: info.readUInt32LE(24) };
  }

  /** Hands the descriptor to someone else, who closes it; this object is then done. */
  release(): number {
    this.#isOpen = false;
    return this.fd;
  }

  /** TTL or hop limit of what is sent from now on. */
  setTtl(ttl: number): void {
    const level = this.#family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    this.#setOption(level, ipOptions[this.#family].ttl, uint32(ttl));
  }

  /** Starts connecting; the outcome comes as an event on `fd`. A refusal of this host itself throws at once. */
  connect(remote: Endpoint): void {
    this.#remoteLength = writeSockaddr(this.#remote, remote);
    const errno = this.#connect();
    if (errno !== 0 && errnoName(errno) !== 'EINPROGRESS') throw new SystemCallError('connect', errno);
  }

  /**
   * How the connection that `connect` started stands, by calling connect(2) again: `open`, `pending`, or the errno that
   * ended it, symbolic. That errno is taken and Linux puts the socket back as it was before `connect`, so it is read once,
   * and another connection may be started on the same socket. Does not throw.
   */
  connectState(): string {
    const errno = this.#connect();
    if (errno === 0) return 'open';
    const name = errnoName(errno);
    if (name === 'EALREADY') return 'pending';
    return name === 'EISCONN' ? 'open' : name;
  }

  /** 0, or the errno. */
  #connect(): number {
    return this.#libc.connect(this.fd, this.#remote, this.#remoteLength) === 0 ? 0 : this.#libc.errno();
  }

  /** The pending error and clears it (SO_ERROR): null when connected. Symbolic. */
  takeError(): string | null {
    const errno = this.#getOption(SOL_SOCKET, SO_ERROR, 4).readInt32LE();
    return errno === 0 ? null : errnoName(errno);
  }

  /** The next error the network reported for this socket, or null when the queue is empty. Does not throw. */
  readErrorQueue(): QueuedPacketError | null {
    const received = receiveMessage(this.#libc, this.fd, MSG_ERRQUEUE);
    const error = received === null ? null : decodeQueuedError(received.control);
    return received === null || error === null ? null : { ...error, quoted: Buffer.from(received.payload) };
  }

  /** What the kernel knows of the connection (TCP_INFO). */
  info(): TcpInfo {
    return decodeTcpInfo(this.#getOption(IPPROTO_TCP, TCP_INFO, value.length));
  }

  /** Closes once; again does nothing. Does not throw. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#libc.close(this.fd);
  }

  #setOption(level: number, name: number, value: Buffer): void {
    checked(this.#libc, 'setsockopt', this.#libc.setsockopt(this.fd, level, name, value, value.length));
  }

  /** For what older kernels lack. */
  #trySetOption(level: number, name: number, value: Buffer): void {
    this.#libc.setsockopt(this.fd, level, name, value, value.length);
  }

  /** Valid until the next call. What an older kernel does not know of a struct reads as 0. */
  #getOption(level: number, name: number, size: number): Buffer {
    value.fill(0);
    lengthOf.writeUInt32LE(size);
    checked(this.#libc, 'getsockopt', this.#libc.getsockopt(this.fd, level, name, value, lengthOf));
    return value;
  }
}

/** What pprobe reads of struct tcp_info (<linux/tcp.h>), whose beginning has not changed since Linux 2.6. */
export interface TcpInfo {
  /** The handshake is under way. */
  isConnecting: boolean;
  /** An error has ended it. Neither: it stands, or stood until the peer closed its side (CLOSE_WAIT). */
  isClosed: boolean;
  /** The handshake's round trip as the kernel measured it, milliseconds. */
  rttMs: number;
  /** What the peer agreed to in its SYN-ACK. */
  timestamps: boolean;
  sackPermitted: boolean;
  ecn: boolean;
  /** The shift count of the peer's window; null when it offered none. */
  windowScale: number | null;
  /** SYNs or segments sent again, all together. */
  retransmits: number;
  /** Of those now under way, how many this host let out: 0 behind a retransmission that its own firewall dropped. */
  retransmitsOut: number;
}

const synSent = 2;
const synReceived = 3;
const closed = 7;

/**
 * Reads TCP_INFO's answer. Offsets: state 0, options 5, window scales 6, retransmissions
 * under way 36 and ever 100, round trip 68 (microseconds).
 */
function decodeTcpInfo(bytes: Buffer): TcpInfo {
  const options = bytes.readUInt8(5);
  const state = bytes.readUInt8(0);
  return {
    isConnecting: state === synSent || state === synReceived,
    isClosed: state === closed,
    rttMs: bytes.readUInt32LE(68) / 1000,
    timestamps: (options & 1) !== 0,
    sackPermitted: (options & 2) !== 0,
    windowScale: (options & 4) === 0 ? null : bytes.readUInt8(6) & 0xf,
    ecn: (options & 8) !== 0,
    retransmits: bytes.readUInt32LE(100),
    retransmitsOut: bytes.readUInt32LE(36),
  };
}
