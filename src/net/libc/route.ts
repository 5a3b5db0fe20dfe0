import {
  AF_INET,
  AF_INET6,
  IP_MTU,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MTU,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from './constants.js';
import { checked, type Libc, SystemCallError, uint32 } from './load.js';
import { decodeSockaddr, encodeSockaddr, longestSockaddr } from './sockaddr.js';

/** How this host sends to an address. */
export interface Route {
  /** The source address. */
  source: string;
  /** MTU of the route including discovered path MTUs (IP_MTU of ip(7)), octets; null where unknown. */
  mtu: number | null;
}

/**
 * Finds the route to `address`, from `source` if given: connects a UDP socket, for which the kernel looks up the route and
 * sends nothing. Throws SystemCallError where there is no route (ENETUNREACH, EHOSTUNREACH, EACCES), where bind(2) refuses
 * the source (EADDRNOTAVAIL, EINVAL), or without descriptors.
 */
export function routeOf(libc: Libc, address: string, family: 4 | 6, source: string | null = null): Route {
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const fd = checked(libc, 'socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, 0));
  try {
    if (source !== null) {
      const local = encodeSockaddr({ address: source, port: 0 });
      checked(libc, 'bind', libc.bind(fd, local, local.length));
    }
    // The port does not matter.
    const remote = encodeSockaddr({ address, port: 443 });
    checked(libc, 'connect', libc.connect(fd, remote, remote.length));
    return { source: sourceOf(libc, fd), mtu: mtuOf(libc, fd, family) };
  } finally {
    libc.close(fd);
  }
}

/** The MTU of the route to `address`, octets; null when there is no route. */
export function routeMtu(libc: Libc, address: string, family: 4 | 6): number | null {
  try {
    return routeOf(libc, address, family).mtu;
  } catch (error) {
    if (error instanceof SystemCallError) return null;
    throw error;
  }
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
