import { InvalidInputError } from '../core/errors.js';
import { familyOf } from '../net/address/address.js';

/** One option as data: for parsing, for help and for completion. */
export interface OptionSpec {
  type: 'boolean' | 'string';
  /** One letter. */
  alias?: string;
  /** What stands for the value in help: `MS`. */
  value?: string;
  help: string;
  /** May be given several times; otherwise twice is a mistake. */
  repeatable?: true;
  /** `--no-NAME` turns it off. What it is when neither is given; the command decides where that is `undecided`. */
  negatable?: 'on' | 'off' | 'undecided';
  /** Of another spelling of the same option: understood, and left out of help. */
  hidden?: true;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What an option is when it is not given, where that is not undefined. */
export function defaultOf({ negatable }: OptionSpec): { default?: true } {
  return negatable === 'on' ? { default: true } : {};
}

/** What every command understands about its output. */
export const outputOptions: OptionTable = {
  json: { type: 'boolean', help: 'Print one JSON document and nothing else on standard output' },
  quiet: { type: 'boolean', help: 'Show no progress' },
  verbose: { type: 'boolean', help: 'Show every query, record and label' },
  help: { type: 'boolean', alias: 'h', help: 'Show this help' },
  version: { type: 'boolean', help: 'Show the version' },
};

/** What every command that sends something understands about sending. */
export const networkOptions: OptionTable = {
  4: { type: 'boolean', help: 'IPv4 only' },
  6: { type: 'boolean', help: 'IPv6 only' },
  source: { type: 'string', value: 'ADDR', help: 'Send from this address of the host' },
};

/** `--timeout`, whose meaning and default each command says itself. */
export function timeoutOption(help: string): OptionTable {
  return { timeout: { type: 'string', value: 'MS', help } };
}

/** For commands that send nothing: understood, so that a script may give them to every command, and left out of help. */
export const idleNetworkOptions: OptionTable = Object.fromEntries(
  Object.entries({ ...networkOptions, ...timeoutOption('') }).map(([name, spec]) => [
    name,
    { ...spec, hidden: true },
  ]),
);

/** A command line taken apart, with nothing judged yet. */
export interface Arguments {
  /** Without the command's name. */
  positionals: readonly string[];
  /** By long name. A value is text, true or false, or a list of these where it was given more than once. */
  options: Readonly<Record<string, unknown>>;
}

export interface IntegerRule {
  /** `a number of milliseconds`: what the text should have been. */
  noun: string;
  min: number;
  max: number;
}

const seeHelp = 'see --help';

export const milliseconds: IntegerRule = { noun: 'a number of milliseconds', min: 1, max: 600_000 };
export const portNumber: IntegerRule = { noun: 'a port', min: 1, max: 65_535 };

/** Whether a switch is on. */
export function flag({ options }: Arguments, name: string): boolean {
  return options[name] === true;
}

/** Whether a switch was turned on (true) or off (`--no-name`: false); undefined when it was not given. */
export function switchOption({ options }: Arguments, name: string): boolean | undefined {
  const value = options[name];
  return typeof value === 'boolean' ? value : undefined;
}

/**
 * The text given with `--name`; undefined when it was not given. Throws InvalidInputError when given twice or empty;
 * `hint` then says what to do.
 */
export function textOption({ options }: Arguments, name: string, hint = seeHelp): string | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) {
    const times = value.length === 2 ? 'twice' : `${value.length} times`;
    throw new InvalidInputError(`--${name}`, `--${name}: given ${times}; give it once`);
  }
  return filled(name, value, hint);
}

/** The texts given with every `--name`, commas parting several in one. Throws InvalidInputError when one is empty. */
export function listOption({ options }: Arguments, name: string): string[] | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return given.flatMap((text) => filled(name, text).split(',')).map((text) => filled(name, text.trim()));
}

/** The whole number given with `--name`, within the rule's bounds. Throws InvalidInputError when it is not one. */
export function integerOption(args: Arguments, name: string, rule: IntegerRule): number | undefined {
  const text = textOption(args, name, wholeNumber(rule));
  return text === undefined ? undefined : parseInteger(`--${name}`, text, rule);
}

/** One of a few words given with `--name`. Throws InvalidInputError when it is another. */
export function choiceOption<Choice extends string>(
  args: Arguments,
  name: string,
  noun: string,
  choices: readonly Choice[],
): Choice | undefined {
  const hint = `give ${orList(choices)}`;
  const text = textOption(args, name, hint);
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new InvalidInputError(`--${name}`, `--${name}: "${text}" is not ${noun}; ${hint}`);
}

/** Reads a whole number. Throws InvalidInputError, naming `argument`, unless it is one within the rule's bounds. */
export function parseInteger(argument: string, text: string, rule: IntegerRule): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= rule.min && value <= rule.max) return value;
  throw new InvalidInputError(argument, `${argument}: "${text}" is not ${rule.noun}; ${wholeNumber(rule)}`);
}

function wholeNumber({ min, max }: IntegerRule): string {
  return `give a whole number from ${min} to ${max}`;
}

/** What `-4` and `-6` ask for; undefined without them. Throws InvalidInputError when both are given. */
export function familyOption(args: Arguments): 4 | 6 | undefined {
  const only4 = flag(args, '4');
  const only6 = flag(args, '6');
  if (only4 && only6)
    throw new InvalidInputError('-4', '-4 and -6: give one of them, or neither for both families');
  if (only4) return 4;
  return only6 ? 6 : undefined;
}

/** The address given with `--source`. Throws InvalidInputError when it is none, or not of the family asked for. */
export function sourceOption(args: Arguments): string | undefined {
  const source = textOption(args, 'source');
  if (source === undefined) return undefined;
  const family = familyOf(source);
  if (family === null) {
    throw new InvalidInputError(
      '--source',
      `--source: "${source}" is not an IP address; give one of this host's own`,
    );
  }
  const wanted = familyOption(args);
  if (wanted !== undefined && wanted !== family) {
    throw new InvalidInputError(
      '--source',
      `--source: "${source}" is IPv${family}, and -${wanted} excludes it`,
    );
  }
  return source;
}

/** Checks -4, -6, --source and --timeout for a command that sends nothing: a mistake in them is one everywhere. */
export function checkIdleOptions(args: Arguments): void {
  sourceOption(args);
  familyOption(args);
  integerOption(args, 'timeout', milliseconds);
}

/** The positional at `index`, which the command line was checked to have. */
export function required({ positionals }: Arguments, index: number): string {
  const text = positionals[index];
  if (text === undefined) throw new RangeError(`positional ${index} was not checked for`);
  return text;
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function filled(name: string, value: unknown, hint = seeHelp): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidInputError(`--${name}`, `--${name}: needs a value; ${hint}`);
}
