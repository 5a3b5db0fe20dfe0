import { quoted } from '../quoted.js';

/**
 * Quotes a target for a message: without what follows `?` or `#` and without `user:password@`, since messages end up in
 * logs and tickets.
 */
export function quote(input: string): string {
  return quoted(withoutSecrets(input));
}

/** Drops query, fragment and the userinfo of an authority. */
export function withoutSecrets(input: string): string {
  const bare = input.replace(/[?#].*$/su, '');
  const authority = /^([a-z][a-z0-9+.-]*:[/\\]*)?([^/\\]*)@/iu;
  return bare.replace(authority, '$1');
}
