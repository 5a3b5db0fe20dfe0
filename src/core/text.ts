import { servicePort } from './service-names.js';

/** The most characters of a user's text that a message quotes. */
const maxQuoted = 80;

/**
 * Quotes a text for a message of one line: in double quotes, truncated if it is long, with control characters, line
 * separators and direction marks escaped.
 */
export function quoted(text: string): string {
  const shown = text.length > maxQuoted ? `${text.slice(0, maxQuoted - 1)}…` : text;
  return JSON.stringify(shown).replaceAll(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Joins items for a sentence: `a`, `a and b`, `a, b and c`; with more than `most` items, `a, b and 5 more`. */
export function list(items: readonly string[], most = 6): string {
  const shown =
    items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : [...items];
  const last = shown.pop() ?? 'none';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** A number and its noun: `1 address`, `3 addresses`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** All of several things as the subject of a sentence: `Both reports`, `All 3 reports`. */
export function allOf(n: number, many: string): string {
  return n === 2 ? `Both ${many}` : `All ${n} ${many}`;
}

/** A duration in milliseconds, rounded for a reader: `3 s`, `1.2 s`, `24 ms`, `0.4 ms`, `0.04 ms`. */
export function duration(ms: number): string {
  if (ms >= 9_950) return `${Math.round(ms / 1000)} s`;
  if (ms >= 999.5) return `${trimmed(ms / 1000)} s`;
  if (ms >= 9.95) return `${Math.round(ms)} ms`;
  // Connections within one host take this long. A measured duration is never printed as 0.
  if (ms > 0 && ms < 0.095) return `${Math.max(0.01, ms).toFixed(2)} ms`;
  return `${trimmed(ms)} ms`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

/** An excerpt of a remote text: one line of at most `most` characters. */
export function excerpt(text: string, most = 200): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** Quotes a target for a message, without its secrets: messages end up in logs and tickets. */
export function quotedTarget(input: string): string {
  return quoted(withoutSecrets(input));
}

/**
 * Removes the query, the fragment and the user information (`user:password@`) from a URL, a `host:port`, or a reference
 * relative to a URL, such as the value of a Location header. Where a password may have a `/`, `?`, `#` or `@`, what follows the
 * scheme is left out: which `@` ends the password is not known.
 */
export function withoutSecrets(input: string): string {
  const { scheme, authority, rest } = takeUrlApart(input);
  if (isPasswordCut(authority, rest)) return `${scheme}…`;
  return `${scheme}${authority.replace(/^.*@/su, '')}${rest.replace(/[?#].*$/su, '')}`;
}

/** Whether a URL, or a `host:port`, has user information, also where its password has a `/`, `?`, `#` or `@`. */
export function hasUserInformation(input: string): boolean {
  const { authority, rest } = takeUrlApart(input);
  return authority.includes('@') || isPasswordCut(authority, rest);
}

function takeUrlApart(input: string): { scheme: string; authority: string; rest: string } {
  const [, scheme = '', behind = ''] = /^((?:[a-z][a-z0-9+.-]*:[/\\]+|[/\\]{2,})?)(.*)$/isu.exec(input) ?? [];
  const authority = /^[^/\\?#]*/u.exec(behind)?.[0] ?? '';
  return { scheme, authority, rest: behind.slice(authority.length) };
}

/**
 * Whether the authority, which ends at the first `/`, `?` or `#` (RFC 3986 section 3.2), is the beginning of a password that was
 * not percent-encoded: an `@` follows, and the authority has user information already, or ends in what is no port.
 */
function isPasswordCut(authority: string, rest: string): boolean {
  if (!rest.includes('@')) return false;
  if (authority.includes('@')) return true;
  const [, behindColon] = /^(?:\[[^\]]*\]|[^:[]*):(.*)$/su.exec(authority) ?? [];
  if (behindColon === undefined || /^\d{1,5}$/u.test(behindColon) || servicePort(behindColon) !== null)
    return false;
  return !/^[\da-f]*:[\da-f:]*:[\da-f]*$/iu.test(authority);
}

/** A message in which every URL has lost its query, its fragment and its user information: messages end up in logs and tickets. */
export function withoutUrlSecrets(message: string): string {
  return message.replace(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]*/gi, withoutSecrets);
}

/** A shorter part of a password is not masked: it occurs in words of the message. */
const shortestMasked = 4;

/**
 * A message about a text that a user gave, without the user information of the URL in that text. The message can quote any part of
 * the text, because a text is split at commas, spaces, `#` or `=` before its parts are read. Every text between `://` and the last
 * `@` that has a colon counts as user information, because a password can also look like a port with a path.
 */
export function withoutPasswordsOf(given: string, message: string): string {
  const start = given.indexOf('://');
  const userInformation =
    start < 0 ? '' : given.slice(start + 3, Math.max(start + 3, given.lastIndexOf('@')));
  if (!userInformation.includes(':')) return message;
  const secret = userInformation.toLowerCase();
  let masked = '';
  for (let at = 0; at < message.length; ) {
    let length = 0;
    const isPart = (size: number): boolean =>
      at + size <= message.length && secret.includes(message.slice(at, at + size).toLowerCase());
    if (isPart(shortestMasked)) for (length = shortestMasked; isPart(length + 1); ) length++;
    masked += length === 0 ? message.charAt(at) : '…';
    at += Math.max(1, length);
  }
  return masked;
}

/** The text with its first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
