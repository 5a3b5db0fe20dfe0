import { constants } from 'node:os';
import { withoutZone } from '../address/address.js';
import {
  AF_INET,
  AF_INET6,
  IP_MTU,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_MTU,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from './constants.js';
import { checked, type Libc, SystemCallError, uint32 } from './load.js';
import { type NextHop, type RouteAnswer, routesTo, routeTo } from './netlink.js';
import { decodeSockaddr, encodeSockaddr, longestSockaddr } from './sockaddr.js';

/** How this host sends to an address. */
export interface Route {
  /** The source address. */
  source: string;
  /** MTU of the route including discovered path MTUs (IP_MTU of ip(7)), octets; null where unknown. */
  mtu: number | null;
}

/** Where a connection goes. */
export interface RouteTarget {
  address: string;
  family: 4 | 6;
  port: number;
  /** The address to send from; null lets the kernel choose. */
  source: string | null;
}

/**
 * Finds the route to `address`, from `source` if given: connects a UDP socket, for which the kernel looks up the route and
 * sends nothing. Throws SystemCallError where there is no route (ENETUNREACH, EHOSTUNREACH, EACCES), where bind(2) refuses
 * the source (EADDRNOTAVAIL, EINVAL), or without descriptors.
 */
function udpRoute(libc: Libc, { address, family, port, source }: RouteTarget): Route {
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const fd = checked(libc, 'socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, 0));
  try {
    if (source !== null) {
      const local = encodeSockaddr({ address: source, port: 0 });
      checked(libc, 'bind', libc.bind(fd, local, local.length));
    }
    const remote = encodeSockaddr({ address, port });
    checked(libc, 'connect', libc.connect(fd, remote, remote.length));
    return { source: sourceOf(libc, fd), mtu: mtuOf(libc, fd, family) };
  } finally {
    libc.close(fd);
  }
}

/** The MTU of the route to `address`, octets; null when there is no route. */
export function routeMtu(libc: Libc, address: string, family: 4 | 6): number | null {
  try {
    return udpRoute(libc, { address, family, port: 443, source: null }).mtu;
  } catch (error) {
    if (error instanceof SystemCallError) return null;
    throw error;
  }
}

/** The route of TCP connections to a target. */
export interface TcpRoute extends Route {
  /** null where the routing table cannot be read, as without AF_NETLINK. */
  hop: NextHop | null;
  /** Next hops that connections of other source ports take: the kernel balances the load by port. */
  others: NextHop[];
}

/** Local ports to ask the kernel about: rules and the balancing of the load look at them. */
const sampledPorts = [33_001, 40_503, 47_906, 55_107, 60_990];

const noRoute = ['ENETUNREACH', 'EHOSTUNREACH', 'EACCES'];

/**
 * The route that TCP connections to the target take. The kernel looks it up with their protocol and ports, because rules
 * (`ip rule … ipproto tcp dport 443`) can give them another one than other packets have. As connect(2) does, it first chooses
 * the source, and then looks the route up again with this source, for rules by source. Throws as connect(2) does.
 */
export function tcpRouteOf(libc: Libc, target: RouteTarget): TcpRoute {
  const { address, port } = target;
  const packet = { source: target.source, protocol: IPPROTO_TCP, port };
  const first = routeTo(libc, address, packet);
  const isDecided = first !== null && ('hop' in first || noRoute.includes(first.errno));
  let udp: Route | null = null;
  try {
    udp = udpRoute(libc, target);
  } catch (error) {
    // What UDP cannot reach, TCP may: the rules for them can differ.
    const isRefused = error instanceof SystemCallError && error.syscall === 'connect';
    if (!isRefused || !isDecided || !('hop' in first)) throw error;
  }
  if (isDecided && 'errno' in first) throw new SystemCallError('connect', errnoOf(first.errno));
  const chosen = udp?.source ?? (target.source === null ? null : withoutZone(target.source));
  const source = (target.source === null ? hopOf(first)?.source : null) ?? chosen;
  if (source === null) throw new SystemCallError('connect', constants.errno.ENETUNREACH);
  const route = { source, mtu: udp?.mtu ?? null };
  const sampled = sampledPorts.map((sourcePort) => ({ ...packet, source, sourcePort }));
  const hops = routesTo(libc, address, sampled).flatMap((answer) => hopOf(answer) ?? []);
  const [hop = hopOf(first)] = hops;
  const others = hops.filter((each, index) => !isSameHop(each, hop) && isFirstOf(hops, each, index));
  return { ...route, hop, others };
}

/**
 * The next hop of packets of a raw socket, which have no ports for the kernel; null where the route has no next hop, or it is not known.
 * `protocol` is null for a socket that writes the IP header itself (IPPROTO_RAW).
 */
export function rawNextHop(
  libc: Libc,
  address: string,
  source: string,
  protocol: number | null,
): NextHop | null {
  return hopOf(routeTo(libc, address, { source, protocol }));
}

/** Whether both are the same neighbour on the same link. */
export function isSameHop(one: NextHop | null, other: NextHop | null): boolean {
  return one?.address === other?.address && one?.interfaceIndex === other?.interfaceIndex;
}

function isFirstOf(hops: readonly NextHop[], hop: NextHop, index: number): boolean {
  return hops.findIndex((each) => isSameHop(each, hop)) === index;
}

function hopOf(answer: RouteAnswer | null): NextHop | null {
  return answer !== null && 'hop' in answer ? answer.hop : null;
}

function errnoOf(name: string): number {
  return Object.entries(constants.errno).find(([each]) => each === name)?.[1] ?? 0;
}

/** The name of the interface with this index, or null. */
export function interfaceName(libc: Libc, index: number): string | null {
  // IF_NAMESIZE of if_nametoindex(3).
  const name = Buffer.alloc(16);
  if (libc.if_indextoname(index, name) === null) return null;
  const end = name.indexOf(0);
  return name.toString('utf8', 0, end < 0 ? name.length : end) || null;
}

function sourceOf(libc: Libc, fd: number): string {
  const address = Buffer.alloc(longestSockaddr);
  const length = uint32(address.length);
  checked(libc, 'getsockname', libc.getsockname(fd, address, length));
  return decodeSockaddr(address.subarray(0, length.readUInt32LE()))?.address ?? '';
}

function mtuOf(libc: Libc, fd: number, family: 4 | 6): number | null {
  const value = Buffer.alloc(4);
  const [level, name] = family === 4 ? [IPPROTO_IP, IP_MTU] : [IPPROTO_IPV6, IPV6_MTU];
  return libc.getsockopt(fd, level, name, value, uint32(value.length)) < 0 ? null : value.readInt32LE();
}
