import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Peer } from './case.js';

/** What one command printed. */
export interface Printed {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A command that hangs is killed. Far longer than any command takes on a busy machine. */
const limitMs = 180_000;

/** Runs a command to its end. */
export async function execute(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Printed> {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [exitCode] = await once(child, 'close');
  clearTimeout(limit);
  return { exitCode, ...printed };
}

/** Asks other programs one after another; null for one that is not installed. */
export async function askPeers(
  peers: readonly Peer[],
  inside: (argv: readonly string[]) => Promise<Printed>,
): Promise<(Printed | null)[]> {
  const answers: (Printed | null)[] = [];
  for (const { argv } of peers) {
    const isThere = await promisify(execFile)('sh', ['-c', 'command -v "$1"', 'sh', argv[0] ?? '']).then(
      () => true,
      () => false,
    );
    answers.push(isThere ? await inside(argv) : null);
  }
  return answers;
}

export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
