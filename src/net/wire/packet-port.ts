/** A TCP segment to send. The port adds the IP header with this TTL. */
export interface OutgoingSegment {
  source: string;
  destination: string;
  ttl: number;
  segment: Uint8Array;
}

export interface IncomingSegment {
  source: string;
  /** TTL or hop limit on arrival; null where the socket does not report it. */
  ttl: number | null;
  segment: Uint8Array;
  /** Time of arrival by the port's clock, milliseconds. */
  atMs: number;
}

export interface IncomingIcmp {
  source: string;
  ttl: number | null;
  /** The ICMP message without the IP header. */
  message: Uint8Array;
  atMs: number;
}

export interface PacketListener {
  onSegment(incoming: IncomingSegment): void;
  onIcmp(incoming: IncomingIcmp): void;
  /** The bytes were not an IP packet. */
  onGarbage(): void;
}

/**
 * Sends and receives raw packets of one address family. Raw sockets and the simulated network of the tests implement it, so
 * all code above it is the same in production and in tests.
 */
export interface PacketPort {
  /**
   * Sends a segment. Calls `onSent` with the time just before the system call. If the kernel refuses the packet, calls
   * `onError` with the symbolic errno, after `onSent` or instead of it.
   */
  send(outgoing: OutgoingSegment, onSent: (atMs: number) => void, onError: (errno: string) => void): void;
  listen(listener: PacketListener): void;
  /** Reports everything that has arrived to the listener, before it returns. */
  receive(): void;
  close(): void;
}
