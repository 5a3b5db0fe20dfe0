import { type Bound, portBound, waitBound } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { servicePort } from '../core/service-names.js';
import { quoted } from '../core/text.js';
import { familyOf } from '../net/address/address.js';
import { checkHostAddress } from '../target/host.js';
import { parsePort } from '../target/host-port.js';

/** One option as data: for parsing, for help and for completion. */
export interface OptionSpec {
  /** A switch, or an option with a value. No name is a switch in one command and takes a value in another. */
  type: 'boolean' | 'string';
  /** One letter. */
  alias?: string;
  /** The placeholder of the value in help: `FILE`. */
  value?: string;
  /** The values to offer when the command line is completed. */
  choices?: readonly string[];
  help: string;
  /** The range of an option whose value is a number. Help prints it with the default. */
  bound?: Bound;
  /** May be given several times. */
  repeatable?: true;
  /** `--no-NAME` turns the switch off. The value is the default; with `undecided` the command chooses. */
  negatable?: 'on' | 'off' | 'undecided';
  /** With this option, the command prints many JSON documents, one per line. */
  lines?: true;
  /** Accepted, and left out of help. */
  hidden?: true;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export const formats = ['text', 'json', 'ndjson'] as const;

/** The formats of a command whose result monitors read, besides those of every command. */
export const monitorFormats = ['nagios', 'emf'] as const;

export type MonitorFormat = (typeof monitorFormats)[number];

export type OutputFormat = (typeof formats)[number] | MonitorFormat;

function formatOption(choices: readonly OutputFormat[]): OptionSpec {
  return {
    type: 'string',
    value: 'FORMAT',
    choices,
    help: `Output format: ${orList(choices)} (text)`,
  };
}

/** The option --format of a command whose result monitors read. */
export const monitorFormatOption: OptionTable = { format: formatOption([...formats, ...monitorFormats]) };

/** How a command line wants its output. */
export interface OutputForm {
  /** `ndjson`: JSON documents of one line each. */
  format: OutputFormat;
  quiet: boolean;
  verbose: boolean;
  /** Whether a measurement that was made ends with exit code 0, whatever it found. */
  exitZero: boolean;
}

/** The options of every command about its output. */
export const outputOptions: OptionTable = {
  format: formatOption(formats),
  json: {
    type: 'boolean',
    help: 'The same as --format json: print exactly one JSON document on standard output, also after a failure',
  },
  'exit-zero': {
    type: 'boolean',
    help: 'Exit with 0 if the measurement was made, whatever it found: for schedulers that take other codes for failures',
  },
  quiet: { type: 'boolean', help: 'Do not show progress' },
  verbose: { type: 'boolean', alias: 'v', help: 'Show every query, record and label' },
  help: { type: 'boolean', alias: 'h', help: 'Show this help' },
  version: { type: 'boolean', alias: 'V', help: 'Show the version' },
};

/** All options of a command: its own and those of every command about output, of which it can replace --format. */
export function withOutputOptions(own: OptionTable = {}): OptionTable {
  return { ...own, ...outputOptions, ...(own.format === undefined ? {} : { format: own.format }) };
}

/** What says that a target is a private API where its name does not. */
export const privateApiOptions: OptionTable = {
  vpce: { type: 'string', value: 'NAME', help: 'The VPC endpoint: its id (vpce-…) or its DNS name' },
  'api-id': { type: 'string', value: 'ID', help: 'The id of the API, if the target is a custom domain name' },
};

/** familyOption() reads them. */
export const familyOptions: OptionTable = {
  4: { type: 'boolean', help: 'IPv4 only' },
  6: { type: 'boolean', help: 'IPv6 only' },
};

/** The options of every command that sends packets. */
export const networkOptions: OptionTable = {
  ...familyOptions,
  source: { type: 'string', value: 'ADDR', help: 'Send from this address of the host' },
};

/** An option whose value is a number: a duration if the bound has a unit, else a whole number. */
export function numberSpec(
  bound: Bound,
  help: string,
  more: Pick<OptionSpec, 'alias' | 'value' | 'hidden'> = {},
): OptionSpec {
  return { type: 'string', value: bound.unit === null ? 'N' : 'D', help, bound, ...more };
}

/** The arguments of a command. The values of options are not checked yet. */
export interface Arguments {
  /** Without the command's name. */
  positionals: readonly string[];
  /** By long name. A value is text, true, false, or a list of these if the option was given more than once. */
  options: Readonly<Record<string, unknown>>;
}

const seeHelp = 'see --help';

/** Whether a switch is on. */
export function flag({ options }: Arguments, name: string): boolean {
  return options[name] === true;
}

/** Whether a switch was turned on, or off with `--no-name`; undefined when it was not given. */
export function switchOption({ options }: Arguments, name: string): boolean | undefined {
  const value = options[name];
  return typeof value === 'boolean' ? value : undefined;
}

/**
 * The text given with `--name`; undefined if it was not given. Throws InvalidInputError if it was given twice or is empty;
 * the message ends with `hint`.
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

/** The texts given with every `--name`, each split at commas. Throws InvalidInputError when one is empty. */
export function listOption({ options }: Arguments, name: string): string[] | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return given.flatMap((text) => filled(name, text).split(',')).map((text) => filled(name, text.trim()));
}

/**
 * The number given with `--name`, in milliseconds if it is a duration. Throws InvalidInputError if it is not a number within
 * the bound.
 */
export function numberOption(args: Arguments, name: string, bound: Bound): number | undefined {
  const text = textOption(args, name, `give ${rangeOf(bound)}`);
  if (text === undefined) return undefined;
  return bound.unit === 'ms'
    ? parseDuration(`--${name}`, text, bound)
    : parseInteger(`--${name}`, text, bound);
}

/** One of a few words given with `--name`. Throws InvalidInputError for any other. */
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
  throw new InvalidInputError(`--${name}`, `--${name}: ${quoted(text)} is not ${noun}; ${hint}`);
}

/** Reads a whole number. Throws InvalidInputError, naming `argument`, if the text is not a whole number within the bound. */
export function parseInteger(argument: string, text: string, bound: Bound): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bound.min && value <= bound.max) return value;
  throw new InvalidInputError(
    argument,
    `${argument}: ${quoted(text)} is not ${bound.noun}; give ${rangeOf(bound)}`,
  );
}

const unitsMs = { ms: 1, s: 1000, m: 60_000 } as const;

/** A smaller number without a unit was probably meant in seconds, the unit of ping, dig and traceroute. */
const shortestBareMs = 20;

/**
 * Reads a duration: `5s`, `500ms`, `2m`, or a number of milliseconds. Returns milliseconds. Throws InvalidInputError, naming
 * `argument`, if the text is not a duration within the bound, or is a number under 20 without a unit.
 */
export function parseDuration(argument: string, text: string, bound: Bound): number {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  const isWhole = digits !== undefined && !digits.includes('.');
  if (digits !== undefined && unit === '' && Number(digits) < shortestBareMs) {
    throw new InvalidInputError(
      argument,
      `${argument} ${digits}: is that ${digits}s or ${digits}ms? A number under ${shortestBareMs} needs its unit`,
    );
  }
  if (digits === undefined || (unit === '' && !isWhole)) {
    throw new InvalidInputError(
      argument,
      `${argument}: ${quoted(text)} is not a duration; give ${rangeOf(bound)}`,
    );
  }
  const factor = unit === 'ms' || unit === 's' || unit === 'm' ? unitsMs[unit] : 1;
  // To the microsecond: 0.3 * 1000 has a rounding error.
  const ms = Math.round(Number(digits) * factor * 1000) / 1000;
  if (ms >= bound.min && ms <= bound.max) return ms;
  throw new InvalidInputError(
    argument,
    `${argument}: ${quoted(text)} is out of range; give ${rangeOf(bound)}`,
  );
}

/** The range of a number for a message: `a whole number from 1 to 10`, `a duration from 1ms to 10m, like 5s or 500ms`. */
function rangeOf({ unit, min, max }: Bound): string {
  return unit === null
    ? `a whole number from ${min} to ${max}`
    : `a duration from ${durationText(min)} to ${durationText(max)}, like 5s or 500ms`;
}

/** Milliseconds in the syntax of an option: `500ms`, `2.5s`, `10m`. */
export function durationText(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}

/** The address family of -4 or -6; undefined without them. Throws InvalidInputError if both are given. */
export function familyOption(args: Arguments): 4 | 6 | undefined {
  const only4 = flag(args, '4');
  const only6 = flag(args, '6');
  if (only4 && only6)
    throw new InvalidInputError('-4', '-4 and -6: give one of them, or neither for both families');
  if (only4) return 4;
  return only6 ? 6 : undefined;
}

/** The address given with `--source`. Throws InvalidInputError if it is not an address, or not of the family of -4 or -6. */
export function sourceOption(args: Arguments): string | undefined {
  const source = textOption(args, 'source');
  if (source === undefined) return undefined;
  const address = checkHostAddress(source, '--source', 'give an address of this host');
  const family = familyOf(address);
  const wanted = familyOption(args);
  if (wanted !== undefined && wanted !== family) {
    throw new InvalidInputError(
      '--source',
      `--source: "${source}" is IPv${family}, and -${wanted} excludes it`,
    );
  }
  return address;
}

/** The values of `networkOptions`, checked. */
export function networkChoice(args: Arguments): { family: 4 | 6 | undefined; source: string | undefined } {
  return { family: familyOption(args), source: sourceOption(args) };
}

const timeLimit = waitBound(null, 86_400_000);

/** The option of every command that measures one target. */
export const limitOptions: OptionTable = {
  'max-time': numberSpec(timeLimit, 'End after this time, with what was measured by then'),
};

/** The value of --max-time in milliseconds; undefined where it is not given. Throws InvalidInputError. */
export function timeLimitOption(args: Arguments): number | undefined {
  return args.options['max-time'] === undefined ? undefined : numberOption(args, 'max-time', timeLimit);
}

/**
 * The port: the second argument, or --port; undefined without both. Throws InvalidInputError where the two differ, or where
 * one is not a port.
 */
export function portOption(args: Arguments): number | undefined {
  const [, word] = args.positionals;
  const behind = word === undefined ? undefined : parsePort(word);
  const service = servicePort(String(args.options.port ?? ''));
  const named = service ?? numberOption(args, 'port', portBound);
  if (behind === undefined || named === undefined || behind === named) return behind ?? named;
  throw new InvalidInputError(
    '--port',
    `--port: ${named} contradicts the port ${behind} behind the host; leave one of them out`,
  );
}

const idleTimeout = waitBound(null);

/** The options for sending, of commands that send nothing. They are accepted, because a script may give them to every command. */
export const idleNetworkOptions: OptionTable = Object.fromEntries(
  Object.entries({ ...networkOptions, timeout: numberSpec(idleTimeout, '') }).map(([name, spec]) => [
    name,
    { ...spec, hidden: true },
  ]),
);

/** Checks `idleNetworkOptions`. Throws InvalidInputError for the same values as a command that sends packets. */
export function checkIdleOptions(args: Arguments): void {
  networkChoice(args);
  numberOption(args, 'timeout', idleTimeout);
}

/** The positional at `index`. The parser has checked that it was given. */
export function required({ positionals }: Arguments, index: number): string {
  const text = positionals[index];
  if (text === undefined) throw new RangeError(`positional ${index} is missing`);
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
