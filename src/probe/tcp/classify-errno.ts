import type { TcpStatus } from './types.js';

/**
 * What each errno of connect(2) says whoever raised it. EACCES is not here: who raised it decides. Sources:
 * icmp_err_convert (net/ipv4/icmp.c), icmpv6_err_convert (net/ipv6/icmp.c), ip(7), and every row tried
 * against a real router. IPv4 folds "administratively prohibited" (code 13, 10, 9) into the same errnos as
 * "no such host", so there `unreachable` may be a firewall speaking; only the trace's raw ICMP tells.
 */
const statusOfErrno = new Map<string, TcpStatus>(
  Object.entries({
    // An RST, or an ICMP port-unreachable, which Linux reports the same way.
    ECONNREFUSED: 'refused',
    // The connection stood for a moment: SYN-ACK, then RST before this process looked.
    ECONNRESET: 'reset',
    ECONNABORTED: 'reset',
    EPIPE: 'reset',
    // The kernel gave up first; only with a timeout longer than its own (about 127 s).
    ETIMEDOUT: 'timeout',
    // ICMP net unreachable, or no route on this host.
    ENETUNREACH: 'unreachable',
    ENETDOWN: 'unreachable',
    // ICMP host unreachable or prohibited, a neighbour that does not answer ARP (3 s), or an `unreachable`
    // route.
    EHOSTUNREACH: 'unreachable',
    // ICMP codes 7 (host unknown), 8 (host isolated), 2 (protocol), 5 (source route failed), and parameter
    // problem.
    EHOSTDOWN: 'unreachable',
    ENONET: 'unreachable',
    ENOPROTOOPT: 'unreachable',
    EOPNOTSUPP: 'unreachable',
    EPROTO: 'unreachable',
    // A `blackhole` route, or an IPv6 link-local address without its interface: nowhere to send to.
    EINVAL: 'unreachable',
    // A kernel without IPv6 has no way to the address either.
    EAFNOSUPPORT: 'unreachable',
    // A cgroup's BPF program or a security module forbade the call. (nft drops TCP in silence: that is a
    // timeout.)
    EPERM: 'denied',
  } satisfies Record<string, TcpStatus>),
);

/**
 * Puts a failed connect(2) into words. Pure.
 *
 * `local` says that connect(2) failed on the spot, so this host decided and nothing was sent. It is what
 * parts the two meanings of EACCES: from the call itself it is a `prohibit` route or a security module
 * (denied); later it is an ICMPv6 "prohibited", "policy failed" or "reject route" (RFC 4443 section 3.1,
 * codes 1, 5, 6), which IPv6 alone reports by a name of its own. EADDRNOTAVAIL is no IPv6 source address for
 * this destination; over IPv4 the ports have run out, which says nothing about the target. An errno that is
 * in no list is `error`.
 */
export function classifyErrno(errno: string, family: 4 | 6, local: boolean): TcpStatus {
  if (errno === 'EACCES') return family === 6 && !local ? 'prohibited' : 'denied';
  if (errno === 'EADDRNOTAVAIL') return family === 6 ? 'unreachable' : 'error';
  return statusOfErrno.get(errno) ?? 'error';
}
