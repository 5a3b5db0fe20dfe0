import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabMode } from './availability.js';
import { askKeeper, keeperGone } from './control.js';
import type { Keeper } from './enter.js';
import * as facts from './facts.js';
import { startKeeper } from './keeper.js';
import { type FaultPart, files } from './protocol.js';
import { type ExecOptions, type ExecResult, execIn, type SpawnInLabOptions, spawnIn } from './run.js';
import type { LabState } from './state.js';
import type { NamespaceName } from './topology.js';

export { labUnavailable } from './availability.js';
export { type Fault, faults } from './faults/index.js';
export type { ExecOptions, ExecResult, SpawnInLabOptions } from './run.js';
export type { NamespaceName } from './topology.js';

export type LabFacts = typeof facts & {
  /** PEM file of the authority that signed the endpoint's certificate. */
  caFile: string;
};

/** A running lab: a small VPC with a private API. It is healthy until `break` is called. */
export interface Lab {
  readonly mode: LabMode;
  /** The lab's own directory under the system's temporary one. */
  readonly dir: string;
  readonly facts: LabFacts;
  /** Runs a command to its end; see `execIn`. */
  exec(namespace: NamespaceName, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a command; see `spawnIn`. */
  spawn(namespace: NamespaceName, argv: readonly string[], options?: SpawnInLabOptions): ChildProcess;
  /** Applies a fault or a part of it, and ends the fault before it. @throws Error if no fault has that name. */
  break(fault: string, part?: FaultPart): Promise<void>;
  /** Makes the lab what a state says, in place of a fault. */
  apply(state: LabState): Promise<void>;
  /** Starts the servers that say how the VPC is configured, if they do not run. */
  serveConfiguration(): Promise<void>;
  /** Ends the fault in force. */
  heal(): Promise<void>;
  /** The fault in force, or null. */
  status(): Promise<string | null>;
  /** Resolves when the lab has ended, for any reason. */
  gone(): Promise<void>;
  /** Ends the lab and every process in it. */
  stop(): Promise<void>;
}

/**
 * Starts a lab that ends with this process, or before it by `stop`.
 * @throws Error that names what is missing and the command that adds it; `labUnavailable` returns the same text.
 */
export async function startLab(): Promise<Lab> {
  const keeper = await startKeeper('parent');
  const ended = once(keeper.process, 'exit');
  return labOf(keeper, keeper.dir, async () => {
    keeper.process.kill('SIGKILL');
    await ended;
    await rm(keeper.dir, { recursive: true, force: true });
  });
}

/** The Lab of a keeper. `stop()` kills the commands started through it and then calls `end`. */
export function labOf(keeper: Keeper, dir: string, end: () => Promise<void>): Lab {
  const running = new Set<ChildProcess>();
  const aborter = new AbortController();
  return {
    mode: keeper.mode,
    dir,
    facts: { ...facts, caFile: join(dir, files.certificateAuthority) },
    exec(namespace, argv, options = {}) {
      const signals = [aborter.signal, ...(options.signal === undefined ? [] : [options.signal])];
      return execIn(keeper, namespace, argv, { ...options, signal: AbortSignal.any(signals) });
    },
    spawn(namespace, argv, options) {
      const child = spawnIn(keeper, namespace, argv, options);
      running.add(child);
      child.once('exit', () => running.delete(child));
      return child;
    },
    async break(fault, part = 'both') {
      await askKeeper(keeper, { do: 'break', fault, part });
    },
    async apply(state) {
      await askKeeper(keeper, { do: 'apply', state });
    },
    async serveConfiguration() {
      await askKeeper(keeper, { do: 'serve-configuration' });
    },
    async heal() {
      await askKeeper(keeper, { do: 'heal' });
    },
    status: () => askKeeper(keeper, { do: 'status' }),
    gone: () => keeperGone(keeper),
    async stop() {
      aborter.abort(new Error('the lab was stopped'));
      for (const child of running) child.kill('SIGKILL');
      await end();
    },
  };
}
