import type { TcpAttempt, TcpCause, TcpStatus } from '../../documents/tcp.js';
import { zoneOf } from '../../net/address/address.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { ConnectEnd } from '../../net/wire/connect-attempt.js';

/** What a connection's end means. */
export interface Judged
  extends Required<Pick<TcpAttempt, 'status' | 'local' | 'from' | 'icmp' | 'neighbour'>> {
  cause: TcpCause | null;
}

type Told = Omit<ConnectEnd, 'socket' | 'durationMs' | 'retransmits' | 'localPort'>;

/** Puts into words what the kernel told of one connect(). `address` is where it went. Pure. */
export function judgeEnd(told: Told, address: string, family: 4 | 6): Judged {
  const { end, errno, icmp, silentNeighbour, droppedHere } = told;
  if (end === 'open') return judged('open', 'syn-ack', { from: address });
  // This host tells itself of it by an ICMP error that never was on the wire, and is left out here.
  // Whoever waits less than the three seconds of neighbour discovery would take it for silence of the target.
  if (silentNeighbour !== null) {
    return judged('unreachable', 'silent-neighbour', { neighbour: silentNeighbour });
  }
  if (droppedHere) return judged('denied', 'local-firewall', { local: true });
  if (end === 'given-up') return judged('timeout', 'silence', {});
  if (icmp !== null) return judgeIcmp(told, icmp, address, family);
  const status = classifyErrno(errno ?? 'EIO', family, told.isImmediate);
  const cause = errnoCause(told, address);
  const isAnswer = status === 'refused' || status === 'reset';
  return judged(status, cause, { local: told.isImmediate, from: isAnswer ? address : null });
}

function judgeIcmp(
  { from, localAddress }: Told,
  icmp: { type: number; code: number },
  address: string,
  family: 4 | 6,
): Judged {
  // This host said it of its own packet to somebody else; a neighbour that is silent was ruled out before.
  const isOwn = from !== null && from === localAddress && from !== address;
  if (isOwn) return judged('denied', 'local-firewall', { local: true, from, icmp });
  return judged(icmpStatus(icmp, family), 'icmp', { from, icmp });
}

function judged(
  status: TcpStatus,
  cause: TcpCause | null,
  { local, from, icmp, neighbour }: Partial<Pick<Judged, 'local' | 'from' | 'icmp' | 'neighbour'>>,
): Judged {
  return {
    status,
    cause,
    local: local ?? false,
    from: from ?? null,
    icmp: icmp ?? null,
    neighbour: neighbour ?? null,
  };
}

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

/** The routes of ip-route(8) that refuse, and a missing one, by the errno that they give. */
const routeCauses: Readonly<Record<string, TcpCause>> = {
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'unreachable-route',
  EACCES: 'prohibit-route',
  EINVAL: 'blackhole-route',
};

const causes: Readonly<Record<string, TcpCause>> = {
  ECONNREFUSED: 'rst',
  ECONNRESET: 'rst-after-syn-ack',
  ECONNABORTED: 'rst-after-syn-ack',
  EPIPE: 'rst-after-syn-ack',
  ETIMEDOUT: 'silence',
  ECANCELED: 'canceled',
};

const localCauses: Readonly<Record<string, TcpCause>> = {
  EMFILE: 'no-descriptors',
  ENFILE: 'no-descriptors',
  EPERM: 'local-policy',
  EACCES: 'local-policy',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'unreachable-route',
  EAFNOSUPPORT: 'no-route',
  EADDRINUSE: 'no-ports',
};

export interface FailedCall {
  errno: string | null;
  /** The call failed on the spot. */
  isImmediate: boolean;
  /** What the routing table alone says of the address. */
  routeErrno: string | null;
}

/** What is behind an errno that no ICMP error came with; null where it may be several things. Pure. */
export function errnoCause({ errno, isImmediate, routeErrno }: FailedCall, address: string): TcpCause | null {
  if (errno === null) return null;
  if (!isImmediate) return own(causes, errno);
  const isLinkLocal = /^fe[89ab]/i.test(address);
  if (errno === 'EINVAL' && isLinkLocal && zoneOf(address) === null) return 'zone-missing';
  if (errno === 'EADDRNOTAVAIL') return address.includes(':') ? 'no-source-address' : 'no-ports';
  return (errno === routeErrno ? own(routeCauses, errno) : null) ?? own(localCauses, errno);
}

function own(table: Readonly<Record<string, TcpCause>>, errno: string): TcpCause | null {
  return Object.hasOwn(table, errno) ? (table[errno] ?? null) : null;
}

/** ICMP type 3 (RFC 792). */
const v4 = { unreachable: 3, port: 3 };
/** ICMPv6 type 1 (RFC 4443 section 3.1). */
const v6 = { unreachable: 1, port: 4 };

/**
 * What an ICMP error says of a connection. A port-unreachable is a refusal, though a host's own TCP refuses by RST and most
 * who send this are firewalls; a prohibition is a policy; all others say that there is no way. Pure.
 */
function icmpStatus(icmp: { type: number; code: number }, family: 4 | 6): TcpStatus {
  const { unreachable, port } = family === 4 ? v4 : v6;
  if (icmp.type === unreachable && icmp.code === port) return 'refused';
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
