import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const bin = fileURLToPath(new URL('../../bin/pprobe.js', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  finished: Promise<Finished>;
}

/** Starts the built program with pipes for its output, and without the environment of the test except PATH. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // EPIPE: it has ended without reading its input.
  child.stdin.on('error', () => {});
  return { child, finished: finish(child) };
}

/** Runs the built program to its end, with `input` on its standard input. */
export function pprobe(
  args: readonly string[],
  input = '',
  env: Record<string, string> = {},
): Promise<Finished> {
  const { child, finished } = start(args, env);
  child.stdin?.end(input);
  return finished;
}

async function finish(child: ChildProcess): Promise<Finished> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...output };
}
