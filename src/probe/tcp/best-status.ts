import type { TcpStatus } from './types.js';

/**
 * From what serves the user most to what says least. First what the target's own stack said (open, refused,
 * reset), then what something in between said (prohibited), then what this host said of itself (denied) or of
 * the way there (unreachable), then silence; an error of ours says nothing of the network.
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
