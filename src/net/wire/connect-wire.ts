import { roundMs } from '../../core/clock.js';
import { familyOf, withoutZone, zoneOf } from '../address/address.js';
import { realtimeNs } from '../libc/control-message.js';
import { type Libc, loadLibc, SystemCallError } from '../libc/load.js';
import { silentNeighbour } from '../libc/netlink.js';
import { poller } from '../libc/poller.js';
import { routeOf } from '../libc/route.js';
import { TcpSocket } from '../libc/tcp-socket.js';
import { type AnswerTiming, connectOutcome } from './connect-outcome.js';
import type { ProbeRequest, Wire, WireListener, WireTarget } from './wire.js';

/** The kernel sends a SYN again after its initial RTO of 1 s (RFC 6298); a probe must be one packet. */
const closeBeforeResendMs = 950;

/**
 * The kernel delays its ACK of a SYN-ACK, but by 200 ms at most (TCP_DELACK_MAX), and a busy event loop may not have
 * closed the socket by then. With this TTL, set when the SYN is out, the ACK dies at the first router.
 */
const ackTtl = 1;
/** The RST that closing sends must arrive again, or the target would repeat its SYN-ACK. */
const resetTtl = 64;

/**
 * The unprivileged engine: each probe is an ordinary non-blocking connect() with its own TTL, and routers' ICMP errors
 * come back through the socket's error queue with the kernel's receive time (Linux 5.8 or later for TCP in SYN_SENT).
 * Needs no capability. Throws CapabilityError where libc cannot be called, SystemCallError without descriptors.
 */
export async function openConnectWire(target: WireTarget, listener: WireListener): Promise<Wire> {
  const libc = await loadLibc();
  const family = familyOf(target.address) === 6 ? 6 : 4;
  const { source } = routeOf(libc, target.address, family, target.source);
  return new ConnectWire(libc, { family, source, target, listener });
}

interface Probe {
  id: number;
  socket: TcpSocket;
  /** The two clocks of the answers' times: the kernel's stamps are CLOCK_REALTIME, the poller's monotonic. */
  sentAtNs: bigint;
  sentAtMonotonicNs: bigint;
  stopWatching: () => void;
  giveUp: NodeJS.Timeout | undefined;
}

interface WireContext {
  family: 4 | 6;
  source: string;
  target: WireTarget;
  listener: WireListener;
}

class ConnectWire implements Wire {
  readonly method = 'connect';
  readonly source: string;
  readonly #libc: Libc;
  readonly #context: WireContext;
  readonly #probes = new Set<Probe>();
  /**
   * The kernel turns receive stamps on in the background when the first socket asks for them and stamps late what
   * arrives before (measured: 15 ms too much). This socket asks early and stays. Where all probes are to have one
   * source port it holds that too.
   */
  readonly #keeper: TcpSocket;
  readonly #sharedPort: number | null;

  constructor(libc: Libc, context: WireContext) {
    this.#libc = libc;
    this.#context = context;
    this.source = context.source;
    this.#keeper = new TcpSocket(libc, context.family);
    try {
      this.#keeper.prepareProbe(1);
      this.#sharedPort = context.target.paris ? this.#holdPort() : null;
    } catch (error) {
      this.#keeper.close();
      throw error;
    }
  }

  send({ id, ttl }: ProbeRequest): void {
    const { family, target, listener } = this.#context;
    let socket: TcpSocket | undefined;
    try {
      socket = new TcpSocket(this.#libc, family);
      socket.prepareProbe(ttl);
      this.#bind(socket);
      const sentAtNs = realtimeNs(this.#libc);
      const sentAtMonotonicNs = process.hrtime.bigint();
      socket.connect({ address: target.address, port: target.port });
      socket.setTtl(ackTtl);
      this.#watch({ id, socket, sentAtNs, sentAtMonotonicNs, stopWatching: () => {}, giveUp: undefined });
    } catch (error) {
      socket?.close();
      if (!(error instanceof SystemCallError)) throw error;
      listener.onSendError(id, error.code);
    }
  }

  receive(): void {
    poller(this.#libc).readNow();
  }

  silentNeighbour(): string | null {
    return silentNeighbour(this.#libc, this.#context.target.address, this.source);
  }

  close(): void {
    for (const probe of this.#probes) this.#forget(probe);
    this.#keeper.close();
  }

  #holdPort(): number | null {
    this.#keeper.shareFlow();
    this.#keeper.bind({ address: this.#localAddress, port: 0 });
    return this.#keeper.localEndpoint()?.port ?? null;
  }

  /** To bind to: a link-local address has the zone that it was given with, or else the target's. */
  get #localAddress(): string {
    const { source, address } = this.#context.target;
    const zone = zoneOf(address);
    return source ?? (zone === null ? this.source : `${this.source}%${zone}`);
  }

  #bind(socket: TcpSocket): void {
    const { source } = this.#context.target;
    if (this.#sharedPort !== null) {
      socket.shareFlow();
      socket.bind({ address: this.#localAddress, port: this.#sharedPort });
    } else if (source !== null) socket.bind({ address: source, port: 0 });
  }

  #watch(probe: Probe): void {
    const { fd } = probe.socket;
    probe.stopWatching = poller(this.#libc).add(fd, 'output', (readyAtNs) => this.#settle(probe, readyAtNs));
    probe.giveUp = setTimeout(() => this.#forget(probe), closeBeforeResendMs);
    this.#probes.add(probe);
  }

  /** One event is one outcome: the socket is done with, and closed before the engine is told and sends the next. */
  #settle(probe: Probe, readyAtNs: bigint | null): void {
    const { family, target, listener } = this.#context;
    const outcome = connectOutcome(probe.socket, {
      family,
      source: this.source,
      target: withoutZone(target.address),
    });
    if (outcome.result === 'pending') return;
    this.#forget(probe);
    if (outcome.result === 'local') listener.onSendError(probe.id, outcome.errno);
    if (outcome.result !== 'reply') return;
    const rttMs = roundTrip(probe, outcome.timing, readyAtNs);
    listener.onReply({ ...outcome.reply, id: probe.id, rttMs: rttMs === null ? null : roundMs(rttMs) });
  }

  #forget(probe: Probe): void {
    clearTimeout(probe.giveUp);
    this.#probes.delete(probe);
    probe.stopWatching();
    probe.socket.setTtl(resetTtl);
    probe.socket.close();
  }
}

/** null where nobody knows when the answer came. */
function roundTrip(probe: Probe, timing: AnswerTiming, readyAtNs: bigint | null): number | null {
  if (timing === 'unknown') return null;
  if (timing === 'poller') return msBetween(probe.sentAtMonotonicNs, readyAtNs);
  return 'handshakeRttMs' in timing ? timing.handshakeRttMs : msBetween(probe.sentAtNs, timing.receivedAtNs);
}

/** Never negative: the wall clock may be set back between the two. null when the end is not known. */
function msBetween(startNs: bigint, endNs: bigint | null): number | null {
  return endNs === null ? null : Math.max(0, Number(endNs - startNs) / 1e6);
}
