import yargs, { type Argv } from 'yargs';
import type { Command } from './command.js';
import { commands, completionCommand } from './commands.js';
import { type OptionTable, outputOptions } from './options.js';

/** The shells that yargs has completion scripts for. */
export const shells: readonly string[] = ['bash', 'zsh', 'fish'];

/** What the completion scripts call the program with. */
export const completionRequest = '--get-yargs-completions';

/**
 * yargs, told of every command and of the options of those loaded. It takes the words apart and completes them; to
 * judge them is left to others, because it passes NaN for a number, the empty string for a missing value and a list
 * for a repeated one, and its own errors take several lines.
 */
export function parserOf(loaded: readonly Command[]): Argv {
  const parser = yargs()
    .scriptName('pprobe')
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'strip-aliased': true,
      'populate--': true,
      // The default, but completion offers `--no-…` only where it is written down.
      'boolean-negation': true,
    })
    .options(declared(outputOptions));
  for (const { name, summary } of commands) {
    const options = loaded.find((command) => command.name === name)?.options ?? {};
    parser.command(name, summary, (builder) => builder.options(declared(options)));
  }
  return parser.completion(completionCommand.name, completionCommand.summary, complete);
}

/** Prints the completion script for a shell, or for the one in use. */
export function printCompletionScript(shell: string | undefined): void {
  if (shell !== undefined) {
    // yargs knows the shell from the environment alone, and would print bash's script to a zsh user in a bash login.
    process.env.SHELL = shell;
    delete process.env.ZSH_NAME;
  }
  parserOf([]).showCompletionScript();
}

type Standard = (receive: (error: Error | null, words: string[] | undefined) => void) => unknown;

/** yargs' own completion without its one flaw: an option of one letter with two dashes, which nobody writes. */
function complete(
  _current: string,
  _argv: unknown,
  standard: Standard,
  done: (words: string[]) => unknown,
): void {
  standard((_error, words = []) => done(words.filter((word) => !/^--.(?::|\t|$)/.test(word))));
}

function declared(table: OptionTable) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type, alias, help, hidden, negatable, undecided }]) => [
      name,
      {
        type,
        describe: help,
        hidden: hidden === true,
        ...(alias === undefined ? {} : { alias }),
        ...(negatable && !undecided ? { default: true } : {}),
      },
    ]),
  );
}
