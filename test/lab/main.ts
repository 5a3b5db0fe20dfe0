import {
  breakLab,
  down,
  execute,
  heal,
  listFaults,
  namespaceNamed,
  shell,
  status,
  up,
  upInForeground,
} from './cli/commands.js';
import { configurationTable } from './cli/configuration.js';
import { demo } from './cli/demo.js';

/** The lab's command line. */

const usage = `A small VPC of network namespaces on this machine, with faults to diagnose.

  npm run lab -- up                         start it in the background
  npm run lab -- up --foreground            start it until Ctrl-C
  npm run lab -- faults                     list the faults
  npm run lab -- break NAME                 apply one fault, in place of the one before: packets and configuration
                 [--packets-only]           … the packets meet it, and the configuration stays healthy
                 [--facts-only]             … the configuration has it, and packets pass
  npm run lab -- heal                       end the fault
  npm run lab -- exec [NAMESPACE] -- CMD …  run a command there (default: client)
  npm run lab -- shell [NAMESPACE]          an interactive shell there (default: client)
  npm run lab -- status
  npm run lab -- down                       end it
  npm run lab -- configuration [NAME …]     packets and configuration together, as a table, in a lab of its own
  npm run lab -- demo [--full] [NAME …]     pprobe on every fault, or on those named, in a lab of its own`;

class UsageError extends Error {}

async function run([command = '', ...args]: string[]): Promise<number> {
  switch (command) {
    case 'up':
      return args.includes('--foreground') ? upInForeground() : up();
    case 'faults':
      return listFaults();
    case 'break':
      return breakFault(args);
    case 'heal':
      return heal();
    case 'exec':
      return exec(args);
    case 'shell':
      return shell(namespaceNamed(args[0] ?? 'client'));
    case 'status':
      return status();
    case 'down':
      return down();
    case 'demo':
      return demo({ full: args.includes('--full'), only: args.filter((arg) => arg !== '--full') });
    case 'configuration':
      return configurationTable(args);
    case '--help':
    case '-h':
      console.log(usage);
      return 0;
    default:
      throw new UsageError(command === '' ? 'which command?' : `there is no command "${command}"`);
  }
}

function breakFault(args: string[]): Promise<number> {
  const parts = { '--packets-only': 'packets', '--facts-only': 'facts' } as const;
  const [flag, ...more] = Object.entries(parts).filter(([name]) => args.includes(name));
  if (more.length > 0) needs('break', 'one of --packets-only and --facts-only, not both');
  const [name = needs('break', 'the name of a fault; "faults" lists them')] = args.filter(
    (each) => !Object.hasOwn(parts, each),
  );
  return breakLab(name, flag?.[1] ?? 'both');
}

function exec(args: string[]): Promise<number> {
  const end = args.indexOf('--');
  const argv = end === -1 ? [] : args.slice(end + 1);
  if (argv.length === 0 || end > 1) needs('exec', 'a command after "--": exec [NAMESPACE] -- CMD …');
  return execute(namespaceNamed(end === 1 ? (args[0] ?? '') : 'client'), argv);
}

function needs(command: string, what: string): never {
  throw new UsageError(`${command} needs ${what}`);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
