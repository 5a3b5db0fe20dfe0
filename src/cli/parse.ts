import { InvalidInputError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { excerpt, quoted } from '../core/text.js';
import type { Command, PositionalSpec } from './command.js';
import {
  type CommandEntry,
  commands,
  completionCommand,
  completionRequest,
  loadCommands,
  shells,
} from './commands.js';
import { usageOf } from './help.js';
import {
  type Arguments,
  formats,
  monitorFormats,
  type OptionTable,
  type OutputForm,
  orList,
  withOutputOptions,
} from './options.js';
import type { PeerTable } from './peers/peer-option.js';
import { type GivenOption, takeApart, type Words } from './words.js';

/** A command line, parsed. */
export interface CommandLine {
  /** The form of the output. It is also known for an invalid command line. */
  output: OutputForm;
  request: Request;
}

/** What a command line asks for. */
export type Request =
  | { kind: 'run'; command: Command; args: Arguments }
  | { kind: 'help'; command: Command | null }
  | { kind: 'completion-help' }
  | { kind: 'version' }
  | { kind: 'completion-script'; shell: string | undefined }
  /** A completion script asks for the words that may follow on an unfinished command line. */
  | { kind: 'completions'; argv: readonly string[]; loaded: readonly Command[] }
  | { kind: 'mistake'; error: InvalidInputError };

/** Parses a command line and loads the command that it names. A mistake of the user becomes a request of kind `mistake`. */
export async function parse(argv: readonly string[]): Promise<CommandLine> {
  const loaded = await loadCommands(mentionedIn(argv));
  if (argv[0] === completionRequest) {
    return { output: outputForm([], {}), request: { kind: 'completions', argv, loaded } };
  }
  const commandOf = (word: string | undefined): Command | null => commandNamed(word, loaded);
  // Options may precede the name of the command. Until the name is reached, the options of all commands that occur in the
  // command line are known. No option is a switch in one command and takes a value in another (test/cli/usage.test.ts).
  const tableFor = (word: string | undefined): OptionTable => {
    const command = commandOf(word);
    const tables = (command === null ? loaded : [command]).map(({ options }) => options);
    return withOutputOptions(Object.assign({}, ...tables));
  };
  const peersFor = (word: string | undefined): PeerTable => {
    const command = commandOf(word) ?? (loaded.length === 1 ? loaded[0] : undefined);
    return command?.peers ?? { options: {} };
  };
  const taken = takeApart(argv, tableFor, peersFor);
  const [name] = taken.words;
  const command = commandOf(name);
  const table = withOutputOptions(command?.options);
  return { output: outputForm(taken.options, table), request: requestOf(taken, command, table, loaded) };
}

function requestOf(
  taken: Words,
  command: Command | null,
  table: OptionTable,
  loaded: readonly Command[],
): Request {
  const { words, verbatim, options } = taken;
  const isOn = (name: string): boolean => lastValue(options, name) === true;
  const isCompletion = words[0] === completionCommand.name;
  if (isOn('help')) return isCompletion ? { kind: 'completion-help' } : { kind: 'help', command };
  if (isOn('version')) return { kind: 'version' };
  try {
    const [name, ...rest] = words;
    // As in other tools: `-v` alone shows the version, with a command it is --verbose.
    if (name === undefined && options.length === 1 && options[0]?.spelling === '-v')
      return { kind: 'version' };
    if (name === 'version' && rest.length === 0) return { kind: 'version' };
    if (name === 'help') return helpFor(rest, loaded);
    if (name === completionCommand.name) {
      checkOptions(completionCommand.name, options, table);
      return { kind: 'completion-script', shell: shellOf([...rest, ...verbatim]) };
    }
    refuseDashes(words);
    if (command === null) {
      // `--timeout 5s agent`: where the command that follows has no such option, "5s" is not meant as a command.
      const [meant, ...others] = loaded;
      if (meant !== undefined && others.length === 0)
        checkOptions(meant.name, options, withOutputOptions(meant.options));
      throw noSuchCommand(name, options, table);
    }
    checkOptions(command.name, options, table);
    const written = isUrl(name) ? words : rest;
    const given = { positionals: [...written, ...verbatim], options: valuesOf(options, table) };
    const args = command.arrange?.(given) ?? given;
    checkPositionals(command, args);
    return { kind: 'run', command, args };
  } catch (error) {
    if (error instanceof InvalidInputError) return { kind: 'mistake', error };
    throw error;
  }
}

/** Refuses an option whose hyphens became dashes, as word processors and chats write them; what follows `--` is none. Throws InvalidInputError. */
function refuseDashes(words: readonly string[]): void {
  const word = words.find((each) => /^[\u2010-\u2015\u2212]/.test(each));
  if (word === undefined) return;
  const name = word.replace(/^[\u2010-\u2015\u2212-]+/, '');
  const meant = name.length > 1 ? `--${name}` : `-${name}`;
  throw new InvalidInputError(
    'arguments',
    `${quoted(word)} begins with a dash in place of a hyphen; give ${excerpt(meant, 80)}`,
  );
}

/** The command of the first word, or else all commands whose names occur: a name may also be the value of an option. */
function mentionedIn(argv: readonly string[]): readonly CommandEntry[] {
  const first = commands.filter(({ name }) => name === argv[0]);
  if (first.length > 0) return first;
  const nameIn = (name: string): number =>
    Math.min(
      ...[name, ...(name === urlCommand ? argv.filter(isUrl) : [])].map((word) => placeOf(word, argv)),
    );
  return commands
    .filter(({ name }) => nameIn(name) < argv.length)
    .toSorted((one, other) => nameIn(one.name) - nameIn(other.name));
}

function placeOf(word: string, argv: readonly string[]): number {
  const place = argv.indexOf(word);
  return place === -1 ? argv.length : place;
}

/** The command of a command line that begins with a URL. */
const urlCommand = 'diagnose';

/** Whether a word stands for itself and the command `diagnose`. bin/pprobe.js has the same test. */
function isUrl(word: string | undefined): boolean {
  return word?.includes('://') === true;
}

function commandNamed(word: string | undefined, loaded: readonly Command[]): Command | null {
  const wanted = isUrl(word) ? urlCommand : word;
  return loaded.find(({ name }) => name === wanted) ?? null;
}

/** `pprobe help [command]`. */
function helpFor([name, extra]: readonly string[], loaded: readonly Command[]): Request {
  if (extra !== undefined)
    throw new InvalidInputError('arguments', `help: ${quoted(extra)} is one too many; give one command`);
  if (name === undefined) return { kind: 'help', command: null };
  if (name === completionCommand.name) return { kind: 'completion-help' };
  const command = commandNamed(name, loaded);
  if (command === null) throw noSuchCommand(name, [], {});
  return { kind: 'help', command };
}

function lastValue(options: readonly GivenOption[], wanted: string): GivenOption['value'] | undefined {
  return options.findLast(({ name }) => name === wanted)?.value;
}

/**
 * The form of the output. If --json or --format has an invalid value, the form that was most likely meant; JSON where text and JSON
 * are both given, for a program reads that.
 */
function outputForm(options: readonly GivenOption[], table: OptionTable): OutputForm {
  const json = lastValue(options, 'json') ?? false;
  const format = [...formats, ...monitorFormats].find((each) => each === lastValue(options, 'format'));
  const isLines = options.some(({ name, value }) => name !== null && table[name]?.lines && value !== false);
  const isJson = json !== false || options.some(({ name, value }) => name === 'format' && value === 'json');
  const asked = format === undefined || format === 'text' ? (isJson ? 'json' : 'text') : format;
  return {
    format: asked === 'json' && isLines ? 'ndjson' : asked,
    quiet: lastValue(options, 'quiet') === true,
    verbose: lastValue(options, 'verbose') === true,
    exitZero: lastValue(options, 'exit-zero') === true,
  };
}

function checkOptions(commandName: string | null, options: readonly GivenOption[], table: OptionTable): void {
  for (const { spelling, name, value, error } of options) {
    if (error !== undefined) throw error;
    const spec = name === null ? undefined : table[name];
    if (name === null || spec === undefined) throw noSuchOption(spelling, commandName, table);
    if (spec.type === 'boolean' && typeof value === 'string') {
      throw new InvalidInputError(
        spelling,
        `${spelling}: ${quoted(value)} is not true or false; leave the value out`,
      );
    }
  }
  checkFormat(options, table.format?.choices ?? formats);
}

function checkFormat(options: readonly GivenOption[], choices: readonly string[]): void {
  const given = options.filter(({ name }) => name === 'format').map(({ value }) => value);
  const [format] = given;
  if (format === undefined) return;
  const hint = `give ${orList(choices)}`;
  const refuse = (why: string): InvalidInputError => new InvalidInputError('--format', `--format: ${why}`);
  if (given.length > 1) throw refuse('given more than once; give it once');
  if (format === null || format === '') throw refuse(`needs a value; ${hint}`);
  if (!choices.some((each) => each === format))
    throw refuse(`${quoted(String(format))} is not a format; ${hint}`);
  if (format !== 'json' && lastValue(options, 'json') === true)
    throw refuse(`--json is --format json, and ${format} is given too; give one of them`);
}

function noSuchCommand(
  name: string | undefined,
  options: readonly GivenOption[],
  table: OptionTable,
): InvalidInputError {
  const names = commands.map((entry) => entry.name);
  if (name === undefined) {
    checkOptions(null, options, table);
    return new InvalidInputError('command', `no command given; give ${orList(names)}, or see pprobe --help`);
  }
  const peer = Object.hasOwn(peerCommands, name) ? peerCommands[name] : undefined;
  const meant = peer === undefined ? nearest(name, names) : undefined;
  const hint = meant === undefined ? `give ${orList(names)}` : `did you mean "${meant}"?`;
  const more = peer === undefined ? hostHint(name) : `; for what ${name} does, give pprobe ${peer}`;
  return new InvalidInputError('command', `${quoted(name)} is not a command; ${hint}${more}`);
}

/** The commands of pprobe for the names of other tools. */
const peerCommands: Readonly<Record<string, string>> = {
  dig: 'dns NAME',
  host: 'dns NAME',
  nslookup: 'dns NAME',
  getent: 'dns NAME --system',
  ping: 'tcp HOST --count 4',
  nc: 'tcp HOST PORT',
  ncat: 'tcp HOST PORT',
  telnet: 'tcp HOST PORT',
  nmap: 'tcp HOST PORT',
  traceroute: 'trace HOST',
  tracert: 'trace HOST',
  tracepath: 'trace HOST',
  tcptraceroute: 'trace HOST PORT',
  mtr: 'trace HOST --watch',
  curl: 'diagnose URL',
  wget: 'diagnose URL',
  openssl: 'diagnose HOST:PORT',
  compare: 'explain FILE FILE',
  diff: 'explain FILE FILE',
};

/** For a word that is the name of a host or an address. */
function hostHint(name: string): string {
  const isHost = /^[\w.:[\]-]+$/.test(name) && /[.:]/.test(name);
  return isHost ? `; for this host, pprobe diagnose ${name}` : '';
}

function noSuchOption(given: string, commandName: string | null, known: OptionTable): InvalidInputError {
  const full = commandName === null ? 'pprobe' : `pprobe ${commandName}`;
  const names = Object.keys(known).filter((name) => name.length > 1 && known[name]?.hidden !== true);
  const word = /^--?(?:no-)?(\w[\w-]+)/.exec(given)?.[1];
  const meant = word === undefined ? undefined : nearest(word, names);
  const other = /^-\d+$/.test(given)
    ? 'if it is a port or another value: no value is negative'
    : /^-[^-].*\./.test(given)
      ? `if it is a name, give -- before it: ${full} -- ${excerpt(given, 80)}`
      : `see ${full} --help`;
  const hint = meant === undefined ? other : `did you mean --${meant}?`;
  return new InvalidInputError(given, `${excerpt(given, 80)}: ${full} has no such option; ${hint}`);
}

/** The values by name, and the defaults of switches. Of a switch, the last value counts; another option given twice is a list. */
function valuesOf(options: readonly GivenOption[], table: OptionTable): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    const given = options.filter((option) => option.name === name).map(({ value }) => value ?? '');
    if (given.length > 0) values[name] = spec.type === 'boolean' || given.length === 1 ? given.at(-1) : given;
    else if (spec.negatable === 'on') values[name] = true;
  }
  return values;
}

function shellOf([shell, extra]: readonly string[]): string | undefined {
  const wrong = shell === undefined || shells.includes(shell) ? extra : shell;
  if (wrong === undefined) return shell;
  throw new InvalidInputError(
    'shell',
    `completion: ${quoted(wrong)} is not supported; give ${orList(shells)}, or nothing for the shell in use`,
  );
}

function checkPositionals(command: Command, { positionals, options }: Arguments): void {
  const isReplaced = ({ unless }: PositionalSpec) => unless !== undefined && options[unless] !== undefined;
  const missing = command.positionals.find(
    (spec, index) => spec.required && positionals[index] === undefined && !isReplaced(spec),
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
      `${command.name}: ${quoted(extra)} is one too many; usage: ${usageOf(command)}`,
    );
  }
}
