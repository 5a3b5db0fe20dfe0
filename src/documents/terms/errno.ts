import { zoneOf } from '../../net/address/address.js';
import type { TcpCause, TcpStatus } from '../tcp.js';

/**
 * The status of each errno of connect(2), whether the call failed at once or later. EACCES and
 * EADDRNOTAVAIL depend on the address family and are not in the table. Sources: icmp_err_convert (net/ipv4/icmp.c),
 * icmpv6_err_convert (net/ipv6/icmp.c), ip(7); each row was tried against a real router. IPv4 maps the
 * "administratively prohibited" codes 9, 10 and 13 to the same errnos as "host unreachable", so `unreachable` over IPv4
 * can be a firewall; only the ICMP message itself shows it.
 */
const statuses: ReadonlyMap<string, TcpStatus> = new Map(
  Object.entries({
    // A RST, or an ICMP port unreachable, which Linux reports the same way.
    ECONNREFUSED: 'refused',
    // A SYN-ACK, then a RST before this process looked.
    ECONNRESET: 'reset',
    ECONNABORTED: 'reset',
    EPIPE: 'reset',
    // The kernel's own limit, about 127 s.
    ETIMEDOUT: 'timeout',
    // ICMP network unreachable, or no route on this host.
    ENETUNREACH: 'unreachable',
    ENETDOWN: 'unreachable',
    // ICMP host unreachable or prohibited, a neighbour that does not answer (3 s), or an `unreachable` route.
    EHOSTUNREACH: 'unreachable',
    // ICMP codes 7 (host unknown), 8 (host isolated), 2 (protocol), 5 (source route failed), and parameter problem.
    EHOSTDOWN: 'unreachable',
    ENONET: 'unreachable',
    ENOPROTOOPT: 'unreachable',
    EOPNOTSUPP: 'unreachable',
    EPROTO: 'unreachable',
    // A `blackhole` route, or an IPv6 link-local address without its zone.
    EINVAL: 'unreachable',
    // A kernel without IPv6.
    EAFNOSUPPORT: 'unreachable',
    // A cgroup's BPF program or a security module. nft drops TCP without an errno: that is a timeout.
    EPERM: 'denied',
  } satisfies Record<string, TcpStatus>),
);

/**
 * The status of a failed connect(2). `isImmediate`: the call itself failed, so this host decided and sent nothing. That
 * separates the two meanings of EACCES: from the call it is a `prohibit` route or a security module (`denied`); later it
 * is an ICMPv6 "prohibited", "policy failed" or "reject route" (RFC 4443 section 3.1, codes 1, 5, 6), for which IPv6 alone
 * has an errno. EADDRNOTAVAIL means over IPv6 that no source address fits the destination, and over IPv4 that no port is
 * left, which says nothing about the target. An errno in no list is `error`.
 */
export function statusOfErrno(errno: string, family: 4 | 6, isImmediate: boolean): TcpStatus {
  if (errno === 'EACCES') return family === 6 && !isImmediate ? 'prohibited' : 'denied';
  if (errno === 'EADDRNOTAVAIL') return family === 6 ? 'unreachable' : 'error';
  return statuses.get(errno) ?? 'error';
}

/** The route types of ip-route(8) that reject, and a missing route, by the errno that a lookup of the route returns. */
const routeCauses: Readonly<Record<string, TcpCause>> = {
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'unreachable-route',
  EACCES: 'prohibit-route',
  EINVAL: 'blackhole-route',
};

/** Of a connection that failed after the SYN was sent. */
const remoteCauses: Readonly<Record<string, TcpCause>> = {
  ECONNREFUSED: 'rst',
  ECONNRESET: 'rst-after-syn-ack',
  ECONNABORTED: 'rst-after-syn-ack',
  EPIPE: 'rst-after-syn-ack',
  ETIMEDOUT: 'silence',
  ECANCELED: 'canceled',
};

/** Of a call that failed at once, where the routing table does not return the same errno. */
const localCauses: Readonly<Record<string, TcpCause>> = {
  EMFILE: 'no-descriptors',
  ENFILE: 'no-descriptors',
  EPERM: 'local-policy',
  EACCES: 'local-policy',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'unreachable-route',
  EAFNOSUPPORT: 'no-route',
  EADDRINUSE: 'no-ports',
  EAGAIN: 'no-ports',
  ENOBUFS: 'no-memory',
  ENOMEM: 'no-memory',
};

/** A connect(2) that failed without an ICMP error. */
export interface FailedCall {
  errno: string | null;
  /** The call itself failed, and nothing was sent. */
  isImmediate: boolean;
  /** What a lookup of the route to the address fails with; null where it succeeds or was not made. */
  routeErrno: string | null;
  /** The same lookup was made and succeeds. */
  isRouted?: boolean;
  /** The same lookup succeeds without the source that was asked for. */
  isSourceUnfit?: boolean;
}

/** What caused the errno of a failed connect(2) to `address`; null where it can be several things. */
export function causeOfErrno(
  { errno, isImmediate, routeErrno, isRouted = false, isSourceUnfit = false }: FailedCall,
  address: string,
): TcpCause | null {
  if (errno === null) return null;
  if (!isImmediate) return causeIn(remoteCauses, errno);
  const isLinkLocal = /^fe[89ab]/i.test(address);
  if (errno === 'EINVAL' && isLinkLocal && zoneOf(address) === null) return 'zone-missing';
  if (errno === 'EADDRNOTAVAIL') return address.includes(':') ? 'no-source-address' : 'no-ports';
  // An address of loopback as the source: no route of type blackhole is in the way.
  if (errno === 'EINVAL' && isSourceUnfit) return 'no-source-address';
  // A BPF program of the cgroup can return any errno: that of Cilium returns EHOSTUNREACH for a service without endpoints.
  if (isRouted && (errno === 'ENETUNREACH' || errno === 'EHOSTUNREACH')) return 'local-policy';
  return (errno === routeErrno ? causeIn(routeCauses, errno) : null) ?? causeIn(localCauses, errno);
}

function causeIn(table: Readonly<Record<string, TcpCause>>, errno: string): TcpCause | null {
  return Object.hasOwn(table, errno) ? (table[errno] ?? null) : null;
}

/** The words of an errno: of connect(2), and of a packet that could not be sent. null where the status says it. */
interface ErrnoWords {
  connect: string | null;
  send: string | null;
}

const noPort = 'this host has no local port left: see `sysctl net.ipv4.ip_local_port_range`';

/**
 * The errnos of a limit of this host, which say nothing about the other end: descriptors, local ports, memory and the send
 * queue. Sources: socket(2), connect(2), send(2).
 */
const ownLimits: Readonly<Record<string, OwnLimit>> = {
  EMFILE: 'no-descriptors',
  ENFILE: 'no-descriptors',
  EAGAIN: 'no-ports',
  EWOULDBLOCK: 'no-ports',
  EADDRINUSE: 'no-ports',
  ENOBUFS: 'no-memory',
  ENOMEM: 'no-memory',
};

/** What this host has none of. */
export type OwnLimit = Extract<TcpCause, 'no-descriptors' | 'no-ports' | 'no-memory'>;

/** The limit of this host that an errno tells of; null for every other errno. */
export function ownLimitOf(errno: string | null): OwnLimit | null {
  return errno !== null && Object.hasOwn(ownLimits, errno) ? (ownLimits[errno] ?? null) : null;
}

/** From connect(2), send(2) and ip(7), and from what was measured to cause them. */
const words: Readonly<Record<string, ErrnoWords>> = {
  EPERM: { connect: null, send: "this host's own firewall refused to send it" },
  EACCES: { connect: null, send: "this host's own policy forbids it" },
  ENETUNREACH: { connect: 'no route to that network', send: 'this host has no route to it' },
  // Of connect(2): from a neighbour that does not answer for three seconds, or from a router's ICMP error.
  EHOSTUNREACH: { connect: 'no route to this host', send: 'the next hop does not answer on the link' },
  ENETDOWN: { connect: 'the interface is down', send: 'the interface is down' },
  EADDRNOTAVAIL: {
    connect: 'no address of this host fits: see --source',
    send: 'no address of this host fits',
  },
  EAFNOSUPPORT: {
    connect: 'this address is of another family than --source',
    send: 'the target is of another family than the source',
  },
  EINVAL: {
    connect: 'a blackhole route, or an address without its scope',
    send: 'a blackhole route, or a source or zone that does not fit the target',
  },
  EMFILE: {
    connect: 'this process has no file descriptors left: see `ulimit -n`',
    send: 'this process has no file descriptors left: see `ulimit -n`',
  },
  ENFILE: {
    connect: 'this host has no file descriptors left: see `sysctl fs.file-nr`',
    send: 'this host has no file descriptors left: see `sysctl fs.file-nr`',
  },
  ENOPROTOOPT: { connect: 'the host reports that it does not speak TCP', send: null },
  ECANCELED: { connect: 'interrupted before an answer came', send: null },
  // Of connect(2) on a UDP socket without a port: the kernel finds none that is free.
  EAGAIN: { connect: null, send: noPort },
  EWOULDBLOCK: { connect: null, send: noPort },
  EADDRINUSE: { connect: null, send: noPort },
  ENOBUFS: {
    connect: 'this host is out of memory for sockets: see `ss -s`',
    send: 'the send queue of this host is full',
  },
  ENOMEM: {
    connect: 'this host is out of memory for sockets: see `ss -s`',
    send: 'this host is out of memory for packets',
  },
  EMSGSIZE: { connect: null, send: 'the packet is too big for the interface' },
};

/** What an errno of connect(2) says beyond the status of the attempt; null where it says no more. */
export function connectErrnoWords(errno: string): string | null {
  return Object.hasOwn(words, errno) ? (words[errno]?.connect ?? null) : null;
}

/** Why this host did not send a packet; null for an errno without words here. */
export function sendErrnoWords(errno: string): string | null {
  return Object.hasOwn(words, errno) ? (words[errno]?.send ?? null) : null;
}

/**
 * Why this host did not connect, in an errno that says nothing of the other end: its limits, and its firewall. null for every other
 * errno.
 */
export function ownRefusalWords(errno: string): string | null {
  // Of connect(2) over IPv4 without an address of one's own: ip(7).
  if (errno === 'EADDRNOTAVAIL') return noPort;
  return ownLimitOf(errno) !== null || errno === 'EPERM' || errno === 'EACCES' ? sendErrnoWords(errno) : null;
}
