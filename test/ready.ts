import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Resolves when a program has written something to its standard output, which says that it is ready. What follows is not read. */
export async function ready(child: ChildProcess): Promise<ChildProcess> {
  const { stdout } = child;
  if (stdout === null) throw new Error('no output to read');
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${code ?? signal} before it was ready`);
  });
  // When the program ends later, nobody waits for that here.
  ended.catch(() => {});
  await Promise.race([once(stdout, 'data'), ended]);
  stdout.resume();
  return child;
}
