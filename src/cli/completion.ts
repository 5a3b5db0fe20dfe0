import yargs, { type Argv } from 'yargs';
import type { Command } from './command.js';
import { commands, completionCommand } from './commands.js';
import { type OptionTable, outputOptions } from './options.js';

// yargs writes the completion scripts and finds the words to offer. Nothing else uses it, because loading it takes about
// 60 ms, longer than many of the measurements.

/** Prints the completion script for a shell, or for the shell in use if `shell` is undefined. */
export function printCompletionScript(shell: string | undefined): void {
  if (shell !== undefined) {
    // yargs takes the shell from the environment: from ZSH_NAME before SHELL.
    process.env.SHELL = shell;
    delete process.env.ZSH_NAME;
  }
  completerOf([]).showCompletionScript();
}

/** Prints the words that may follow on an unfinished command line, for a completion script. */
export async function printCompletions(argv: readonly string[], loaded: readonly Command[]): Promise<void> {
  await completerOf(loaded).parseAsync([...argv]);
}

/** yargs with the names of all commands and the options of those that are loaded. */
function completerOf(loaded: readonly Command[]): Argv {
  const completer = yargs()
    .scriptName('pprobe')
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      'parse-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      // The default of the parser; yargs offers `--no-NAME` only where it is set.
      'boolean-negation': true,
    })
    .options(declared(outputOptions));
  for (const { name, summary } of commands) {
    const options = loaded.find((command) => command.name === name)?.options ?? {};
    completer.command(name, summary, (builder) => builder.options(declared(options)));
  }
  return completer.completion(completionCommand.name, completionCommand.summary, complete);
}

/** A table of options in the form of yargs. It offers `--no-NAME` for a switch whose default is true. */
function declared(table: OptionTable) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type, help, hidden, alias, negatable }]) => [
      name,
      {
        type,
        describe: help,
        hidden: hidden === true,
        ...(alias === undefined ? {} : { alias }),
        ...(negatable === 'on' ? { default: true } : {}),
      },
    ]),
  );
}

type Standard = (receive: (error: Error | null, words: string[] | undefined) => void) => unknown;

/** The words that yargs offers, without the options of one letter, which it writes with two dashes. */
function complete(
  _current: string,
  _argv: unknown,
  standard: Standard,
  done: (words: string[]) => unknown,
): void {
  standard((_error, words = []) => done(words.filter((word) => !/^--.(?::|\t|$)/.test(word))));
}
