import { run } from '../../src/cli/run.js';

/** Runs the command lines that its parent sends, one after the other, and sends what each one came to. */

/** What a command line came to. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const written = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  // Every run adds its listeners to the process, and here a process makes many.
  process[name].setMaxListeners(0);
  process[name].write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    written[name] += String(chunk);
    for (const each of more) if (typeof each === 'function') process.nextTick(() => each());
    return true;
  };
}
process.setMaxListeners(0);
process.on('message', async (argv: readonly string[]) => {
  written.stdout = '';
  written.stderr = '';
  const code = await run(argv);
  process.send?.({ code, ...written } satisfies Outcome);
});
process.once('disconnect', () => process.exit());
