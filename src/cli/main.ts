import { exitCodes } from '../documents/terms/exit-code.js';
import { run } from './run.js';

/** The entry of the bundles that scripts/build.js writes. */
async function main(argv: readonly string[]): Promise<void> {
  const exitCode = await run(argv);
  // All output is written by now. A bug may have left sockets and timers open, which would keep the process alive.
  if (exitCode === exitCodes.bug) process.exit(exitCode);
  process.exitCode = exitCode;
}

void main(process.argv.slice(2));
