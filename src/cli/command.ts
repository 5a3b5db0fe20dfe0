import { exitCodeOf, type JudgedDocument } from '../documents/terms/exit-code.js';
import type { Style } from '../report/text/style.js';
import type { Arguments, MonitorFormat, OptionTable, OutputForm } from './options.js';
import type { PeerTable } from './peers/peer-option.js';
import type { ProgressDisplay } from './progress.js';

/** What a command gets besides its arguments. */
export interface CommandContext {
  output: OutputForm;
  /** Aborts at the first Ctrl-C: the command ends early, with what it has measured. */
  stop: AbortSignal;
  /** Shows the state of the work if standard error is a terminal. */
  progress: ProgressDisplay;
  /** Prints a line on standard error and clears the progress shown there. The line must be clean for a terminal. */
  note(line: string): void;
  /** Of a server: what SIGHUP does from now on. In other commands it is a Ctrl-C. */
  onHangup(listener: () => void): void;
}

/** The result of a command. The caller prints the document or the text. */
export interface CommandResult {
  document: object;
  render(style: Style, verbose: boolean): string;
  /** What was found. --exit-zero replaces it. */
  exitCode: number;
  /** The exit code of what failed beside the measurement, such as a file that could not be written. It comes before `exitCode`. */
  failure?: number;
  /** The result in a format of monitors, of a command that has them. */
  forMonitor?(format: MonitorFormat): { text: string; exitCode: number };
}

/** The result of a command that prints one document, with the document's exit code. `text` is the document as text. */
export function resultOf<Document extends JudgedDocument>(
  document: Document,
  text: (document: Document, style: Style, verbose: boolean) => string,
): CommandResult {
  return {
    document,
    render: (style, verbose) => text(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

/** One line of the output of a bulk. */
export interface BulkEntry {
  document: object;
  /** The text without a newline, or null if the entry has no text. */
  render(style: Style, verbose: boolean): string | null;
}

/** The result of a command that prints a line for each of many inputs. */
export interface BulkResult {
  /** In batches: the entries that are ready at the same time. */
  entries: AsyncIterable<readonly BulkEntry[]>;
  /** What was found. Called after the last entry. --exit-zero replaces it. */
  exitCode(): number;
  /** The exit code of invalid input among the entries, which comes before `exitCode`; null if there was none. */
  failure?(): number | null;
  /**
   * One line that begins with `ending`, such as `interrupted`, and says what was done before, and how to continue; null where
   * nothing is left to do.
   */
  endNote(ending: string): string | null;
}

export interface PositionalSpec {
  /** As in the usage line: `name`. */
  name: string;
  required: boolean;
  /** May be given several times. Only the last one can be. */
  repeatable?: true;
  /** The option that replaces it. */
  unless?: string;
  help: string;
}

export interface Example {
  /** The whole command line. */
  command: string;
  help: string;
}

/** One command: its arguments and options, as data for the parser, help and completion, and its code. */
export interface Command {
  name: string;
  summary: string;
  positionals: readonly PositionalSpec[];
  options: OptionTable;
  /** The options of other tools that it understands. */
  peers?: PeerTable;
  /** Brings arguments that are written as for other tools into the order of `positionals`. Throws InvalidInputError. */
  arrange?(args: Arguments): Arguments;
  examples: readonly Example[];
  /**
   * What it uses root for under sudo: raw sockets, which this function opens first, bound to `source`, and returns what closes
   * them; or all that it does, because it says what root can do, or runs another program as root. Every other command runs as the user
   * who called sudo, and has no code for raw sockets in its bundle.
   */
  usesRootFor?: 'all' | ((source: string | null) => Promise<() => void>);
  /** The last paragraph of its help. */
  notes: string;
  /** null: a server that ended as it was asked to, and has nothing to print. */
  run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult | null>;
}
