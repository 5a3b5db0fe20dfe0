import { isPlainObject } from '../core/check-options.js';
import { InvalidInputError } from '../core/errors.js';
import type { GivenHeader } from '../documents/target.js';
import { isApiId, readPrivateName } from './private-api/names.js';

/** Headers to send with the request: by name, or as lines `NAME: VALUE`. */
export type GivenHeaders = Readonly<Record<string, string>> | readonly string[];

/** A header of the request. */
export interface RequestHeader {
  /** As given. */
  name: string;
  value: string;
}

/** token of RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;

/** Headers that belong to the connection or to the framing of the message: pprobe sets them (RFC 9110 section 7.6.1, RFC 9112). */
const FORBIDDEN: ReadonlySet<string> = new Set([
  ...['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer'],
  ...['expect', 'proxy-connection', 'http2-settings'],
]);

/** The values of these name the API. Every other value can be a secret: it is sent, and neither stored nor printed. */
const SHOWN: ReadonlySet<string> = new Set(['host', 'x-apigw-api-id']);

/**
 * Reads the headers that a user gives. Throws InvalidInputError that names `argument`, and never the value: for what has no
 * colon, a name that is no token, a name given twice, a value with a control character or beyond Latin-1, and headers
 * that pprobe sets itself.
 */
export function readHeaders(given: unknown, argument = 'headers'): RequestHeader[] {
  const wrong = (why: string) => new InvalidInputError(argument, `${argument}: ${why}`);
  const right = "give 'NAME: VALUE'";
  const read = (name: string, value: unknown): RequestHeader => {
    // A text that is no name can be a value that lost its name.
    if (!TOKEN.test(name)) throw wrong(`what stands before the colon is not the name of a header; ${right}`);
    if (FORBIDDEN.has(name.toLowerCase()))
      throw wrong(`${name} cannot be given, because pprobe sets it itself; leave it out`);
    if (typeof value !== 'string') throw wrong(`the value of ${name} is not a string; ${right}`);
    const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '');
    if (trimmed === '') throw wrong(`${name} has no value; ${right}`);
    if (!/^[\t\x20-\x7e\x80-\xff]{1,8192}$/.test(trimmed))
      throw wrong(
        `the value of ${name} has a line break, another control character or a character beyond Latin-1, or is longer than 8192 characters; ${right}`,
      );
    return { name, value: trimmed };
  };
  const headers = Array.isArray(given)
    ? given.map((line: unknown) => {
        if (typeof line !== 'string') throw wrong(`an item is not a string; ${right}`);
        const colon = line.indexOf(':');
        if (colon === -1) throw wrong(`there is no colon in it; ${right}`);
        return read(line.slice(0, colon), line.slice(colon + 1));
      })
    : isPlainObject(given)
      ? Object.entries(given).map(([name, value]) => read(name, value))
      : [];
  if (!Array.isArray(given) && !isPlainObject(given))
    throw wrong("it is not a list of headers; give an object of names and values, or lines 'NAME: VALUE'");
  const names = headers.map(({ name }) => name.toLowerCase());
  const twice = headers.find(({ name }, index) => names.indexOf(name.toLowerCase()) < index);
  if (twice !== undefined) throw wrong(`${twice.name} is given twice; give it once`);
  if (names.length > 64) throw wrong('there are more than 64 headers; give fewer');
  const api = headers.find(({ name }) => name.toLowerCase() === 'x-apigw-api-id');
  if (api !== undefined && !isApiId(api.value))
    throw wrong(
      'the value of x-apigw-api-id is not an API id: ten lower-case letters and digits, like a1b2c3d4e5',
    );
  return headers;
}

/** The headers as a report keeps them: the values of Host and x-apigw-api-id, and of the others the name alone. */
export function keptHeaders(headers: readonly RequestHeader[]): GivenHeader[] {
  return headers.map(({ name, value }) => ({ field: name, value: isShown(name) ? value : null }));
}

/** Headers whose values servers also write into answers of their own; they do not identify the responder. */
const ORDINARY: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'cache-control', 'content-type', 'pragma'],
]);

/** The values that are removed from what a server answers, because it may repeat them. */
export function secretValues(headers: readonly RequestHeader[]): string[] {
  return headers
    .filter(({ name }) => !isShown(name) && !ORDINARY.has(name.toLowerCase()))
    .map(({ value }) => value);
}

function isShown(name: string): boolean {
  return SHOWN.has(name.toLowerCase());
}

/** What the headers say of the API: its id from x-apigw-api-id or Host, and the name in Host. null: they do not say. */
export function apiInHeaders(headers: readonly RequestHeader[]): {
  apiId: string | null;
  region: string | null;
} {
  const valueIn = (wanted: string) =>
    headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? null;
  const host =
    valueIn('host')
      ?.toLowerCase()
      .replace(/\.?(?::\d+)?$/, '') ?? null;
  const named = host === null ? null : readPrivateName(host);
  return { apiId: named?.apiId ?? valueIn('x-apigw-api-id'), region: named?.region ?? null };
}
