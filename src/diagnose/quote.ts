const LONGEST = 80;

/**
 * Quotes what the user typed for a one-line message: without what follows `?` or `#` and without `user:password@`
 * (messages end up in logs and tickets), control characters replaced, cut to a readable length.
 */
export function quote(input: string): string {
  const shown = withoutSecrets(input).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return `'${shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown}'`;
}

/** Drops query, fragment and the userinfo of an authority. */
export function withoutSecrets(input: string): string {
  const bare = input.replace(/[?#].*$/su, '');
  const authority = /^([a-z][a-z0-9+.-]*:[/\\]*)?([^/\\]*)@/iu;
  return bare.replace(authority, '$1');
}
