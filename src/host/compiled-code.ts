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

/** Ends the use of files that belong to the present user. Call it before the process becomes another user. */
export function releaseCompiledCode(): void {
  compiledCodeState()?.release();
}
