import { version } from '../version.js';

const bugExitCode = 1;

const argv = process.argv.slice(2);

if (argv.length === 1 && argv[0] === '--version') {
  // The parser costs more than all the rest; who only asks for the version does not wait for it.
  process.stdout.write(`${version}\n`);
} else {
  const { run } = await import('./run.js');
  const exitCode = await run(argv);
  // All output is written by now. A bug may have left sockets and timers behind, and nobody is to wait for those.
  if (exitCode === bugExitCode) process.exit(exitCode);
  process.exitCode = exitCode;
}
