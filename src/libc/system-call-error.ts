import { errnoName } from './errno-name.js';
import type { Libc } from './load.js';

/** A failed system call: `code` is the symbolic errno, `syscall` the call. */
export class SystemCallError extends Error {
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number) {
    super(`${syscall}: ${errnoName(errno)}`);
    this.name = 'SystemCallError';
    this.code = errnoName(errno);
    this.syscall = syscall;
  }
}

/** The result of a call, which must have been made last. Throws SystemCallError with its errno where it is negative. */
export function checked(libc: Libc, syscall: string, result: number): number {
  if (result < 0) throw new SystemCallError(syscall, libc.errno());
  return result;
}
