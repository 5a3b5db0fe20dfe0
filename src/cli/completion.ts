import yargs, { type Argv } from 'yargs';
import type { Command } from './command.js';
import { commands, completionCommand } from './commands.js';
import { outputOptions } from './options.js';
import { declared, parserConfiguration } from './parse.js';

/**
 * Prints the completion script for a shell, or for the one in use. yargs writes scripts and words; it is loaded for
 * nothing else, because that takes longer than most of what pprobe measures.
 */
export function printCompletionScript(shell: string | undefined): void {
  if (shell !== undefined) {
    // yargs knows the shell from the environment alone, and would print bash's script to a zsh user in a bash login.
    process.env.SHELL = shell;
    delete process.env.ZSH_NAME;
  }
  completerOf([]).showCompletionScript();
}

/** Prints the words that may follow on an unfinished command line, as a completion script asks for them. */
export async function printCompletions(argv: readonly string[], loaded: readonly Command[]): Promise<void> {
  await completerOf(loaded).parseAsync([...argv]);
}

/** yargs, told of every command and of the options of those loaded. */
function completerOf(loaded: readonly Command[]): Argv {
  const completer = yargs()
    .scriptName('pprobe')
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration(parserConfiguration)
    .options(declared(outputOptions));
  for (const { name, summary } of commands) {
    const options = loaded.find((command) => command.name === name)?.options ?? {};
    completer.command(name, summary, (builder) => builder.options(declared(options)));
  }
  return completer.completion(completionCommand.name, completionCommand.summary, complete);
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
