import { randomInt } from 'node:crypto';
import type { Libc } from '../libc/load.js';
import { TcpSocket } from '../libc/tcp-socket.js';

/** A TCP port that is ours until released. */
export interface PortLease {
  port: number;
  release(): void;
}

/**
 * Leases ports by binding an unconnected socket to each: no other process can be given the port, and, since the
 * socket neither listens nor connects, the kernel answers the target's SYN-ACK with the RST that keeps the handshake
 * half-open. The kernel picks from ip_local_port_range, the range network ACLs are written for.
 */
export function heldPorts(libc: Libc, source: string, family: 4 | 6): () => PortLease {
  return () => {
    const socket = new TcpSocket(libc, family);
    try {
      socket.bind({ address: source, port: 0 });
      const port = socket.localEndpoint()?.port ?? 0;
      return { port, release: () => socket.close() };
    } catch (error) {
      socket.close();
      throw error;
    }
  };
}

/** Linux's default ip_local_port_range. */
const firstPort = 32768;
const lastPort = 60999;

/**
 * Leases without libc: distinct random ports that nobody else is asked about. The chance that one belongs to a
 * connection of this host is small, and its traffic would still not match a probe's sequence number.
 */
export function unheldPorts(): () => PortLease {
  const leased = new Set<number>();
  return () => {
    let port = randomInt(firstPort, lastPort + 1);
    while (leased.has(port)) port = port === lastPort ? firstPort : port + 1;
    leased.add(port);
    return { port, release: () => leased.delete(port) };
  };
}
