import { familyOf } from '../address/family.js';
import { roundMs } from '../clock.js';
import type { QueuedError } from '../libc/control-message.js';
import { type Libc, loadLibc } from '../libc/load.js';
import { poller } from '../libc/poller.js';
import { realtimeNs } from '../libc/realtime.js';
import { SystemCallError } from '../libc/system-call-error.js';
import { TcpSocket } from '../libc/tcp-socket.js';
import { sourceFor } from './source-address.js';
import type { ProbeRequest, Wire, WireListener, WireReply, WireTarget } from './wire.js';

/** SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6: the error came in a packet. */
const networkOrigins = [2, 3];
/** A RST to the SYN, or one right behind the SYN-ACK, as proxies in front of a closed port send it. */
const resets = ['ECONNREFUSED', 'ECONNRESET'];
/** The kernel sends a SYN again after its initial RTO of 1 s (RFC 6298); a probe must be one packet. */
const closeBeforeResendMs = 950;

/**
 * The unprivileged engine: each probe is an ordinary non-blocking connect() with its own TTL, and routers' ICMP errors
 * come back through the socket's error queue with the kernel's receive time (Linux 5.8 or later for TCP in SYN_SENT).
 * Needs no capability. Throws CapabilityError where libc cannot be called.
 */
export async function openErrorQueueWire(target: WireTarget, listener: WireListener): Promise<Wire> {
  const libc = await loadLibc();
  const family = familyOf(target.address) === 6 ? 6 : 4;
  const source = target.source ?? (await sourceFor(target.address));
  return new ErrorQueueWire(libc, { family, source, target, listener });
}

interface Probe {
  id: number;
  socket: TcpSocket;
  sentAtNs: bigint;
  stopWatching: () => void;
  giveUp: NodeJS.Timeout;
}

interface WireContext {
  family: 4 | 6;
  source: string;
  target: WireTarget;
  listener: WireListener;
}

class ErrorQueueWire implements Wire {
  readonly method = 'connect';
  readonly source: string;
  readonly #libc: Libc;
  readonly #context: WireContext;
  readonly #probes = new Set<Probe>();
  /**
   * The kernel turns receive stamps on in the background when the first socket asks for them and stamps late what
   * arrives before (measured: 15 ms too much). This socket asks early and stays.
   */
  readonly #stampKeeper: TcpSocket;

  constructor(libc: Libc, context: WireContext) {
    this.#libc = libc;
    this.#context = context;
    this.source = context.source;
    this.#stampKeeper = new TcpSocket(libc, context.family);
    this.#stampKeeper.prepareProbe(1);
  }

  send({ id, ttl }: ProbeRequest): void {
    const { family, target, listener } = this.#context;
    let socket: TcpSocket | undefined;
    try {
      socket = new TcpSocket(this.#libc, family);
      socket.prepareProbe(ttl);
      if (target.source !== null) socket.bind({ address: target.source, port: 0 });
      const sentAtNs = realtimeNs(this.#libc);
      socket.connect({ address: target.address, port: target.port });
      this.#watch(id, socket, sentAtNs);
    } catch (error) {
      socket?.close();
      if (!(error instanceof SystemCallError)) throw error;
      listener.onSendError(id, error.code);
    }
  }

  close(): void {
    for (const probe of this.#probes) this.#forget(probe);
    this.#stampKeeper.close();
  }

  #watch(id: number, socket: TcpSocket, sentAtNs: bigint): void {
    const probe: Probe = {
      id,
      socket,
      sentAtNs,
      stopWatching: poller(this.#libc).add(socket.fd, 'output', () => this.#settle(probe)),
      giveUp: setTimeout(() => this.#forget(probe), closeBeforeResendMs),
    };
    this.#probes.add(probe);
  }

  /** One event is one outcome: the socket is done with, and closed before the engine is told and sends the next. */
  #settle(probe: Probe): void {
    const { listener } = this.#context;
    let tell: () => void;
    try {
      const outcome = this.#outcomeOf(probe);
      tell = () =>
        typeof outcome === 'string' ? listener.onSendError(probe.id, outcome) : listener.onReply(outcome);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const { code } = error;
      tell = () => listener.onSendError(probe.id, code);
    }
    this.#forget(probe);
    tell();
  }

  /** The reply, or the symbolic errno of a failure that came from this host itself. */
  #outcomeOf(probe: Probe): WireReply | string {
    const nowNs = realtimeNs(this.#libc);
    const queued = probe.socket.readErrorQueue();
    const errno = probe.socket.takeError();
    const rttOf = (atNs: bigint) => roundMs(Math.max(0, Number(atNs - probe.sentAtNs) / 1e6));
    if (queued !== null && networkOrigins.includes(queued.origin)) {
      return this.#fromRouter(probe, queued, rttOf(queued.receivedAtNs ?? nowNs));
    }
    if (errno === null) return this.#fromTarget(probe, 'syn-ack', probe.socket.handshakeRttMs());
    return resets.includes(errno) ? this.#fromTarget(probe, 'rst', rttOf(nowNs)) : errno;
  }

  #fromRouter(probe: Probe, queued: QueuedError, rttMs: number): WireReply {
    const isExceeded = queued.type === (this.#context.family === 4 ? 11 : 3);
    return {
      id: probe.id,
      kind: isExceeded ? 'time-exceeded' : 'unreachable',
      from: queued.offender ?? '',
      rttMs,
      icmp: { type: queued.type, code: queued.code, mtu: queued.info === 0 ? null : queued.info },
      mpls: [],
      replyTtl: null,
      nat: false,
    };
  }

  #fromTarget(probe: Probe, kind: 'syn-ack' | 'rst', rttMs: number): WireReply {
    const from = this.#context.target.address;
    return {
      id: probe.id,
      kind,
      from,
      rttMs: roundMs(rttMs),
      icmp: null,
      mpls: [],
      replyTtl: null,
      nat: false,
    };
  }

  #forget(probe: Probe): void {
    clearTimeout(probe.giveUp);
    this.#probes.delete(probe);
    probe.stopWatching();
    probe.socket.close();
  }
}
