import { refused } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import { type CheckError, validate } from '../generated/saved-report.js';
import type { SavedReport } from './report.js';
import { upgradeReport, withAbsentMembers } from './upgrade.js';

/** The largest report that is read, in octets. */
export const longestReport = 16 * 1024 * 1024;

/**
 * Reads what `diagnose --save` or `--json` wrote and adds what older versions did not write. Throws InvalidInputError for a
 * text that is longer than 16 MB, is not JSON, or is not a report of a version that this one reads; the message names the
 * first member that is wrong.
 */
export function parseReport(text: string): SavedReport {
  if (text.length > longestReport) throw notAReport(`it is longer than ${megabytes(longestReport)}`);
  const document = parseJson(text);
  if (!isObject(document)) throw notAReport('it is JSON, but not an object');
  const other = otherDocument(document);
  if (other !== null) throw notAReport(other);
  const completed = withAbsentMembers(document);
  if (!isSavedReport(completed)) throw notAReport(firstProblem(completed));
  // The pattern lets the 45th of a month pass.
  if (Number.isNaN(Date.parse(completed.startedAt)))
    throw notAReport(`report.startedAt: expected a time, found ${JSON.stringify(completed.startedAt)}`);
  return upgradeReport(completed);
}

/**
 * Checks that a value has the form of a report, except for its verdict. Throws InvalidInputError for the first member
 * that is wrong, named from `argument` on.
 */
export function checkReport(document: unknown, argument: string): asserts document is SavedReport {
  if (!isObject(document))
    throw refused(argument, document, 'a report', 'give what diagnose or explain returned');
  if (!isSavedReport({ ...document })) {
    throw new InvalidInputError(
      argument,
      `${argument}: not a report of pprobe: ${firstProblem(document, argument)}`,
    );
  }
}

/** `16 MB`. */
export function megabytes(octets: number): string {
  return `${octets / 1024 / 1024} MB`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isCut = /^\s*\{/.test(text);
    const isLog = /\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\) |Starting execution for request: /.test(
      text.slice(0, 4000),
    );
    const other = isLog
      ? 'it looks like an execution log of API Gateway; read those with "pprobe explain --log"'
      : 'it is not JSON';
    throw notAReport(isCut ? 'it begins like JSON but ends too early or is damaged' : other, cause);
  }
}

/** Why an object is not a report of version 1; null where it claims to be one. */
function otherDocument({ kind, version }: Readonly<Record<string, unknown>>): string | null {
  if (kind !== 'report') return `its kind is ${JSON.stringify(kind) ?? 'missing'}`;
  if (version === 1) return null;
  const isLater = typeof version === 'number' && version > 1;
  const hint = isLater ? '; a later pprobe wrote it, so upgrade: npm install -g pprobe@latest' : '';
  return `it is of version ${JSON.stringify(version)}, and this pprobe reads version 1${hint}`;
}

function notAReport(why: string, cause?: unknown): InvalidInputError {
  const message = `not a report of pprobe: ${why}; give a file written by "pprobe diagnose --save" or --json`;
  return new InvalidInputError('file', message, { cause });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSavedReport(value: unknown): value is SavedReport {
  return validate(value);
}

/** The first member that is wrong, in words: `report.target.port: expected an integer, found "443"`. */
function firstProblem(document: unknown, name = 'report'): string {
  const [error] = validate.errors ?? [];
  if (error === undefined) return 'it is damaged';
  const parts = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = parts.reduce((way, part) => way + (/^\d+$/.test(part) ? `[${part}]` : `.${part}`), name);
  if (error.keyword === 'required') return `${path}.${String(error.params.missingProperty)} is missing`;
  const value = parts.reduce<unknown>((holder, part) => Reflect.get(Object(holder), part), document);
  return `${path}: expected ${expectation(error)}, found ${found(value, error)}`;
}

function expectation({ keyword, params }: CheckError): string {
  switch (keyword) {
    case 'type':
      return typeNames[String(params.type)] ?? String(params.type);
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'enum':
      return `one of ${[params.allowedValues].flat().join(', ')}`;
    case 'minLength':
      return 'a text that is not empty';
    case 'maxLength':
      return `at most ${params.limit} characters`;
    case 'minItems':
      return `at least ${params.limit} items`;
    case 'maxItems':
      return `at most ${params.limit} items`;
    case 'minimum':
      return `a number of at least ${params.limit}`;
    case 'maximum':
      return `a number of at most ${params.limit}`;
    case 'pattern':
      if (String(params.pattern).startsWith('^\\d{4}-')) return 'a time in UTC, like 2026-03-01T12:00:00Z';
      return `a text that matches ${params.pattern}`;
    default:
      return `a value that fits ${keyword}`;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function found(value: unknown, { keyword }: CheckError): string {
  if (keyword === 'maxLength') return `${String(value).length}`;
  if (Array.isArray(value)) return keyword === 'type' ? 'a list' : `${value.length}`;
  if (isObject(value)) return 'an object';
  // JSON has no big integers, but a value that a program made may be one.
  const json = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
