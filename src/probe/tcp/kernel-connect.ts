import { isTunnelInterface } from '../../host/tunnel.js';
import { familyOf } from '../../net/address/address.js';
import { IPPROTO_TCP } from '../../net/libc/constants.js';
import { isFromNetwork, realtimeNs } from '../../net/libc/control-message.js';
import { errnoName, type Libc, SystemCallError } from '../../net/libc/load.js';
import { routeTo, silentNeighbour } from '../../net/libc/netlink.js';
import { poller } from '../../net/libc/poller.js';
import { interfaceName } from '../../net/libc/route.js';
import { isForeignSource } from '../../net/libc/source.js';
import type { QueuedPacketError, TcpInfo, TcpSocket } from '../../net/libc/tcp-socket.js';
import { localIcmpErrno } from '../../net/packet/icmp.js';
import { isFirstSynLost, watchForSecondAnswer } from './answered-syn.js';
import { keepForReuse, preparedSocket } from './spare-sockets.js';

export interface ConnectRequest {
  address: string;
  port: number;
  /** The local address to bind to; null lets the kernel choose. */
  source: string | null;
  /**
   * Where SYNs were sent again and the answer does not say which one it answers: wait until it is known, at most 1.5 s after
   * the connection opened.
   */
  confirms: boolean;
}

/** How one connect() ended, as the kernel reports it, without interpretation. */
export interface ConnectEnd {
  end: 'open' | 'failed' | 'given-up';
  /** The symbolic errno of the failed call or of the error that the kernel reported; null for the other ends. */
  errno: string | null;
  /** A call failed before a packet was sent. */
  isImmediate: boolean;
  /** The ICMP error that ended it. */
  icmp: { type: number; code: number } | null;
  /** The sender of the ICMP error. */
  from: string | null;
  /** From the SYN to the answer, or to the end of the wait where there was no answer. */
  durationMs: number;
  /** Number of SYN retransmissions; null where no SYN was sent. */
  retransmits: number | null;
  /** Of an open connection: the answer is to a later SYN; false: to the first; null: not known. */
  firstSynLost: boolean | null;
  /** Of an open connection: the receive window of the SYN-ACK, octets; null for the other ends and where it is not known. */
  window: number | null;
  /** This host's own firewall dropped the SYNs: the kernel counts retransmissions, but no segment in flight. */
  droppedHere: boolean;
  /** The address of the next hop, if it does not answer ARP or neighbour discovery, so that no SYN was sent. */
  silentNeighbour: string | null;
  /** Its packets leave by a tunnel, and the ICMP error is this host's own host unreachable. */
  isTunnelRefusal: boolean;
  /** The errno of a route lookup for the address; null if there is a route, or no lookup was made. */
  routeErrno: string | null;
  /** The lookup was made and found a route to one host. */
  isRouted: boolean;
  /** The route works from another source than the given one. */
  isSourceUnfit: boolean;
  localAddress: string | null;
  localPort: number | null;
  /** The open connection, which the receiver closes; null for the other ends. */
  socket: TcpSocket | null;
}

/** A connection attempt in progress. */
export interface RunningConnect {
  /** Ends it with what is known. An answer that has arrived but was not read yet counts. No effect once it has ended. */
  giveUp(): void;
  /**
   * What the silence so far means: `packets`: a SYN and its retransmission have left this host, or its firewall dropped them;
   * `waiting`: not yet; `neighbour`: the next hop is being looked for, so that SYNs wait here.
   */
  silence(): 'packets' | 'waiting' | 'neighbour';
  /** SYNs sent again so far. */
  retransmits(): number;
  /** Closes the socket. `onEnd` is not called any more. */
  abandon(): void;
}

/**
 * Starts an ordinary TCP connection whose ICMP errors are read from the socket's error queue (since Linux 5.8 for TCP in
 * SYN_SENT). The kernel retransmits SYNs as usual. Calls `onEnd` exactly once, possibly before this returns. Durations come
 * from the kernel (the handshake's round trip, the arrival of an ICMP error) or from the poller where possible, and then do
 * not include delays of the event loop. Throws SystemCallError only where bind(2) refuses the source.
 */
export function startConnect(
  libc: Libc,
  request: ConnectRequest,
  onEnd: (end: ConnectEnd) => void,
): RunningConnect {
  const running = new KernelConnect(libc, request, onEnd);
  running.start();
  return running;
}

/** Nanoseconds in which no SYN is retransmitted; the first retransmission follows after 1 s (RFC 6298). */
const beforeRetransmission = 200_000_000n;

/**
 * Connections of a port to itself before the port counts as refused. The kernel chooses another local port each time.
 */
const mostSelfConnections = 5;

class KernelConnect implements RunningConnect {
  readonly #libc: Libc;
  readonly #request: ConnectRequest;
  #onEnd: (end: ConnectEnd) => void;
  #socket: TcpSocket | null = null;
  #stopWatching: (() => void) | null = null;
  #selfConnections = 0;
  /** Ends the wait for the answer to the second SYN. */
  #endConfirming: (() => void) | null = null;
  #localAddress: string | null = null;
  #localPort: number | null = null;
  #sentAtNs = process.hrtime.bigint();

  constructor(libc: Libc, request: ConnectRequest, onEnd: (end: ConnectEnd) => void) {
    this.#libc = libc;
    this.#request = request;
    this.#onEnd = onEnd;
  }

  start(): void {
    const { address, port, source } = this.#request;
    const family = familyOf(address) === 6 ? 6 : 4;
    let isSent = false;
    try {
      const socket = preparedSocket(this.#libc, family);
      this.#socket = socket;
      if (source !== null) socket.bind({ address: source, port: 0 });
      this.#sentAtNs = process.hrtime.bigint();
      socket.connect({ address, port });
      isSent = true;
      const returnedAtNs = process.hrtime.bigint();
      this.#readLocalEnd(socket);
      // Over loopback the answer arrives before connect(2) returns.
      if (this.#endAtOnce(socket, family, returnedAtNs)) return;
      socket.stampErrors();
      const onReady = (readyAtNs: bigint | null): void => void this.#look(socket, readyAtNs);
      this.#stopWatching = poller(this.#libc).add(socket.fd, 'output', onReady);
    } catch (error) {
      this.#socket?.close();
      this.#socket = null;
      if (!(error instanceof SystemCallError) || isForeignSource(error)) throw error;
      this.#failAtOnce(error, isSent);
    }
  }

  giveUp(): void {
    const socket = this.#socket;
    if (this.#endConfirming !== null) {
      this.#endConfirming();
      return;
    }
    if (socket === null || this.#look(socket, null)) return;
    const durationMs = this.#sinceSentMs(null);
    const { retransmits, retransmitsOut } = socket.info();
    const silentNeighbour = this.#silentNeighbour();
    this.#finish({
      end: 'given-up',
      durationMs,
      retransmits,
      silentNeighbour,
      droppedHere: silentNeighbour === null && retransmits > 0 && retransmitsOut === 0,
    });
  }

  silence(): 'packets' | 'waiting' | 'neighbour' {
    if (this.#silentNeighbour() !== null) return 'neighbour';
    return this.retransmits() > 0 ? 'packets' : 'waiting';
  }

  retransmits(): number {
    return this.#socket?.info().retransmits ?? 0;
  }

  abandon(): void {
    const socket = this.#socket;
    this.#onEnd = () => {};
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#endConfirming?.();
    socket?.close();
    this.#socket = null;
  }

  /**
   * Checks whether the attempt ended while connect(2) ran, with as few calls as possible: thousands of attempts of a sweep
   * end this way.
   */
  #endAtOnce(socket: TcpSocket, family: 4 | 6, returnedAtNs: bigint): boolean {
    if (returnedAtNs - this.#sentAtNs > beforeRetransmission) return false;
    const state = socket.connectState();
    if (state === 'pending') return false;
    const durationMs = this.#sinceSentMs(returnedAtNs);
    if (state === 'open') {
      const info = socket.info();
      if (info.isClosed) {
        this.#finish({
          end: 'failed',
          errno: socket.takeError() ?? 'ECONNRESET',
          durationMs,
          retransmits: 0,
        });
        return true;
      }
      this.#open(socket, info, durationMs);
      return true;
    }
    const queued = socket.readErrorQueue();
    if (queued !== null && isFromNetwork(queued)) {
      this.#failByIcmp(queued, durationMs, 0);
      return true;
    }
    const silentNeighbour = state === 'EHOSTUNREACH' ? this.#silentNeighbour() : null;
    if (queued === null && this.#request.source === null) {
      this.#socket = null;
      keepForReuse(socket, family);
    }
    this.#finish({ end: 'failed', errno: state, durationMs, retransmits: 0, silentNeighbour });
    return true;
  }

  /**
   * Reads the error queue, the pending error and the state, in this order, because each read clears what it returns. True
   * if the attempt has ended.
   */
  #look(socket: TcpSocket, readyAtNs: bigint | null): boolean {
    const queued = socket.readErrorQueue();
    const before = socket.takeError();
    const durationMs = this.#sinceSentMs(readyAtNs);
    const info = socket.info();
    const { retransmits } = info;
    if (queued !== null && isFromNetwork(queued)) {
      this.#failByIcmp(queued, durationMs, retransmits);
      return true;
    }
    // The connection can close between the two calls.
    const errno = before === null && info.isClosed ? (socket.takeError() ?? 'ECONNRESET') : before;
    if (errno !== null) {
      const silentNeighbour = errno === 'EHOSTUNREACH' ? this.#silentNeighbour() : null;
      this.#finish({ end: 'failed', errno, durationMs, retransmits, silentNeighbour });
      return true;
    }
    // Whatever made the socket ready, only a complete handshake is an open port.
    if (!info.isEstablished) return false;
    this.#open(socket, info, durationMs);
    return true;
  }

  #open(socket: TcpSocket, info: TcpInfo, durationMs: number): void {
    const { rttMs, retransmits, window } = info;
    if (this.#localPort === this.#request.port && this.#localAddress === this.#request.address) {
      this.#connectAgain(socket, durationMs);
      return;
    }
    const firstSynLost = isFirstSynLost(info, durationMs);
    // After a lost SYN the round trip would not include the wait for the next one.
    const isRoundTrip = firstSynLost === false && rttMs > 0;
    const end: OpenEnd = {
      end: 'open',
      durationMs: isRoundTrip ? Math.min(rttMs, durationMs) : durationMs,
      retransmits,
      window,
      socket,
    };
    if (firstSynLost === null && retransmits === 1 && this.#request.confirms) {
      this.#stopWatching?.();
      this.#endConfirming = watchForSecondAnswer(socket, info.controlSegmentsIn, (lost) => {
        this.#endConfirming = null;
        this.#finish({ ...end, firstSynLost: lost });
      });
    } else this.#finish({ ...end, firstSynLost });
  }

  /**
   * A port that nothing listens on is connected to itself if the kernel chose it as the local port, too (RFC 9293 section
   * 3.5, simultaneous open). It is closed and tried from another port.
   */
  #connectAgain(socket: TcpSocket, durationMs: number): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#socket = null;
    socket.closeByReset();
    socket.close();
    this.#selfConnections += 1;
    if (this.#selfConnections < mostSelfConnections) this.start();
    else this.#finish({ end: 'failed', errno: 'ECONNREFUSED', durationMs, retransmits: 0 });
  }

  #failByIcmp(queued: QueuedPacketError, durationMs: number, retransmits: number): void {
    const { type, code, offender, receivedAtNs } = queued;
    const stampedMs = receivedAtNs === null ? -1 : Number(receivedAtNs - this.#sentAtRealNs()) / 1e6;
    const isOwn = offender !== null && offender === this.#localAddress;
    // Address resolution that fails is host unreachable. A firewall of this host rejects before the neighbour is asked for, and
    // the neighbour is then still being looked for.
    const family = familyOf(this.#request.address) === 6 ? 6 : 4;
    const isAboutNeighbour = isOwn && localIcmpErrno(family, { type, code }) === 'EHOSTUNREACH';
    this.#finish({
      end: 'failed',
      errno: queued.errno === 0 ? null : errnoName(queued.errno),
      icmp: { type, code },
      from: offender,
      // Each of the two can only be too late: a stamp before stamping was on, an event in a busy process.
      durationMs: stampedMs < 0 ? durationMs : Math.min(stampedMs, durationMs),
      retransmits,
      silentNeighbour: isAboutNeighbour ? this.#silentNeighbour() : null,
      isTunnelRefusal: isAboutNeighbour && this.#leavesByTunnel(),
    });
  }

  /**
   * A tunnel has no neighbours to look for. Its driver sends this host a host unreachable for a packet that it cannot pass on
   * (wg_xmit() of WireGuard, ipv4_link_failure() of IPIP and GRE).
   */
  #leavesByTunnel(): boolean {
    const route = routeTo(this.#libc, this.#request.address, this.#packet);
    const name =
      route !== null && 'hop' in route ? interfaceName(this.#libc, route.hop.interfaceIndex) : null;
    return name !== null && isTunnelInterface(name);
  }

  /** CLOCK_REALTIME of the SYN; the kernel's stamps use that clock. */
  #sentAtRealNs(): bigint {
    return realtimeNs(this.#libc) - (process.hrtime.bigint() - this.#sentAtNs);
  }

  #failAtOnce({ code, syscall }: SystemCallError, isSent: boolean): void {
    const { address } = this.#request;
    const durationMs = this.#sinceSentMs(null);
    const isRouting = syscall === 'connect' && code !== 'EADDRNOTAVAIL';
    const route = isRouting ? routeTo(this.#libc, address, this.#packet) : null;
    const routeErrno = route !== null && 'errno' in route ? route.errno : null;
    this.#finish({
      end: 'failed',
      errno: code,
      isImmediate: !isSent,
      routeErrno,
      isRouted: route !== null && 'hop' in route && !route.hop.isForMany,
      isSourceUnfit: routeErrno !== null && this.#hasRouteFromElsewhere(),
      durationMs,
    });
  }

  /** Whether the route that fails from the given source works from one that the kernel chooses. */
  #hasRouteFromElsewhere(): boolean {
    const { address, port, source } = this.#request;
    if (source === null) return false;
    const route = routeTo(this.#libc, address, { protocol: IPPROTO_TCP, port });
    return route !== null && 'hop' in route;
  }

  /** What the routing rules of this host see of the SYN. */
  get #packet() {
    const { source, port } = this.#request;
    return { source: source ?? this.#localAddress, protocol: IPPROTO_TCP, port };
  }

  #silentNeighbour(): string | null {
    return silentNeighbour(this.#libc, this.#request.address, this.#packet);
  }

  #readLocalEnd(socket: TcpSocket): void {
    const local = socket.localEndpoint();
    if (local === null) return;
    this.#localAddress = local.address;
    this.#localPort = local.port;
  }

  #sinceSentMs(atNs: bigint | null): number {
    return Math.max(0, Number((atNs ?? process.hrtime.bigint()) - this.#sentAtNs) / 1e6);
  }

  #finish(end: Pick<ConnectEnd, 'end' | 'durationMs'> & Partial<ConnectEnd>): void {
    this.#stopWatching?.();
    if (end.socket === undefined) this.#socket?.close();
    this.#socket = null;
    // No spread here: it would take a quarter of the time of a sweep's attempt.
    this.#onEnd({
      end: end.end,
      errno: end.errno ?? null,
      isImmediate: end.isImmediate ?? false,
      icmp: end.icmp ?? null,
      from: end.from ?? null,
      durationMs: end.durationMs,
      retransmits: end.retransmits ?? null,
      firstSynLost: end.firstSynLost ?? null,
      window: end.window ?? null,
      droppedHere: end.droppedHere ?? false,
      silentNeighbour: end.silentNeighbour ?? null,
      isTunnelRefusal: end.isTunnelRefusal ?? false,
      routeErrno: end.routeErrno ?? null,
      isRouted: end.isRouted ?? false,
      isSourceUnfit: end.isSourceUnfit ?? false,
      localAddress: this.#localAddress,
      localPort: this.#localPort,
      socket: end.socket ?? null,
    });
  }
}

type OpenEnd = Required<Pick<ConnectEnd, 'end' | 'durationMs' | 'retransmits' | 'window' | 'socket'>>;
