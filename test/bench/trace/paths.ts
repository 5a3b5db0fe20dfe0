import type { PathBehaviour } from '../../simulation/answers.js';

/** Routers, each `stepMs` further than the one before, and a target behind them. Those in `silent` do not answer. */
function pathOf(hops: number, stepMs: number, silent: readonly number[] = []): PathBehaviour {
  return {
    hops: Array.from({ length: hops - 1 }, (_, index) => ({
      address: silent.includes(index + 1) ? null : `100.64.0.${index + 1}`,
      rttMs: (index + 1) * stepMs,
    })),
    end: { rttMs: hops * stepMs, answer: 'syn-ack' },
  };
}

interface WallTimeCase {
  name: string;
  path: PathBehaviour;
  target: string;
  /** The largest allowed ratio of a trace's `durationMs` to the wall time of traceroute. */
  atMostRatio: number;
  /** traceroute waits so long that two rounds must do. */
  isSlow?: boolean;
}

const droppingEnd = { rttMs: 0, answer: 'silence' } as const;

/** The paths on which times are compared. */
export const wallTimeCases: readonly WallTimeCase[] = [
  { name: '9 hops, all answer', path: pathOf(9, 5), target: '203.0.113.1', atMostRatio: 1 },
  { name: '25 hops, 120 ms', path: pathOf(25, 4.8), target: '203.0.113.4', atMostRatio: 0.9 },
  {
    name: '12 hops, 4 and 7 silent',
    path: pathOf(12, 5, [4, 7]),
    target: '203.0.113.2',
    atMostRatio: 0.9,
  },
  {
    name: 'target drops SYNs',
    path: { ...pathOf(12, 5), end: droppingEnd },
    target: '203.0.113.3',
    atMostRatio: 0.08,
    isSlow: true,
  },
];

export const answeringPath: PathBehaviour = pathOf(12, 5);
export const answeringTarget = '203.0.113.5';

/** Five routers and a target within 30 ms, for every target address. */
export const shortPath: PathBehaviour = pathOf(6, 5);

export const client = '10.0.1.10';
