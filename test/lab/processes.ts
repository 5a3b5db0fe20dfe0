import { readdirSync, readlinkSync } from 'node:fs';

/** For tests: the processes of a lab, found by its mount namespace. */

export function mountNamespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    // It ended, or belongs to another user.
    return null;
  }
}

/** The process ids that share a mount namespace. */
export function processesIn(mountNamespace: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && mountNamespaceOf(pid) === mountNamespace);
}
