import { errnoName } from './errno-name.js';

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
