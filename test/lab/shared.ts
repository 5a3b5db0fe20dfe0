import { once } from 'node:events';
import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabMode } from './availability.js';
import { askKeeper } from './control.js';
import { startKeeper } from './keeper.js';
import { type Lab, labOf } from './lab.js';
import type { AgentOptions } from './protocol.js';

/** The lab of this user that all commands share. The file at `statePath` has this state. */
interface SharedState {
  dir: string;
  pid: number;
  mode: LabMode;
}

const statePath = join(tmpdir(), `pprobe-lab-${process.getuid?.() ?? 0}`);

/**
 * Starts the shared lab. With `until: 'stop'` it continues after the end of this process. `ended` resolves when it has ended.
 * @throws Error if one runs already.
 */
export async function startSharedLab(
  until: AgentOptions['until'],
): Promise<{ lab: Lab; ended: Promise<unknown> }> {
  if ((await findSharedLab()) !== null) throw new Error('a lab is up already; "lab down" ends it');
  const { dir, pid, mode, process: child } = await startKeeper(until);
  if (until === 'stop') child.unref();
  const state: SharedState = { dir, pid, mode };
  try {
    // `wx` fails if the file exists: in a directory that every user can write to, it may be another user's link.
    writeFileSync(statePath, JSON.stringify(state), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { lab: attach(state), ended: once(child, 'exit') };
}

/** The shared lab, or null. Removes the files of a lab that died. */
export async function findSharedLab(): Promise<Lab | null> {
  const state = readState();
  if (state === null) return null;
  if (await answers(state)) return attach(state);
  forget(state);
  return null;
}

function attach(state: SharedState): Lab {
  return labOf(state, state.dir, async () => {
    await askKeeper(state, { do: 'stop' });
    while (await answers(state)) await sleep(5);
    forget(state);
  });
}

/** @throws Error if the file belongs to another user, because it names the process whose namespaces are entered. */
function readState(): SharedState | null {
  let text: string;
  try {
    if (lstatSync(statePath).uid !== process.getuid?.()) {
      throw new Error(`${statePath} belongs to another user; remove it to use the lab`);
    }
    text = readFileSync(statePath, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as SharedState;
  } catch {
    // It was cut short while it was written.
    rmSync(statePath);
    return null;
  }
}

function forget(state: SharedState): void {
  rmSync(statePath, { force: true });
  // Removes only a directory that a lab made: the file may have been edited.
  if (dirname(state.dir) === tmpdir()) rmSync(state.dir, { recursive: true, force: true });
}

async function answers(state: SharedState): Promise<boolean> {
  try {
    await askKeeper(state, { do: 'status' });
    return true;
  } catch {
    return false;
  }
}
