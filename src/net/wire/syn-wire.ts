import { nowMs, roundMs } from '../../core/clock.js';
import { randomBelow } from '../../core/random.js';
import { withoutZone } from '../address/address.js';
import { SystemCallError } from '../libc/load.js';
import { localIcmpErrno } from '../packet/icmp.js';
import { synEncoder } from '../packet/tcp.js';
import type { HubFlow, SynHub } from './syn-hub.js';
import type { SentSyn } from './syn-match.js';
import type { ProbeRequest, Wire, WireListener, WireRoute } from './wire.js';

export interface SynWireOptions {
  hub: SynHub;
  /** Without a zone: packets have none. */
  source: string;
  address: string;
  family: 4 | 6;
  port: number;
  /** MTU of the route to the target, octets. */
  mtu: number;
  /** One source port for all probes. */
  paris: boolean;
  /** null or absent where the routing table cannot be read. */
  route?: WireRoute | null;
  silentNeighbour: () => string | null;
  /** Called once, when the wire is closed. */
  onClose: () => void;
}

interface Outstanding extends SentSyn<HubFlow> {
  sentAtMs: number | null;
}

/** A port of the target's answer is used again only after this time: the kernel's RST has then ended the handshake there. */
const resetMs = 100;

/**
 * The wire of the `syn` engine, over any packet port. Each probe is a SYN with a random sequence number, which a router's
 * quote and the target's answer contain. Without `paris` each probe also has its own source port: the target
 * answers only the first of several SYNs on one 5-tuple within a round trip. The kernel answers the target's SYN-ACK with a RST,
 * because no socket is connected on the port.
 */
export function openSynWire(options: SynWireOptions, listener: WireListener): Wire {
  const { hub, source, address, family, port } = options;
  const timestampBase = randomBelow(2 ** 32);
  const mss = Math.min(0xffff, options.mtu - (family === 4 ? 40 : 60));
  const encode = synEncoder({ source, destination: address, destinationPort: port, mss });
  const probes = new Map<number, Outstanding>();
  /** The latest probe of each port. An answer to an earlier one does not make the port free. */
  const portUsers = new Map<number, number>();
  /** Ports whose probes are over, for hosts where no other port is free. In order of use, oldest first. */
  const idlePorts = new Map<number, { fromMs: number }>();
  let isClosed = false;

  const flow: HubFlow = {
    source,
    address: withoutZone(address),
    port,
    ourPorts: new Set(),
    onMatch({ probe, reply }, { source: from, ttl, atMs }) {
      const sentAtMs = probes.get(probe.id)?.sentAtMs ?? null;
      if (sentAtMs === null) return;
      // An unreachable from this host about its own packet is not a reply of the network, unless this host is the target.
      if (reply.icmp !== null && reply.kind === 'unreachable' && from === source && flow.address !== source) {
        return listener.onSendError(probe.id, localIcmpErrno(family, reply.icmp));
      }
      const rttMs = roundMs(Math.max(0, atMs - sentAtMs));
      const isTarget = reply.kind === 'syn-ack' || reply.kind === 'rst';
      release(probe, isTarget ? 2 * rttMs + resetMs : 0);
      listener.onReply({ ...reply, id: probe.id, from, replyTtl: ttl, rttMs });
    },
    onDiscard: (reason) => listener.onDiscard(reason),
  };
  hub.add(flow);

  function portFor(id: number): number | null {
    const [only] = flow.ourPorts;
    if (options.paris && only !== undefined) return only;
    try {
      return hub.leasePort(flow);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const used = oldestIdlePort();
      if (used === null) listener.onSendError(id, error.code);
      return used;
    }
  }

  function release({ id, sourcePort }: SentSyn<HubFlow>, delayMs: number): void {
    if (options.paris || portUsers.get(sourcePort) !== id) return;
    const known = idlePorts.get(sourcePort);
    idlePorts.set(sourcePort, { fromMs: Math.max(known?.fromMs ?? 0, nowMs() + delayMs) });
  }

  function oldestIdlePort(): number | null {
    for (const [port, { fromMs }] of idlePorts) {
      if (fromMs > nowMs()) continue;
      idlePorts.delete(port);
      return port;
    }
    return null;
  }

  return {
    method: 'syn',
    source,
    route: options.route ?? null,
    send({ id, ttl }: ProbeRequest) {
      const sourcePort = portFor(id);
      if (sourcePort === null) return;
      portUsers.set(sourcePort, id);
      const probe: Outstanding = { id, flow, sourcePort, sequence: freeSequence(hub), sentAtMs: null };
      probes.set(id, probe);
      hub.expect(probe);
      const segment = encode({ sourcePort, sequence: probe.sequence, timestamp: (timestampBase + id) >>> 0 });
      hub.packets.send(
        { source, destination: address, ttl, segment },
        (atMs) => {
          probe.sentAtMs = atMs;
          if (!isClosed) listener.onLeft?.(id);
        },
        (errno) => {
          // Nothing has left from the port.
          release(probe, 0);
          if (!isClosed) listener.onSendError(id, errno);
        },
      );
    },
    isQueued: (id) => probes.get(id)?.sentAtMs === null,
    receive: () => hub.packets.receive(),
    retire(id) {
      const probe = probes.get(id);
      if (probe !== undefined) release(probe, 0);
    },
    silentNeighbour: options.silentNeighbour,
    close() {
      if (isClosed) return;
      isClosed = true;
      hub.remove(flow, probes.values());
      options.onClose();
    },
  };
}

/** A random sequence number that no other probe uses. Only a node that saw the SYN can answer it. */
function freeSequence(hub: SynHub): number {
  for (;;) {
    const sequence = randomBelow(2 ** 32);
    if (!hub.isTaken(sequence)) return sequence;
  }
}
