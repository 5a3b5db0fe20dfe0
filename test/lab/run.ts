import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { elapsedMs, nowMs } from '../../src/core/clock.js';
import { type EnterOptions, enterCommand, type Keeper } from './enter.js';
import { toolEnvironment } from './tools.js';
import type { NamespaceName } from './topology.js';

export interface ExecOptions extends EnterOptions {
  /** Added to this process's environment; undefined removes a variable. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds until the command is killed. Default 300000, for a command that hangs. */
  timeoutMs?: number | undefined;
  /** Written to the command's standard input, which is then closed. */
  input?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** null if a signal ended it. */
  exitCode: number | null;
  /** The signal that ended it, or null. */
  signal: NodeJS.Signals | null;
  durationMs: number;
}

export interface SpawnInLabOptions extends EnterOptions {
  env?: NodeJS.ProcessEnv | undefined;
  stdio?: SpawnOptions['stdio'];
  /** As in node:child_process: a session and process group of its own. */
  detached?: boolean | undefined;
}

/** Starts a command in a namespace. The returned process is the command itself, so that signals reach it. */
export function spawnIn(
  keeper: Keeper,
  namespace: NamespaceName,
  argv: readonly string[],
  { env, stdio = 'pipe', detached = false, ...where }: SpawnInLabOptions = {},
): ChildProcess {
  const [command, ...args] = enterCommand(keeper, namespace, argv, where);
  return spawn(command, args, { env: { ...toolEnvironment, ...env }, stdio, detached });
}

/**
 * Runs a command to its end. Every exit code is a result.
 * @throws Error with the output so far after `timeoutMs`, and the signal's reason on an abort. The command and every
 * process in its group are killed then.
 */
export async function execIn(
  keeper: Keeper,
  namespace: NamespaceName,
  argv: readonly string[],
  { timeoutMs = 300_000, input = '', signal, ...options }: ExecOptions = {},
): Promise<ExecResult> {
  signal?.throwIfAborted();
  const startMs = nowMs();
  const child = spawnIn(keeper, namespace, argv, { ...options, detached: true });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  child.stdin?.on('error', () => {}).end(input);

  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      killGroup(child);
      reject(reason);
    };
    const timer = setTimeout(() => {
      const said = `stdout: ${printed.stdout}\nstderr: ${printed.stderr}`;
      giveUp(new Error(`${argv.join(' ')} in ${namespace} did not end within ${timeoutMs} ms\n${said}`));
    }, timeoutMs);
    const onAbort = (): void => giveUp(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (exitCode, endedBy) => {
      settle();
      resolve({ ...printed, exitCode, signal: endedBy, durationMs: elapsedMs(startMs) });
    });
  });
}

/** Kills a child that leads a process group, and the rest of its group. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // The group is empty: all of it has ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
