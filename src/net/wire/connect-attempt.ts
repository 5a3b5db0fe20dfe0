import { isForeignSource } from '../../host/source.js';
import { familyOf } from '../address/address.js';
import { isFromNetwork, realtimeNs } from '../libc/control-message.js';
import { errnoName, type Libc, SystemCallError } from '../libc/load.js';
import { routeTo, silentNeighbour } from '../libc/netlink.js';
import { poller } from '../libc/poller.js';
import { type QueuedPacketError, type TcpInfo, TcpSocket } from '../libc/tcp-socket.js';

export interface ConnectRequest {
  address: string;
  port: number;
  /** The local address to bind to; the kernel's choice when null. */
  source: string | null;
}

/** What one connect() came to, as the kernel tells it; nothing is judged. */
export interface ConnectEnd {
  end: 'open' | 'failed' | 'given-up';
  /** The symbolic errno of the call that failed, or of the error the kernel reported; null for the other ends. */
  errno: string | null;
  /** A call failed before anything was sent. */
  isImmediate: boolean;
  /** The ICMP error that ended it, and who sent that. */
  icmp: { type: number; code: number } | null;
  from: string | null;
  /** From the SYN to the answer; to the end of the wait where none came. */
  durationMs: number;
  /** SYNs sent again; null where no SYN was sent. */
  retransmits: number | null;
  /** This host's own output dropped the SYNs: the kernel counts them as sent again, and none as on the way. */
  droppedHere: boolean;
  /** The next hop, when it has not answered ARP or neighbour discovery, so that no SYN left. */
  silentNeighbour: string | null;
  /** What the routing table alone says of the address; null where it has a way, or was not asked. */
  routeErrno: string | null;
  localAddress: string | null;
  localPort: number | null;
  /** The connection, when it opened: whoever gets it closes it. */
  socket: TcpSocket | null;
}

/** A connection under way. */
export interface RunningConnect {
  /** Ends it with what is known; an answer that is there but was not read yet counts. Does nothing once it has ended. */
  giveUp(): void;
}

/**
 * One ordinary TCP connection whose ICMP errors come through the socket's error queue (Linux 5.8 for TCP in SYN_SENT),
 * SYNs sent again as the kernel does. Calls `onEnd` exactly once, perhaps before it returns. Where the end's time is known
 * from the kernel (the handshake's round trip, an ICMP error's arrival) or from the poller, the delay of the event loop is
 * not in it. Throws SystemCallError where bind(2) refuses the source, alone.
 */
export function startConnect(
  libc: Libc,
  request: ConnectRequest,
  onEnd: (end: ConnectEnd) => void,
): RunningConnect {
  const attempt = new Attempt(libc, request, onEnd);
  attempt.start();
  return attempt;
}

/** No host sends a SYN again before (RFC 6298: after 1 s). */
const beforeRetransmission = 200_000_000n;

class Attempt implements RunningConnect {
  readonly #libc: Libc;
  readonly #request: ConnectRequest;
  readonly #onEnd: (end: ConnectEnd) => void;
  #socket: TcpSocket | null = null;
  #stopWatching: (() => void) | null = null;
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
      const socket = takeSocket(this.#libc, family);
      this.#socket = socket;
      if (source !== null) socket.bind({ address: source, port: 0 });
      this.#sentAtNs = process.hrtime.bigint();
      socket.connect({ address, port });
      isSent = true;
      const returnedAtNs = process.hrtime.bigint();
      this.#readLocalEnd(socket);
      // Over loopback the answer has come before connect(2) returns.
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

  /** Whether it has ended by the time connect(2) returned: few calls, as thousands of attempts of a sweep end so. */
  #endAtOnce(socket: TcpSocket, family: 4 | 6, returnedAtNs: bigint): boolean {
    if (returnedAtNs - this.#sentAtNs > beforeRetransmission) return false;
    const state = socket.connectState();
    if (state === 'pending') return false;
    const durationMs = this.#sinceSentMs(returnedAtNs);
    if (state === 'open') {
      this.#open(socket, socket.info(), durationMs);
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
      spare(socket, family);
    }
    this.#finish({ end: 'failed', errno: state, durationMs, retransmits: 0, silentNeighbour });
    return true;
  }

  /** Reads the error queue, the error and the state, in this order: each reading clears what it read. Whether it ended. */
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
    // It may have ended between the two calls.
    const errno = before === null && info.isClosed ? (socket.takeError() ?? 'ECONNRESET') : before;
    if (errno !== null) {
      const silentNeighbour = errno === 'EHOSTUNREACH' ? this.#silentNeighbour() : null;
      this.#finish({ end: 'failed', errno, durationMs, retransmits, silentNeighbour });
      return true;
    }
    if (info.isConnecting) return false;
    this.#open(socket, info, durationMs);
    return true;
  }

  #open(socket: TcpSocket, { rttMs, retransmits }: TcpInfo, durationMs: number): void {
    // With a SYN sent again, the round trip would leave out the wait before it.
    const isRoundTrip = retransmits === 0 && rttMs > 0;
    this.#finish({
      end: 'open',
      durationMs: isRoundTrip ? Math.min(rttMs, durationMs) : durationMs,
      retransmits,
      socket,
    });
  }

  #failByIcmp(queued: QueuedPacketError, durationMs: number, retransmits: number): void {
    const { type, code, offender, receivedAtNs } = queued;
    const stampedMs = receivedAtNs === null ? -1 : Number(receivedAtNs - this.#sentAtRealNs()) / 1e6;
    const isOwn = offender !== null && offender === this.#localAddress;
    this.#finish({
      end: 'failed',
      errno: queued.errno === 0 ? null : errnoName(queued.errno),
      icmp: { type, code },
      from: offender,
      // Both are late where they are wrong: a stamp before stamping was switched on, an event in a busy process.
      durationMs: stampedMs < 0 ? durationMs : Math.min(stampedMs, durationMs),
      retransmits,
      silentNeighbour: isOwn ? this.#silentNeighbour() : null,
    });
  }

  /** The kernel's stamps are CLOCK_REALTIME. */
  #sentAtRealNs(): bigint {
    return realtimeNs(this.#libc) - (process.hrtime.bigint() - this.#sentAtNs);
  }

  #failAtOnce({ code, syscall }: SystemCallError, isSent: boolean): void {
    const { address, source } = this.#request;
    const durationMs = this.#sinceSentMs(null);
    const isRouting = syscall === 'connect' && code !== 'EADDRNOTAVAIL';
    const route = isRouting ? routeTo(this.#libc, address, source) : null;
    this.#finish({
      end: 'failed',
      errno: code,
      isImmediate: !isSent,
      routeErrno: route !== null && 'errno' in route ? route.errno : null,
      durationMs,
    });
  }

  #silentNeighbour(): string | null {
    return silentNeighbour(this.#libc, this.#request.address, this.#request.source);
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
    // Spelled out: three objects spread into one are a fourth of what an attempt of a sweep costs.
    this.#onEnd({
      end: end.end,
      errno: end.errno ?? null,
      isImmediate: end.isImmediate ?? false,
      icmp: end.icmp ?? null,
      from: end.from ?? null,
      durationMs: end.durationMs,
      retransmits: end.retransmits ?? null,
      droppedHere: end.droppedHere ?? false,
      silentNeighbour: end.silentNeighbour ?? null,
      routeErrno: end.routeErrno ?? null,
      localAddress: this.#localAddress,
      localPort: this.#localPort,
      socket: end.socket ?? null,
    });
  }
}

/**
 * One socket of each family whose connection was refused on the spot. Linux lets it connect again, from another port: of
 * refused attempts that follow each other, making, preparing and closing a socket would be half of the work (measured over
 * loopback). It is closed at the end of the event loop's turn, so that nobody has to know of it.
 */
const spares = new Map<4 | 6, TcpSocket>();
let isToClose = false;

/** A socket ready to connect, ICMP errors to its queue; its caller's until it is closed or given to `spare`. */
function takeSocket(libc: Libc, family: 4 | 6): TcpSocket {
  const known = spares.get(family);
  spares.delete(family);
  if (known !== undefined) return known;
  const socket = new TcpSocket(libc, family);
  socket.queueErrors();
  return socket;
}

/** Takes back a socket that was not bound, and whose `connectState` has told an errno; its error queue is empty. */
function spare(socket: TcpSocket, family: 4 | 6): void {
  if (spares.has(family)) socket.close();
  else spares.set(family, socket);
  if (!isToClose) setImmediate(closeAll);
  isToClose = true;
}

function closeAll(): void {
  isToClose = false;
  for (const socket of spares.values()) socket.close();
  spares.clear();
}
