import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Code that V8 has compiled and that a start takes from a file, which halves its time. */
export interface CompiledCode {
  /** What this run used: code that an earlier run of this user kept, code that came with the program, or none. */
  use: 'kept' | 'shipped' | 'none';
  /** The file with the code, or the one in which the end of this run keeps it. null where none may be kept. @maxLength 4096 */
  path: string | null;
  /** Why code is not used, or cannot be kept. null with `none` where no earlier run has kept any. @maxLength 4096 */
  problem: string | null;
}

/** What a start did about compiled code, as bin/compiled-code.js leaves it for the program that it runs. */
export interface CompiledCodeState {
  /** `kept` is code that an earlier run of this user kept, `shipped` code that came with the program. */
  use: 'kept' | 'shipped' | 'none';
  /** The file with the code, or the one in which the end of this run keeps it; null where none may be kept. */
  path: string | null;
  /** Why code that an earlier run kept is not used, or may not be kept. */
  why: string | null;
  /** Does now what the end of the run would do. */
  release(): void;
}

/** The state of this process; null where the library is used, and not the executable. */
export function compiledCodeState(): CompiledCodeState | null {
  const state: unknown = Reflect.get(globalThis, Symbol.for('pprobe.compiled-code'));
  return isState(state) ? state : null;
}

function isState(value: unknown): value is CompiledCodeState {
  return typeof value === 'object' && value !== null && 'use' in value && 'release' in value;
}

/** What `pprobe doctor` says of it; null in the library. */
export function readCompiledCode(state: CompiledCodeState | null = compiledCodeState()): CompiledCode | null {
  if (state === null) return null;
  const { use, path, why } = state;
  const cannotWrite = use === 'none' && why === null && path !== null ? unwritable(path) : null;
  return { use, path: cannotWrite === null ? path : null, problem: why ?? cannotWrite };
}

/** Why a file cannot be written, from its directory or the nearest above that exists; null where it can. */
function unwritable(path: string): string | null {
  let directory = dirname(path);
  while (!existsSync(directory) && dirname(directory) !== directory) directory = dirname(directory);
  try {
    accessSync(directory, constants.W_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return `${directory} cannot be written (${code})`;
  }
}

/** Ends the use of files that belong to the present user. Call it before the process becomes another user. */
export function releaseCompiledCode(): void {
  compiledCodeState()?.release();
}
