import type { PathBehaviour } from '../../simulation/answers.js';

/** Eleven routers and a target, each 5 ms further. */
const stepMs = 5;
const hopCount = 12;

function routers(silent: readonly number[] = []): PathBehaviour['hops'] {
  return Array.from({ length: hopCount - 1 }, (_, index) => ({
    address: silent.includes(index + 1) ? null : `100.64.0.${index + 1}`,
    rttMs: (index + 1) * stepMs,
  }));
}

const end = { rttMs: hopCount * stepMs, answer: 'syn-ack' } as const;

/** The paths on which times are compared, with the largest allowed ratio to the time of traceroute. */
export const wallTimeCases = [
  { name: 'all hops answer', path: { hops: routers(), end }, target: '203.0.113.1', atMostRatio: 1 },
  {
    name: 'hops 4 and 7 silent',
    path: { hops: routers([4, 7]), end },
    target: '203.0.113.2',
    atMostRatio: 1,
  },
  {
    name: 'target drops SYNs',
    path: { hops: routers(), end: { ...end, answer: 'silence' } },
    target: '203.0.113.3',
    atMostRatio: 0.1,
  },
] as const satisfies readonly { name: string; path: PathBehaviour; target: string; atMostRatio: number }[];

export const answeringPath: PathBehaviour = wallTimeCases[0].path;
export const answeringTarget: string = wallTimeCases[0].target;

/** Five routers and a target within 30 ms, for every target address. */
export const shortPath: PathBehaviour = {
  hops: routers().slice(0, 5),
  end: { rttMs: 6 * stepMs, answer: 'syn-ack' },
};

export const client = '10.0.1.10';
