import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { availability, namespaceFlags } from './availability.js';
import type { Keeper } from './enter.js';
import { agentProgram } from './paths.js';
import { type AgentOptions, files, type Readiness } from './protocol.js';
import { toolEnvironment } from './tools.js';

/** The longest time that a start may take, far longer than on a busy machine. */
const patienceMs = 180_000;

/** A keeper that this process started, with the lab's directory. */
export interface StartedKeeper extends Keeper {
  dir: string;
  process: ChildProcess;
}

/**
 * Starts a lab and waits until all its servers answer. With `until: 'parent'` the lab ends with this process, whatever ends
 * it.
 * @throws Error that says why no lab can run here, or what failed.
 */
export async function startKeeper(until: AgentOptions['until']): Promise<StartedKeeper> {
  const agent = agentProgram();
  const found = await availability();
  if (found.mode === null) throw new Error(`no lab can run here: ${found.reason}`);
  const { mode } = found;

  const dir = mkdtempSync(join(tmpdir(), 'pprobe-lab-'));
  // Commands that run as another user read its files, which contain no secrets.
  chmodSync(dir, 0o755);
  const logPath = join(dir, files.log);
  const log = openSync(logPath, 'w');
  const options: AgentOptions = { dir, until };
  const child = spawn(
    'unshare',
    [
      ...namespaceFlags(mode),
      '--pid',
      '--fork',
      '--kill-child',
      process.execPath,
      agent,
      JSON.stringify(options),
    ],
    // A new session: Ctrl-C at the terminal reaches the program that uses the lab, which then stops the lab.
    {
      env: toolEnvironment,
      stdio: [until === 'parent' ? 'pipe' : 'ignore', 'pipe', log],
      detached: true,
      cwd: dir,
    },
  );
  closeSync(log);
  const readiness = await waitUntilReady(child);
  if (readiness.ready && child.pid !== undefined) return { pid: child.pid, mode, dir, process: child };

  child.kill('SIGKILL');
  const error = readiness.ready ? 'it has no process id' : readiness.error;
  const details = readFileSync(logPath, 'utf8').trim();
  rmSync(dir, { recursive: true, force: true });
  throw new Error(`the lab did not start: ${error}${details === '' ? '' : `\n${details}`}`);
}

async function waitUntilReady(child: ChildProcess): Promise<Readiness> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the keeper was started without a stdout');
  const failed = once(child, 'error').then(([error]) => unready(String(error)));
  const waited = new AbortController();
  const late = sleep(patienceMs, unready(`it was not ready within ${patienceMs} ms`), {
    signal: waited.signal,
  });
  const readiness = await Promise.race([
    failed,
    readLine(stdout),
    late.catch(() => unready('not waited for')),
  ]);
  waited.abort();
  stdout.destroy();
  return readiness;
}

async function readLine(stdout: Readable): Promise<Readiness> {
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line) as Readiness;
  return unready('its first process ended before it was ready');
}

function unready(error: string): Readiness {
  return { ready: false, error };
}
