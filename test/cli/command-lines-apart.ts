import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { programArguments } from '../program.js';
import type { Outcome } from './command-lines.js';

/**
 * Starts a process that runs command lines in a directory, in a network namespace without any interface that is up, and without other
 * programs: nothing can be sent. It ends with the test. Returns what runs one of them.
 */
export function commandLinesIn(t: Test, directory: string): (argv: readonly string[]) => Promise<Outcome> {
  const unshare = ['--net', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])];
  const child = spawn(
    'unshare',
    [...unshare, process.execPath, ...programArguments(new URL('command-lines.ts', import.meta.url))],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      cwd: directory,
      env: { ...process.env, HOME: directory },
    },
  );
  t.teardown(() => child.disconnect());
  return async (argv) => {
    const answer = once(child, 'message');
    child.send([...argv]);
    const [outcome] = await answer;
    return outcome;
  };
}
