/**
 * What is known of the largest packet that gets through to one address; one of `observations.pathMtu`. Measured only where
 * a handshake went silent after the connection stood. Sizes are of whole IP packets in octets, headers included.
 */
export interface PathMtu {
  address: string;
  port: number;
  /** MTU of the interface that the route to the address leaves by; null when it cannot be read. */
  interfaceMtu: number | null;
  /** What the kernel holds the path's MTU to be after the attempt (IP_MTU, IPV6_MTU); null when it cannot be read. */
  kernelMtu: number | null;
  /**
   * Octets that a segment towards the peer holds, its options included: what TCP_INFO gives after the connection stood. The
   * smaller of what the peer's SYN-ACK offers and what this host's link takes, so a clamp on the path shows as less than the
   * link's; null when it cannot be read.
   */
  peerMss: number | null;
  /**
   * The router that said "fragmentation needed" (ICMP type 3 code 4) or "packet too big" (ICMPv6 type 2), and the MTU of
   * its next hop as it says. Linux does not tell a TCP socket who said so: null, and a `kernelMtu` below `interfaceMtu`
   * means that somebody did.
   */
  announced: { from: string; mtu: number } | null;
  /** The largest packet of ours that the peer acknowledged, and the smallest that it never did; null where there was none. */
  largestAcknowledged: number | null;
  smallestUnacknowledged: number | null;
}
