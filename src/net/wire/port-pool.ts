import { randomBelow } from '../../core/random.js';
import { type Libc, SystemCallError } from '../libc/load.js';
import { TcpSocket } from '../libc/tcp-socket.js';

/**
 * Source ports for probes. Traces to different targets use a port at the same time. One trace does not get a port twice
 * while there are others, because a target answers only the first of several SYNs on one 5-tuple.
 */
export interface PortPool {
  /** A port that is not in `used`. Throws SystemCallError when this host has no port or descriptor left. */
  lease(used: ReadonlySet<number>): number;
  close(): void;
}

/**
 * Reserves each port with a bound socket, so that no other process gets it. The socket neither listens nor connects, so the
 * kernel answers the target's SYN-ACK with a RST, which keeps the handshake half-open. The kernel chooses ports from
 * ip_local_port_range, which network ACLs usually allow.
 */
export function boundPorts(libc: Libc, family: 4 | 6): PortPool {
  const bound = new Map<number, TcpSocket>();
  return {
    lease(used) {
      for (const port of bound.keys()) if (!used.has(port)) return port;
      const socket = new TcpSocket(libc, family);
      try {
        socket.bind({ address: family === 4 ? '0.0.0.0' : '::', port: 0 });
        const port = socket.localEndpoint()?.port ?? 0;
        bound.set(port, socket);
        return port;
      } catch (error) {
        socket.close();
        throw error;
      }
    },
    close() {
      for (const socket of bound.values()) socket.close();
      bound.clear();
    },
  };
}

/** Linux's default ip_local_port_range. */
const firstPort = 32768;
const lastPort = 60999;

/**
 * Random ports that are not reserved, for hosts where libc cannot be called. The chance that another connection of this host
 * uses one is small, and its traffic would not match a probe's sequence number.
 */
export function randomPorts(): PortPool {
  const leased = new Set<number>();
  return {
    lease(used) {
      for (const port of leased) if (!used.has(port)) return port;
      if (leased.size > lastPort - firstPort) throw new SystemCallError('bind', EADDRINUSE);
      let port = firstPort + randomBelow(lastPort + 1 - firstPort);
      while (leased.has(port)) port = port === lastPort ? firstPort : port + 1;
      leased.add(port);
      return port;
    },
    close: () => leased.clear(),
  };
}

const EADDRINUSE = 98;
