import { InvalidInputError } from '../../core/errors.js';

/**
 * Reports whether an error of Node or libc says that bind(2) refused the source address. EINVAL means a link-local IPv6
 * address whose zone is not an interface of this host. EADDRNOTAVAIL from connect(2) means that no port is free.
 */
export function isForeignSource(error: unknown): boolean {
  if (!(error instanceof Error) || !('syscall' in error && 'code' in error)) return false;
  return error.syscall === 'bind' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EINVAL');
}

/** The error to throw if bind(2) refused the source, because it is not an address of this host. */
export function sourceNotHere(source: string): InvalidInputError {
  return new InvalidInputError(
    'source',
    `source: ${source} is not an address of this host; give one that \`ip address\` lists`,
  );
}
