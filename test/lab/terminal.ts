import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { packageRoot } from './paths.js';
import { mountNamespaceOf, processesIn } from './processes.js';

/** For tests: the lab's command line. */

export const program = join(packageRoot, 'build', 'lab', 'main.js');

export interface Ran {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** Runs the lab's command line with a temporary directory of its own, and so with a shared lab of its own. */
export class Terminal {
  readonly directory: string;
  readonly #prefix: readonly string[];

  /** `prefix`: a command that runs the command line, such as setpriv. */
  constructor(t: Test, prefix: readonly string[] = []) {
    this.#prefix = prefix;
    // Before testdir(), which removes the state of the lab in a teardown of its own: they run in the order in which they were added.
    t.teardown(() => this.run('down'));
    this.directory = t.testdir({});
    // One test runs as another user.
    chmodSync(this.directory, 0o777);
  }

  run(...args: string[]): Promise<Ran> {
    const [command = '', ...rest] = [...this.#prefix, process.execPath, program, ...args];
    return new Promise((resolve) => {
      execFile(command, rest, { env: this.environment }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
      });
    });
  }

  /** Starts a command that does not end by itself, and waits for its first output. */
  async start(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error('no stdout');
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
    await Promise.race([once(child.stdout, 'data'), ended]);
    // The test waits for the end later.
    ended.catch(() => {});
    return child;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: this.directory };
  }

  get statePath(): string {
    return join(
      this.directory,
      readdirSync(this.directory).find((name) => /^pprobe-lab-\d+$/.test(name)) ?? '',
    );
  }

  /** The mount namespace of the shared lab. */
  namespace(): string {
    const { pid } = JSON.parse(readFileSync(this.statePath, 'utf8')) as { pid: number };
    return mountNamespaceOf(pid) ?? '';
  }
}

/** Waits up to a minute until a lab's processes have ended, and returns those that have not. */
export async function remaining(namespace: string): Promise<number[]> {
  let last = processesIn(namespace);
  for (let wait = 0; wait < 3000 && last.length > 0; wait++) {
    await sleep(20);
    last = processesIn(namespace);
  }
  return last;
}
