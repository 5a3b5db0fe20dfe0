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

/** How this host would send to an address. */
export interface Route {
  /** The address it would send from. */
  source: string;
  /** Of the route as the kernel knows it, path MTU discoveries included (IP_MTU of ip(7)), octets; null if unknown. */
  mtu: number | null;
}

/**
 * Asks the kernel how it would send to `address`, from `source` where one is given: connecting a UDP socket is a routing
 * decision and sends nothing. Throws SystemCallError when there is no way (ENETUNREACH, EHOSTUNREACH, EACCES), when
 * `source` is not this host's (of bind: EADDRNOTAVAIL, EINVAL) or no descriptor is left.
 */
export function routeOf(libc: Libc, address: string, family: 4 | 6, source: string | null = null): Route {
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const fd = checked(libc, 'socket', libc.socket(family === 4 ? AF_INET : AF_INET6, type, 0));
  try {
    if (source !== null) {
      const local = encodeSockaddr({ address: source, port: 0 });
      checked(libc, 'bind', libc.bind(fd, local, local.length));
    }
    // Any port will do; 443 is what pprobe is about.
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
