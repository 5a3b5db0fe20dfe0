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
import type { Libc } from './load.js';
import { encodeSockaddr } from './sockaddr.js';

/**
 * The MTU of the route to `address` as the kernel knows it, path MTU discoveries included (IP_MTU of ip(7)); null when
 * there is no route. Connecting a UDP socket sends nothing.
 */
export function routeMtu(libc: Libc, address: string, family: 4 | 6): number | null {
  const fd = libc.socket(family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return null;
  try {
    const remote = encodeSockaddr({ address, port: 443 });
    if (libc.connect(fd, remote, remote.length) < 0) return null;
    const value = Buffer.alloc(4);
    const length = Buffer.from([4, 0, 0, 0]);
    const [level, name] = family === 4 ? [IPPROTO_IP, IP_MTU] : [IPPROTO_IPV6, IPV6_MTU];
    return libc.getsockopt(fd, level, name, value, length) < 0 ? null : value.readInt32LE();
  } finally {
    libc.close(fd);
  }
}
