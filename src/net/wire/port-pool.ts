import { randomInt } from 'node:crypto';
import { type Libc, SystemCallError } from '../libc/load.js';
import { TcpSocket } from '../libc/tcp-socket.js';

/**
 * Source ports that are ours while the pool is open. A port serves many traces at once, for their targets differ, and
 * one trace never gets it twice as long as there are others: of several SYNs on one 5-tuple a target answers only the
 * first.
 */
export interface PortPool {
  /** A port that is not in `used`. Throws SystemCallError when the host has no port or descriptor left. */
  lease(used: ReadonlySet<number>): number;
  close(): void;
}

/**
 * Holds each port by a bound socket: no other process can be given it, and, since the socket neither listens nor
 * connects, the kernel answers the target's SYN-ACK with the RST that keeps the handshake half-open. The kernel picks
 * from ip_local_port_range, the range network ACLs are written for.
 */
export function boundPorts(libc: Libc, family: 4 | 6): PortPool {
  const held = new Map<number, TcpSocket>();
  return {
    lease(used) {
      for (const port of held.keys()) if (!used.has(port)) return port;
      const socket = new TcpSocket(libc, family);
      try {
        socket.bind({ address: family === 4 ? '0.0.0.0' : '::', port: 0 });
        const port = socket.localEndpoint()?.port ?? 0;
        held.set(port, socket);
        return port;
      } catch (error) {
        socket.close();
        throw error;
      }
    },
    close() {
      for (const socket of held.values()) socket.close();
      held.clear();
    },
  };
}

/** Linux's default ip_local_port_range. */
const firstPort = 32768;
const lastPort = 60999;

/**
 * Without libc: distinct random ports that nobody else is asked about. The chance that one belongs to a connection of
 * this host is small, and its traffic would still not match a probe's sequence number.
 */
export function randomPorts(): PortPool {
  const leased = new Set<number>();
  return {
    lease(used) {
      for (const port of leased) if (!used.has(port)) return port;
      if (leased.size > lastPort - firstPort) throw new SystemCallError('bind', EADDRINUSE);
      let port = randomInt(firstPort, lastPort + 1);
      while (leased.has(port)) port = port === lastPort ? firstPort : port + 1;
      leased.add(port);
      return port;
    },
    close: () => leased.clear(),
  };
}

const EADDRINUSE = 98;
