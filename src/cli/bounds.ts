import { traceBounds as limits } from '../probe/trace/options.js';
import type { Bound } from './options.js';

const wait = { noun: 'a number of milliseconds', unit: 'ms', min: 1, max: 600_000 } as const;
const n = { unit: null } as const;
const probes = { noun: 'a number of probes', unit: null } as const;
const ttl = { noun: 'a TTL', unit: null } as const;

export const connectTimeout: Bound = { ...wait, default: 3000 };
export const attemptInterval: Bound = { ...wait, default: 1000 };
export const attemptCount: Bound = { ...n, noun: 'a number of attempts', min: 1, max: 1_000_000, default: 1 };
export const sweepConcurrency = { ...n, noun: 'a number of targets', min: 1, max: 10_000, default: 256 };
export const replyTimeout: Bound = { ...wait, max: 60_000, default: null };
export const tryCount: Bound = { ...n, noun: 'a number of tries', min: 1, max: 10, default: 2 };
export const lookupConcurrency = { ...n, noun: 'a number of lookups', min: 1, max: 10_000, default: 100 };
export const diagnoseTimeout: Bound = { ...wait, default: null };
export const traceBounds: Record<keyof typeof limits, Bound> = {
  queries: { ...probes, ...limits.queries },
  firstTtl: { ...ttl, ...limits.firstTtl },
  maxTtl: { ...ttl, ...limits.maxTtl },
  gapLimit: { ...n, noun: 'a number of hops', ...limits.gapLimit },
  parallel: { ...probes, ...limits.parallel },
  waitMs: { ...wait, ...limits.waitMs },
};
export const roundInterval: Bound = { ...wait, max: 3_600_000, default: 1000 };
export const roundCount: Bound = {
  ...n,
  noun: 'a number of rounds',
  min: 1,
  max: 999_999_999,
  default: null,
};
export const requestLimit: Bound = {
  ...n,
  noun: 'a number of requests',
  min: 1,
  max: 10_000,
  default: 20,
};
export const portBound = { ...n, noun: 'a port', min: 1, max: 65_535, default: 443 } satisfies Bound;
