import { version } from '../core/version.js';

const bugExitCode = 1;

/** Built into a file for each command: bin/build.js says why. */
async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && argv[0] === '--version') {
    // The parser costs more than all the rest; who only asks for the version does not wait for it.
    process.stdout.write(`${version}\n`);
    return;
  }
  const { run } = await import('./run.js');
  const exitCode = await run(argv);
  // All output is written by now. A bug may have left sockets and timers behind, and nobody is to wait for those.
  if (exitCode === bugExitCode) process.exit(exitCode);
  process.exitCode = exitCode;
}

void main(process.argv.slice(2));
