import type { Libc } from '../libc/load.js';
import type { NextHop } from '../libc/netlink.js';
import { interfaceName, isSameHop, rawNextHop, type TcpRoute } from '../libc/route.js';
import type { WireRoute } from './wire.js';

/** The route of TCP connections; null where the routing table cannot be read. */
export function routeOfTcp(libc: Libc, { hop }: TcpRoute): WireRoute | null {
  return hop === null ? null : { ...placeOf(libc, hop), tcpDiffers: null };
}

/** Packets of a raw socket, and the route of TCP connections with which theirs is compared. */
export interface RawPackets {
  address: string;
  source: string;
  /** null for a socket that writes the IP header itself. */
  protocol: number | null;
  tcp: TcpRoute;
}

/**
 * The route of packets of a raw socket, and that of TCP connections where it is another; null where the routing table cannot be
 * read. Where raw packets have no route at all, it is that of TCP.
 */
export function routeOfRawPackets(
  libc: Libc,
  { address, source, protocol, tcp }: RawPackets,
): WireRoute | null {
  if (tcp.hop === null) return null;
  const raw = rawNextHop(libc, address, source, protocol);
  const others = [tcp.hop, ...tcp.others].filter((each) => !isSameHop(each, raw));
  return {
    ...placeOf(libc, raw ?? tcp.hop),
    tcpDiffers: others.length === 0 ? null : others.map((each) => inWords(libc, each)).join(', '),
  };
}

function placeOf(libc: Libc, { address, isGateway, interfaceIndex }: NextHop) {
  return { gateway: isGateway ? address : null, interface: interfaceName(libc, interfaceIndex) };
}

/** `via 10.0.0.1 dev eth1`, as `ip route` has it. */
function inWords(libc: Libc, hop: NextHop): string {
  const { gateway, interface: name } = placeOf(libc, hop);
  const device = `dev ${name ?? hop.interfaceIndex}`;
  return gateway === null ? device : `via ${gateway} ${device}`;
}
