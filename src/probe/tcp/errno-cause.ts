import { zoneOf } from '../../address/zone.js';
import type { TcpCause } from './types.js';

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
