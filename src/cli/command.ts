import type { Style } from '../report/text/style.js';
import type { Arguments, OptionTable } from './options.js';
import type { Progress } from './progress.js';

/** What a command is given besides its arguments. */
export interface CommandContext {
  /** Fires at the first Ctrl-C: finish now, with what was measured. */
  stop: AbortSignal;
  /** Where to show what is going on; shows nothing where nobody looks. */
  progress: Progress;
  /** Prints a line on standard error, past the progress shown there. It must be clean for a terminal. */
  note(line: string): void;
}

/** What a command came to. Which of document and text is printed is not its business. */
export interface CommandResult {
  /** What --json prints. */
  document: object;
  render(style: Style, verbose: boolean): string;
  exitCode: number;
}

/** One line of a bulk's output. */
export interface BulkEntry {
  /** What --json prints, on one line. */
  document: object;
  /** Without line end; null where the text has no such line. */
  render(style: Style, verbose: boolean): string | null;
}

/** What a command with many inputs comes to, one after the other, as they are done. */
export interface BulkResult {
  /** As many at a time as there are. */
  entries: AsyncIterable<readonly BulkEntry[]>;
  /** When the entries have been read. */
  exitCode(): number;
  /** What was done until an interrupt and how to go on behind it, in a line. */
  interruptedNote(): string;
}

export interface PositionalSpec {
  /** As in the usage line: `name`. */
  name: string;
  required: boolean;
  /** May be given several times; only the last can. */
  repeatable?: true;
  /** The option that takes its place, where one does. */
  unless?: string;
  help: string;
}

export interface Example {
  /** The whole line, as one types it. */
  command: string;
  help: string;
}

/** One command: what it takes, as data for parsing, help and completion, and what it does. */
export interface Command {
  name: string;
  summary: string;
  positionals: readonly PositionalSpec[];
  options: OptionTable;
  examples: readonly Example[];
  /** It opens raw sockets where it may, and needs root for nothing else. */
  opensRawSockets?: true;
  /** Shown under the options: what the exit codes mean here. */
  notes: string;
  run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult>;
}
