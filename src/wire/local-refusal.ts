/**
 * The errno for an ICMP unreachable that this host sent to itself: its neighbour did not resolve, or its own firewall
 * rejected the packet. Nothing of that is an answer of the network.
 */
export function localErrno(family: 4 | 6, { type, code }: { type: number; code: number }): string {
  const isNetwork = code === 0;
  // RFC 792: host unreachable; RFC 4443: address unreachable. Linux sends them when neighbour discovery fails.
  const isHost = family === 4 ? code === 1 : code === 3;
  if (type !== (family === 4 ? 3 : 1)) return 'EMSGSIZE';
  if (isNetwork) return 'ENETUNREACH';
  return isHost ? 'EHOSTUNREACH' : 'EPERM';
}
