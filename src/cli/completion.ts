import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import type { Command } from './command.js';
import { commands, completionCommand, completionRequest, shells } from './commands.js';
import { type OptionSpec, type OptionTable, outputOptions, withOutputOptions } from './options.js';

// yargs finds the commands and options to offer. Nothing else uses it, because loading it takes about 60 ms, longer than
// many of the measurements. The values of options and the scripts are made here.

/**
 * What a script does with the words that may follow: none means that the shell offers files. The words are asked from the
 * program that is being completed. SHELL and ZSH_NAME tell yargs the form of the words, because in the environment they
 * name the login shell, which may be another one.
 */
const scripts: Readonly<Record<string, string>> = {
  bash: `# Completion of pprobe for bash: source <(pprobe completion bash)
_pprobe() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(SHELL=bash ZSH_NAME='' "\${1/#\\~\\//$HOME/}" ${completionRequest} "\${COMP_WORDS[@]:0:COMP_CWORD}" "$2" 2>/dev/null)
}
complete -o bashdefault -o default -F _pprobe pprobe
`,
  zsh: `#compdef pprobe
# Completion of pprobe for zsh: source <(pprobe completion zsh), or this file as _pprobe in a directory of $fpath.
_pprobe() {
  local -a found
  found=(\${(f)"$(SHELL=zsh ZSH_NAME=zsh "\${words[1]/#\\~\\//$HOME/}" ${completionRequest} "\${(@)words[1,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then
    _describe pprobe found
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _pprobe ]]; then
  _pprobe "$@"
else
  compdef _pprobe pprobe
fi
`,
  fish: `# Completion of pprobe for fish: pprobe completion fish | source
function __pprobe_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (env SHELL=fish ZSH_NAME= $words[1] ${completionRequest} $words "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c pprobe -f -a '(__pprobe_complete)'
`,
};

/** The completion script for a shell; for the shell that called if `shell` is undefined, and for bash if that is unknown. */
export function completionScript(shell: string | undefined): string {
  return scripts[shell ?? callingShell()] ?? '';
}

/** The parent process if it is a shell that is supported, else the login shell, else bash. */
function callingShell(): string {
  const login = process.env.SHELL?.split('/').at(-1) ?? '';
  return [nameOfParent(), login].find((name) => shells.includes(name)) ?? 'bash';
}

/** The name of the parent process; empty where /proc does not tell. */
function nameOfParent(): string {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** The words that may follow on an unfinished command line, for a completion script: one in a line. */
export async function completions(argv: readonly string[], loaded: readonly Command[]): Promise<string> {
  // The name of the program precedes the words. bash divides --name=value into three words.
  const words = argv.slice(2).filter((word) => word !== '=');
  const current = words.at(-1) ?? '';
  const values = valuesFor(words, loaded);
  if (values !== null) return lines(values.filter((value) => value.startsWith(current)));
  const offered = await offeredByYargs([...argv.slice(0, 2), ...words], loaded);
  // yargs writes options of one letter with two dashes.
  return lines(offered.filter((word) => word.startsWith(current) && !/^--.(?::|\t|$)/.test(word)));
}

function lines(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join('');
}

/** The values that may stand in place of the last word; empty where it is a file or any text, null where it is no value. */
function valuesFor(words: readonly string[], loaded: readonly Command[]): readonly string[] | null {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const name = before.find(
    (word) => word === completionCommand.name || commands.some((each) => each.name === word),
  );
  const command = loaded.find((each) => each.name === name);
  const table = withOutputOptions(command?.options);
  const [, inline] = /^(--[\w-]+)=/.exec(current) ?? [];
  if (inline !== undefined)
    return (specOf(inline, table)?.choices ?? []).map((value) => `${inline}=${value}`);
  const option = specOf(before.at(-1), table);
  if (option?.type === 'string') return option.choices ?? [];
  if (current.startsWith('-')) return null;
  if (name === completionCommand.name) return before.at(-1) === name ? shells : [];
  const isFile = command?.positionals.some((positional) => /file/i.test(positional.name)) === true;
  return isFile ? [] : null;
}

/** The option that a word names: `--name`, or `-n` for its alias. */
function specOf(word: string | undefined, table: OptionTable): OptionSpec | undefined {
  if (word?.startsWith('--')) return table[word.slice(2)];
  return Object.values(table).find(({ alias }) => alias !== undefined && word === `-${alias}`);
}

type Standard = (receive: (error: Error | null, words: string[] | undefined) => void) => unknown;

/** The commands and options that yargs offers. */
async function offeredByYargs(argv: readonly string[], loaded: readonly Command[]): Promise<string[]> {
  let offered: string[] = [];
  const receive = (
    _current: string,
    _argv: unknown,
    standard: Standard,
    done: (words: string[]) => unknown,
  ) => {
    standard((_error, words = []) => {
      offered = words;
      // Nothing is left for yargs to print.
      done([]);
    });
  };
  await completerOf(loaded)
    .completion(completionCommand.name, completionCommand.summary, receive)
    .parseAsync([...argv]);
  return offered;
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
  return completer;
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
