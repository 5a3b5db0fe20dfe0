import { shellLine } from '../../core/shell-line.js';
import type { Remedy } from '../../documents/report.js';

/** A command as its words, unquoted: `['ip', 'route', 'get', '10.0.0.5']`. Words in capitals stand for what is not known. */
export type Argv = readonly string[];

/** One entry of the book of remedies. A verdict shows it as a `Remedy`, with its command as a line for a shell. */
export interface Advice {
  /** What to do, one sentence without a final stop. */
  text: string;
  command?: Argv;
  /** A second command that reads the output of the first. */
  pipe?: Argv;
  /** A command line that somebody else wrote out, as a CapabilityError does. */
  commandLine?: string;
  /** Something to paste that is not a command: a policy statement in JSON. */
  snippet?: string;
  docs?: string;
}

/** The advice as a verdict shows it. */
export function asRemedies(advice: readonly Advice[]): Remedy[] {
  return advice.map(({ text, command: argv, pipe, commandLine, snippet, docs }) => {
    const line = commandLine ?? (argv === undefined ? undefined : shellLine(argv, pipe));
    return {
      text,
      ...(line === undefined ? {} : { command: line }),
      ...(snippet === undefined ? {} : { snippet }),
      ...(docs === undefined ? {} : { docs }),
    };
  });
}
