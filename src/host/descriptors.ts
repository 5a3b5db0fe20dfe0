import { readdirSync, readFileSync } from 'node:fs';

/** What a process needs besides the sockets of a sweep: files, pipes, a resolver's sockets, the trace. */
const reserve = 64;
const fewest = 16;

/**
 * How many sockets a sweep may hold open so that nothing else runs out of descriptors: RLIMIT_NOFILE, less what is open
 * now and a reserve. null where the limit is not known or there is none. Node raises the soft limit to the hard one when
 * it starts, so what `ulimit -n` printed in the shell may be less.
 */
export function socketsToSpare(): number | null {
  const limit = descriptorLimit();
  return limit === null ? null : Math.max(fewest, limit - openDescriptors() - reserve);
}

/** The soft RLIMIT_NOFILE of this process (getrlimit(2)); null where it is unlimited or cannot be read. */
function descriptorLimit(): number | null {
  try {
    return parseLimits(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}

/** Reads the soft limit of `Max open files` out of /proc/PID/limits (proc(5)). Pure. */
function parseLimits(text: string): number | null {
  const found = /^Max open files\s+(\d+)\s/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
