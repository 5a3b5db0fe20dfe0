import { InvalidInputError } from './errors.js';
import { nearest } from './nearest.js';
import { quoted, quotedTarget } from './text.js';

/**
 * The range and the default of a number that a caller may choose. It is declared beside the code that needs it. That code
 * checks with it, and the command line parses and documents its option from it.
 */
export interface Bound {
  /** What the number is, for messages: `a number of attempts`. */
  noun: string;
  /** `ms`: milliseconds, fractions allowed. null: a whole number without unit. */
  unit: 'ms' | null;
  min: number;
  max: number;
  /** The value of an option that is left out; null if it depends on other things. */
  default: number | null;
}

/** Longer than the kernel retries a SYN (127 s), and short enough that a mistyped unit is noticed. */
const longestWaitMs = 600_000;

/** The bound of a wait in milliseconds, 1 to 600000 unless `maxMs` says otherwise. */
export function waitBound<Default extends number | null>(
  defaultMs: Default,
  maxMs: number = longestWaitMs,
): Bound & { default: Default } {
  return { noun: 'a number of milliseconds', unit: 'ms', min: 1, max: maxMs, default: defaultMs };
}

/** TCP ports: 0 is reserved (RFC 6335 section 6). */
export const portBound = {
  noun: 'a port',
  unit: null,
  min: 1,
  max: 65_535,
  default: 443,
} as const satisfies Bound;

/** Checks the value of one option or argument. Throws InvalidInputError that names `argument`. */
export type Check = (value: unknown, argument: string) => void;

/** A check for each option of an interface: a missing name and an extra one do not compile. */
export type OptionChecks<Options> = { readonly [Name in keyof Required<Options>]: Check };

/**
 * Checks the options object that a caller gave to a public function. Options that are left out or undefined are not
 * checked. Throws InvalidInputError for a value that is not an object, for an unknown name (with the nearest known one),
 * and for a value that its check refuses.
 */
export function checkOptions<Options>(checks: OptionChecks<Options>, options: unknown): void {
  checkNamed(checks, options, 'options');
}

function checkNamed(checks: Readonly<Record<string, Check>>, options: unknown, argument: string): void {
  if (!isPlainObject(options)) throw refused(argument, options, 'an object', 'give an object of options');
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    const path = argument === 'options' ? name : `${argument}.${name}`;
    if (check === undefined) throw unknownOption(path, name, Object.keys(checks));
    if (value !== undefined) check(value, path);
  }
}

function unknownOption(path: string, name: string, known: readonly string[]): InvalidInputError {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `give one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return new InvalidInputError(
    path,
    `${path.length > 80 ? `${path.slice(0, 79)}…` : path}: there is no such option; ${hint}`,
  );
}

/** A check for an option that is an object of options itself. */
export function nested<Options>(checks: OptionChecks<Options>): Check {
  return (value, argument) => checkNamed(checks, value, argument);
}

/** Throws InvalidInputError unless the value is a number within the bound. */
export function checkNumber(argument: string, value: unknown, bound: Bound): asserts value is number {
  const { noun, unit, min, max } = bound;
  const isNumber = typeof value === 'number' && (unit === 'ms' || Number.isInteger(value));
  if (isNumber && value >= min && value <= max) return;
  const right = `give ${unit === 'ms' ? 'milliseconds' : 'a whole number'} from ${min} to ${max}`;
  if (isNumber && unit === 'ms')
    throw new InvalidInputError(argument, `${argument}: ${value} is out of range; ${right}`);
  throw refused(argument, value, noun, right);
}

/** A check for a number within the bound. */
export function within(bound: Bound): Check {
  return (value, argument) => checkNumber(argument, value, bound);
}

/** Throws InvalidInputError, naming `argument`, unless `port` is a whole number from 1 to 65535. */
export function checkPort(port: unknown, argument = 'port'): asserts port is number {
  checkNumber(argument, port, portBound);
}

/** Throws InvalidInputError unless the value is a string. `right` says what to give. */
export function checkString(argument: string, value: unknown, right: string): asserts value is string {
  if (typeof value !== 'string') throw refused(argument, value, 'a string', right);
}

/** A check for a string; `right` says which one to give. */
export function string(right = 'give a string'): Check {
  return (value, argument) => checkString(argument, value, right);
}

export const boolean: Check = (value, argument) => {
  if (typeof value !== 'boolean') throw refused(argument, value, 'a boolean', 'give true or false');
};

/** A check for one of a few words or numbers. */
export function oneOf(...choices: readonly (string | number)[]): Check {
  return (value, argument) => {
    if (!choices.some((choice) => choice === value))
      throw refused(argument, value, `one of ${choices.join(', ')}`, 'give one of them');
  };
}

/** A check for an array whose items all pass `check`. */
export function listOf(check: Check): Check {
  return (value, argument) => {
    if (!Array.isArray(value)) throw refused(argument, value, 'a list', 'give an array');
    for (const [index, item] of value.entries()) check(item, `${argument}[${index}]`);
  };
}

/** Accepts any object; its members are not checked. */
export const object: Check = (value, argument) => {
  if (!isPlainObject(value)) throw refused(argument, value, 'an object', 'give an object');
};

export const callback: Check = (value, argument) => {
  if (typeof value !== 'function') throw refused(argument, value, 'a function', 'give a function');
};

export const abortSignal: Check = (value, argument) => {
  if (!(value instanceof AbortSignal))
    throw refused(argument, value, 'an AbortSignal', 'give the signal of an AbortController');
};

/** Throws InvalidInputError unless the value is an iterable or async iterable object. A string is refused. */
export function checkItems(argument: string, value: unknown): void {
  const isIterable =
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
  if (!isIterable) throw refused(argument, value, 'iterable', 'give an array, or an (async) iterable');
}

/** Whether the value is an object, and neither null, nor an array, nor a function. */
export function isPlainObject(value: unknown): value is Record<string | symbol, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for a value of the wrong kind or range: `port: "x" is not a port; give …`. */
export function refused(argument: string, value: unknown, noun: string, right: string): InvalidInputError {
  return new InvalidInputError(argument, `${argument}: ${described(value)} is not ${noun}; ${right}`);
}

function described(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** The error for a text that cannot be read. It is quoted without credentials, query and fragment. */
export function invalidText(argument: string, text: string, why: string): InvalidInputError {
  return new InvalidInputError(argument, `${argument}: ${quotedTarget(text)} ${why}`);
}
