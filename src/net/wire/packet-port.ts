/** A TCP segment on its way out: the port adds the IP header with this TTL. */
export interface OutgoingSegment {
  source: string;
  destination: string;
  ttl: number;
  segment: Uint8Array;
}

export interface IncomingSegment {
  source: string;
  /** On arrival; null where the socket does not tell (raw IPv6). */
  ttl: number | null;
  segment: Uint8Array;
  /** The port's clock, milliseconds. */
  atMs: number;
}

export interface IncomingIcmp {
  source: string;
  ttl: number | null;
  /** From the ICMP type on. */
  message: Uint8Array;
  atMs: number;
}

export interface PacketListener {
  onSegment(incoming: IncomingSegment): void;
  onIcmp(incoming: IncomingIcmp): void;
  /** The bytes were not even an IP packet. */
  onGarbage(): void;
}

/**
 * Raw packets in and out, for one address family. Two things implement it: the raw socket and the simulated network;
 * everything between it and the trace is the same code in production and in tests.
 */
export interface PacketPort {
  /**
   * Sends. `onSent` is called with the time just before the packet was handed to the kernel; where the kernel refused it
   * `onError` with the symbolic errno, after that or in its place.
   */
  send(outgoing: OutgoingSegment, onSent: (atMs: number) => void, onError: (errno: string) => void): void;
  listen(listener: PacketListener): void;
  /** Tells the listener, before it returns, of whatever has arrived by now. */
  receive(): void;
  close(): void;
}
