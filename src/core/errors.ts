/**
 * The errors of the public API: invalid input, a capability that this host lacks, and an abort, which throws the signal's
 * reason. A closed port, a dead resolver or a rejected certificate is a result and not an error.
 */

export type ErrorCode = 'invalid-input' | 'capability';

/** Gives a class the name that programs compare with: the package's code is minified, and so are the names of its classes. */
function named(of: abstract new (...of: never) => PprobeError, name: string): void {
  Object.defineProperty(of, 'name', { value: name });
}

/** The base of pprobe's errors. `code` is stable and, unlike `instanceof`, works across two copies of the package. */
export abstract class PprobeError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An argument or option is invalid. The message names it, the value given and what to give instead. */
export class InvalidInputError extends PprobeError {
  static {
    named(InvalidInputError, 'InvalidInputError');
  }
  readonly code = 'invalid-input';
  /** The invalid argument or option as the user knows it: `port`, `--timeout`. */
  readonly argument: string;

  constructor(argument: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.argument = argument;
  }
}

/** This host lacks something that the request needs: a privilege, an engine, a file. */
export class CapabilityError extends PprobeError {
  static {
    named(CapabilityError, 'CapabilityError');
  }
  readonly code = 'capability';
  /** What is missing: `CAP_NET_RAW`, `raw-socket`, `/etc/resolv.conf`. */
  readonly missing: string;
  /** A command that adds it; null if no command does. */
  readonly remedy: string | null;

  constructor(missing: string, message: string, remedy: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.missing = missing;
    this.remedy = remedy;
  }
}
