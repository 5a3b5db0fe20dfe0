import { CLOCK_REALTIME } from './constants.js';
import type { Libc } from './load.js';

/** CLOCK_REALTIME in nanoseconds: the clock of SO_TIMESTAMPNS, so that both ends of a subtraction are the kernel's. */
export function realtimeNs(libc: Libc): bigint {
  const time = Buffer.alloc(16);
  libc.clock_gettime(CLOCK_REALTIME, time);
  return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
}
