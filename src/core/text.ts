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
 * relative to a URL, such as the value of a Location header.
 */
export function withoutSecrets(input: string): string {
  const bare = input.replace(/[?#].*$/su, '');
  const authority = /^([a-z][a-z0-9+.-]*:[/\\]+|[/\\]{2,})?[^/\\]*@/iu;
  return bare.replace(authority, '$1');
}

/** A message in which every URL has lost its query, its fragment and its user information: messages end up in logs and tickets. */
export function withoutUrlSecrets(message: string): string {
  return message.replace(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]*/gi, withoutSecrets);
}

/** The text with its first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
