import yargsParser from 'yargs-parser';
import { InvalidInputError } from '../core/errors.js';
import type { Command, PositionalSpec } from './command.js';
import { type CommandEntry, commands, completionCommand } from './commands.js';
import { usageOf } from './help.js';
import { type Arguments, defaultOf, type OptionTable, orList, outputOptions } from './options.js';
import { nearest } from './suggest.js';

/** The shells there are completion scripts for. */
const shells: readonly string[] = ['bash', 'zsh', 'fish'];

/** What those scripts call the program with. */
const completionRequest = '--get-yargs-completions';

/** What a command line asks for. */
export type Invocation =
  | { kind: 'run'; command: Command; args: Arguments }
  | { kind: 'help'; command: Command | null }
  | { kind: 'version' }
  | { kind: 'completion-script'; shell: string | undefined }
  /** yargs has printed completions, or the script that asks for them. */
  | { kind: 'completed' };

/** Takes a command line apart. Throws InvalidInputError for what no command understands. */
export async function parse(argv: readonly string[]): Promise<Invocation> {
  if (argv[0] === completionCommand.name) return parseCompletion(argv.slice(1));
  const loaded = await Promise.all(mentionedIn(argv).map(({ load }) => load()));
  if (argv.includes(completionRequest)) {
    await (await import('./completion.js')).printCompletions(argv, loaded);
    return { kind: 'completed' };
  }
  const parsed = parseAs(argv, loaded);
  const [name] = parsed.words;
  const command = loaded.find((candidate) => candidate.name === name) ?? null;
  const isOneOfSeveral = command !== null && loaded.length > 1;
  const { words, verbatim, options } = isOneOfSeveral ? parseAs(argv, [command]) : parsed;
  const rest = words.slice(1);
  const args = { positionals: [...rest, ...verbatim], options };
  if (options.help === true) return { kind: 'help', command };
  if (options.version === true) return { kind: 'version' };
  if (command === null) throw noSuchCommand(name, options);
  checkOptions(command, rest, options);
  checkPositionals(command, args);
  return { kind: 'run', command, args };
}

/** A command that comes first is the one that is meant; behind options any word may be, the value of one too. */
function mentionedIn(argv: readonly string[]): readonly CommandEntry[] {
  const first = commands.filter(({ name }) => name === argv[0]);
  return first.length > 0 ? first : commands.filter(({ name }) => argv.includes(name));
}

/** With the options of all `candidates`. */
function parseAs(argv: readonly string[], candidates: readonly Command[]): ParsedWords {
  return parseWords(withLoneDashes(argv, candidates), tableOf(argv, candidates));
}

/** `--file -` as `--file=-`: yargs takes a lone dash for a word of its own, wherever it stands. */
function withLoneDashes(argv: readonly string[], loaded: readonly Command[]): string[] {
  const takesText = (word: string | undefined): boolean =>
    loaded.some(({ options }) => word?.startsWith('--') && options[word.slice(2)]?.type === 'string');
  return argv.flatMap((word, index) => {
    if (word === '-' && takesText(argv[index - 1])) return [];
    return argv[index + 1] === '-' && takesText(word) ? [`${word}=-`] : [word];
  });
}

function parseCompletion(argv: readonly string[]): Invocation {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', command: null };
  const [shell, extra] = argv;
  if (shell === undefined || (shells.includes(shell) && extra === undefined))
    return { kind: 'completion-script', shell };
  const wrong = shells.includes(shell) ? extra : shell;
  throw new InvalidInputError(
    'shell',
    `completion: "${wrong}" is not a shell it knows; give ${orList(shells)}, or none`,
  );
}

/** The options of every command named, the one named first deciding where two have the same. */
function tableOf(argv: readonly string[], loaded: readonly Command[]): OptionTable {
  const lastFirst = loaded.toSorted((one, other) => argv.indexOf(other.name) - argv.indexOf(one.name));
  return Object.assign({}, ...lastFirst.map(({ options }) => options), outputOptions);
}

function noSuchCommand(name: string | undefined, options: Record<string, unknown>): InvalidInputError {
  const names = commands.map((entry) => entry.name);
  const stray = Object.keys(options).find((option) => !Object.hasOwn(outputOptions, option));
  if (name === undefined && stray !== undefined)
    return noSuchOption(spelled(stray, options[stray]), null, outputOptions);
  if (name === undefined) {
    return new InvalidInputError('command', `no command given; give ${orList(names)}, or see pprobe --help`);
  }
  if (/^-./.test(name)) return noSuchOption(name, null, outputOptions);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `give ${orList(names)}` : `did you mean "${meant}"?`;
  return new InvalidInputError('command', `"${name}" is not a command; ${hint}`);
}

function checkOptions(command: Command, words: readonly string[], options: Record<string, unknown>): void {
  const known: OptionTable = { ...command.options, ...outputOptions };
  for (const [name, value] of Object.entries(options)) {
    const spec = Object.hasOwn(known, name) ? known[name] : undefined;
    const negatedText = spec?.type === 'string' && value === false;
    if (spec === undefined || negatedText) throw noSuchOption(spelled(name, value), command, known);
  }
  // `-46` reads as a number, so yargs takes it for a word. A lone `-` is standard input.
  const dashed = words.find((word) => /^-./.test(word));
  if (dashed !== undefined) throw noSuchOption(dashed, command, known);
}

function spelled(name: string, value: unknown): string {
  if (name.length === 1) return `-${name}`;
  return value === false ? `--no-${name}` : `--${name}`;
}

function noSuchOption(given: string, command: Command | null, known: OptionTable): InvalidInputError {
  const full = command === null ? 'pprobe' : `pprobe ${command.name}`;
  const names = Object.keys(known).filter((name) => name.length > 1 && known[name]?.hidden !== true);
  const meant = given.startsWith('--') ? nearest(given.slice(2), names) : undefined;
  const hint = meant === undefined ? `see ${full} --help` : `did you mean --${meant}?`;
  return new InvalidInputError(given, `${given}: ${full} has no such option; ${hint}`);
}

function checkPositionals(command: Command, { positionals, options }: Arguments): void {
  const replaced = ({ unless }: PositionalSpec) => unless !== undefined && options[unless] !== undefined;
  const missing = command.positionals.find(
    (spec, index) => spec.required && positionals[index] === undefined && !replaced(spec),
  );
  if (missing !== undefined) {
    throw new InvalidInputError(
      missing.name,
      `${command.name}: <${missing.name}> is missing; usage: ${usageOf(command)}`,
    );
  }
  const extra = positionals[command.positionals.length];
  if (extra !== undefined && command.positionals.at(-1)?.repeatable !== true) {
    throw new InvalidInputError(
      'arguments',
      `${command.name}: "${extra}" is one too many; usage: ${usageOf(command)}`,
    );
  }
}

/** A command line taken apart, nothing of it judged. */
interface ParsedWords {
  /** What is no option, in order. */
  words: string[];
  /** What stands behind `--`. */
  verbatim: string[];
  /** By name without dashes; of a name that no table has, too. */
  options: Record<string, unknown>;
}

/**
 * Takes words apart by a table of options, with yargs' parser. To judge them is left to others, because it passes the
 * empty string for a missing value and a list for a repeated one.
 */
function parseWords(argv: readonly string[], table: OptionTable): ParsedWords {
  const specs = Object.entries(table);
  const named = (type: 'boolean' | 'string') =>
    specs.filter(([, spec]) => spec.type === type).map(([name]) => name);
  const {
    _: words,
    '--': verbatim = [],
    ...options
  } = yargsParser([...argv], {
    boolean: named('boolean'),
    string: named('string'),
    alias: Object.fromEntries(
      specs.flatMap(([name, { alias }]) => (alias === undefined ? [] : [[name, alias]])),
    ),
    default: Object.fromEntries(
      specs.flatMap(([name, spec]) => Object.values(defaultOf(spec)).map((value) => [name, value])),
    ),
    configuration: parserConfiguration,
  });
  return { words: words.map(String), verbatim: verbatim.map(String), options };
}

/** How words are taken apart: by yargs' parser when a command runs, by yargs when one is completed. */
export const parserConfiguration = {
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'strip-aliased': true,
  'populate--': true,
  // The default, but completion offers `--no-…` only where it is written down.
  'boolean-negation': true,
} as const;

/** A table of options as yargs wants it. */
export function declared(table: OptionTable) {
  return Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [
      name,
      {
        type: spec.type,
        describe: spec.help,
        hidden: spec.hidden === true,
        ...(spec.alias === undefined ? {} : { alias: spec.alias }),
        ...defaultOf(spec),
      },
    ]),
  );
}
