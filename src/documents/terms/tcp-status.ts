import type { TcpStatus } from '../tcp.js';

/**
 * The statuses from the best to the worst for a user. First the answers of the target's own stack (open, refused, reset), then
 * that of a device on the path (prohibited). `denied` comes before `unreachable`: it is a rule of this host, which its
 * administrator can change, while every host without IPv6 reports every AAAA address as unreachable. Silence is worse; `error`
 * is a failure of this process and says nothing about the network.
 */
const fromBest: readonly TcpStatus[] = [
  'open',
  'refused',
  'reset',
  'prohibited',
  'denied',
  'unreachable',
  'timeout',
  'error',
];

/** The status of several attempts together: the best of theirs, and `error` for none. */
export function bestStatus(statuses: Iterable<TcpStatus>): TcpStatus {
  const seen = new Set(statuses);
  return fromBest.find((status) => seen.has(status)) ?? 'error';
}

/** Whether the first status ranks before the second. */
export function isBetterStatus(first: TcpStatus, second: TcpStatus): boolean {
  return fromBest.indexOf(first) < fromBest.indexOf(second);
}

/** Each status in words, where the cause is not known. */
export const tcpStatusWords: Readonly<Record<TcpStatus, string>> = {
  open: 'accepts connections',
  refused: 'a reset, or an ICMP port unreachable, came back',
  reset: 'the connection was reset while it was made',
  timeout: 'nothing came back',
  prohibited: 'a firewall on the path rejects the connection',
  unreachable: 'there is no route to this address',
  denied: "this host's own policy forbids it",
  error: 'the attempt could not be made',
};
