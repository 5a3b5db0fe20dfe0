import { roundMs } from '../../core/clock.js';
import { familyOf, withoutZone, zoneOf } from '../address/address.js';
import { IPPROTO_TCP } from '../libc/constants.js';
import { realtimeNs } from '../libc/control-message.js';
import { type Libc, loadLibc, SystemCallError } from '../libc/load.js';
import { silentNeighbour } from '../libc/netlink.js';
import { poller } from '../libc/poller.js';
import { tcpRouteOf } from '../libc/route.js';
import { TcpSocket } from '../libc/tcp-socket.js';
import { errorQueueError } from './capability.js';
import { type AnswerTiming, connectOutcome } from './connect-outcome.js';
import { routeOfTcp } from './host-route.js';
import type { ProbeRequest, Wire, WireListener, WireRoute, WireTarget } from './wire.js';

/** A probe must be one packet, and the kernel retransmits a SYN after 1 s, its initial RTO (RFC 6298). */
const closeBeforeResendMs = 950;

/**
 * The kernel delays its ACK of a SYN-ACK by at most 200 ms (TCP_DELACK_MAX), and a busy event loop may not close the socket
 * before that. This TTL is set after the SYN was sent, so that the ACK expires at the first router. SYNs of full TTL keep
 * theirs: the kernel may send them again after a second, and with this TTL the first router would end the attempt, so that
 * a slow target would be missed whenever the process is busy at that moment.
 */
const ackTtl = 1;
/** The RST of close() must reach the target, or the target would retransmit its SYN-ACK. */
const resetTtl = 64;

/**
 * Opens a wire of the `connect` engine, which needs no privilege: each probe is an ordinary non-blocking connect() with its
 * own TTL, and ICMP errors arrive in the socket's error queue with the kernel's receive time (since Linux 5.8 for TCP in
 * SYN_SENT). Throws CapabilityError where libc cannot be called, SystemCallError without descriptors.
 */
export async function openConnectWire(target: WireTarget, listener: WireListener): Promise<Wire> {
  const libc = await loadLibc();
  const family = familyOf(target.address) === 6 ? 6 : 4;
  const route = tcpRouteOf(libc, { ...target, family });
  return new ConnectWire(libc, {
    family,
    source: route.source,
    route: routeOfTcp(libc, route),
    target,
    listener,
  });
}

interface Probe {
  id: number;
  socket: TcpSocket;
  /** By CLOCK_REALTIME, the clock of the kernel's stamps. */
  sentAtNs: bigint;
  /** By the monotonic clock, the clock of the poller. */
  sentAtMonotonicNs: bigint;
  stopWatching: () => void;
  closeTimer: NodeJS.Timeout | undefined;
}

interface WireContext {
  family: 4 | 6;
  source: string;
  route: WireRoute | null;
  target: WireTarget;
  listener: WireListener;
}

class ConnectWire implements Wire {
  readonly method = 'connect';
  readonly longestRttMs = closeBeforeResendMs;
  readonly source: string;
  readonly route: WireRoute | null;
  readonly #libc: Libc;
  readonly #poller: ReturnType<typeof poller>;
  readonly #context: WireContext;
  readonly #probes = new Set<Probe>();
  /**
   * The kernel switches receive stamps on in the background when the first socket asks for them, and stamps packets that
   * arrive before that too late (measured: by 15 ms). This socket asks before the first probe and stays open. With `paris`
   * it also reserves the shared source port.
   */
  readonly #keeper: TcpSocket;
  readonly #sharedPort: number | null;

  constructor(libc: Libc, context: WireContext) {
    this.#libc = libc;
    this.#context = context;
    this.source = context.source;
    this.route = context.route;
    // Throws where it cannot be had, before there is a socket.
    this.#poller = poller(libc);
    this.#keeper = new TcpSocket(libc, context.family);
    try {
      this.#keeper.prepareProbe(1);
      this.#sharedPort = context.target.paris ? this.#reservePort() : null;
    } catch (error) {
      this.#keeper.close();
      if (!(error instanceof SystemCallError) || error.syscall === 'bind') throw error;
      throw errorQueueError(error.code, error) ?? error;
    }
  }

  send({ id, ttl, isForTarget = false }: ProbeRequest): void {
    const { family, target, listener } = this.#context;
    let socket: TcpSocket | undefined;
    try {
      socket = new TcpSocket(this.#libc, family);
      socket.prepareProbe(ttl);
      this.#bind(socket);
      const sentAtNs = realtimeNs(this.#libc);
      const sentAtMonotonicNs = process.hrtime.bigint();
      socket.connect({ address: target.address, port: target.port });
      // On the port that all probes share, a second SYN would be in the way of the next probe.
      const mayRepeat = isForTarget && this.#sharedPort === null;
      if (!mayRepeat) socket.setTtl(ackTtl);
      const probe = {
        id,
        socket,
        sentAtNs,
        sentAtMonotonicNs,
        stopWatching: () => {},
        closeTimer: undefined,
      };
      this.#watch(probe, mayRepeat);
    } catch (error) {
      socket?.close();
      if (!(error instanceof SystemCallError)) throw error;
      listener.onSendError(id, error.code);
    }
  }

  receive(): void {
    this.#poller.readNow();
  }

  silentNeighbour(): string | null {
    const { address, port } = this.#context.target;
    return silentNeighbour(this.#libc, address, { source: this.source, protocol: IPPROTO_TCP, port });
  }

  close(): void {
    for (const probe of this.#probes) this.#forget(probe);
    this.#keeper.close();
  }

  #reservePort(): number | null {
    this.#keeper.shareFlow();
    this.#keeper.bind({ address: this.#localAddress, port: 0 });
    return this.#keeper.localEndpoint()?.port ?? null;
  }

  /** The address to bind to. A link-local address has the zone that it was given with, or else the target's. */
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

  /** `mayRepeat`: the kernel may send the SYN again, because every answer to it is the target's. */
  #watch(probe: Probe, mayRepeat: boolean): void {
    const { fd } = probe.socket;
    probe.stopWatching = this.#poller.add(fd, 'output', (readyAtNs) => this.#settle(probe, readyAtNs));
    probe.closeTimer = setTimeout(() => {
      // The event loop may have been busy: a reply that arrived in time still counts.
      this.#settle(probe, null);
      if (!mayRepeat && this.#probes.has(probe)) this.#forget(probe);
    }, closeBeforeResendMs);
    this.#probes.add(probe);
  }

  /** Ends the probe. Its socket is closed before the reply is reported, because the listener sends the next probe. */
  #settle(probe: Probe, readyAtNs: bigint | null): void {
    const { family, target, listener } = this.#context;
    const outcome = connectOutcome(probe.socket, {
      family,
      source: this.source,
      target: withoutZone(target.address),
      port: target.port,
    });
    if (outcome.result === 'pending') return;
    this.#forget(probe);
    if (outcome.result === 'local') listener.onSendError(probe.id, outcome.errno);
    if (outcome.result !== 'reply') return;
    const rttMs = roundTrip(probe, outcome.timing, readyAtNs);
    listener.onReply({ ...outcome.reply, id: probe.id, rttMs: rttMs === null ? null : roundMs(rttMs) });
  }

  #forget(probe: Probe): void {
    clearTimeout(probe.closeTimer);
    this.#probes.delete(probe);
    probe.stopWatching();
    probe.socket.setTtl(resetTtl);
    probe.socket.close();
  }
}

/** Milliseconds; null where the time of arrival is unknown. */
function roundTrip(probe: Probe, timing: AnswerTiming, readyAtNs: bigint | null): number | null {
  if (timing === 'unknown') return null;
  if (timing === 'poller') return msBetween(probe.sentAtMonotonicNs, readyAtNs);
  return 'handshakeRttMs' in timing ? timing.handshakeRttMs : msBetween(probe.sentAtNs, timing.receivedAtNs);
}

/** Never negative, although the wall clock can be set back in between. null where the end is unknown. */
function msBetween(startNs: bigint, endNs: bigint | null): number | null {
  return endNs === null ? null : Math.max(0, Number(endNs - startNs) / 1e6);
}
