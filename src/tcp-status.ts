/**
 * What connect() came to. `prohibited`: an ICMP administratively-prohibited surfaced; `unreachable`: an ICMP
 * unreachable, a silent neighbour or no local route; `denied`: this host's own policy refused (EPERM, EACCES, its own
 * firewall).
 */
export type TcpStatus =
  | 'open'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'prohibited'
  | 'unreachable'
  | 'denied'
  | 'error';

/**
 * From what serves the user most to what says least. First what the target's own stack said (open, refused, reset), then
 * what something in between said (prohibited). Then what this host decided (denied), before that there is no way
 * (unreachable): the first is a rule that somebody made and can change, while the second is what every host without IPv6
 * says of every AAAA, and must not hide it. Then silence; an error of ours says nothing of the network.
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

/** The status of several attempts taken together: the best one decides. `error` when there was none. Pure. */
export function bestStatus(statuses: Iterable<TcpStatus>): TcpStatus {
  const seen = new Set(statuses);
  return fromBest.find((status) => seen.has(status)) ?? 'error';
}

/** Whether the first says more than the second. Pure. */
export function isBetterStatus(first: TcpStatus, second: TcpStatus): boolean {
  return fromBest.indexOf(first) < fromBest.indexOf(second);
}
