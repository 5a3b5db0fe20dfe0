import { POLLIN } from './constants.js';
import type { Libc } from './load.js';

/** The largest time_t. Added to any time it overflows, and the kernel stops at it (timespec64_add_safe). */
const endOfTimeS = 0x7fff_ffff_ffff_ffffn;
const nsPerS = 1_000_000_000n;

/** What ppoll(2) left of the timeout it was given, nanoseconds. */
export type TimeLeft = bigint;

/**
 * Waits in a thread of the pool until `fd` can be read, and for as long as it takes. The timeout serves as a clock: the
 * kernel turns it into a point of time, stops at the end of time, and when it wakes the thread writes back how far that
 * is from now. So the moment of waking is known although nothing of ours runs in that thread, and however late the
 * event loop gets to hear of it.
 */
export async function waitForInput(libc: Libc, fd: number): Promise<TimeLeft> {
  const descriptor = Buffer.alloc(8);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(POLLIN, 4);
  const timeout = Buffer.alloc(16);
  timeout.writeBigInt64LE(endOfTimeS, 0);
  await libc.ppoll(descriptor, 1, timeout);
  return timeout.readBigInt64LE(0) * nsPerS + timeout.readBigInt64LE(8);
}

/** The monotonic time (CLOCK_MONOTONIC, that of process.hrtime) at which a wait ended. */
export function wakeTimeNs(left: TimeLeft): bigint {
  return endOfTimeS * nsPerS - left;
}
