/**
 * The three things that throw. A closed port, a dead resolver or a rejected certificate is a result, not an error:
 * what throws is bad input, a host that cannot do what was asked, and an abort (which throws the signal's reason).
 */

export type ErrorCode = 'invalid-input' | 'capability';

/** Base of pprobe's own errors. `code` is stable; `instanceof` fails across two copies of the package, `code` does not. */
export abstract class PprobeError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What was asked cannot be asked. The message names the argument, what was given and what would be right. */
export class InvalidInputError extends PprobeError {
  readonly code = 'invalid-input';
  /** The argument or option at fault, as the user knows it: `port`, `--timeout`. */
  readonly argument: string;

  constructor(argument: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.argument = argument;
  }
}

/** This host lacks what the request needs: a privilege, an engine, a file. */
export class CapabilityError extends PprobeError {
  readonly code = 'capability';
  /** What is missing, in field terms: `CAP_NET_RAW`, `raw-socket`, `/etc/resolv.conf`. */
  readonly missing: string;
  /** The command that would add it, or null where there is none. */
  readonly remedy: string | null;

  constructor(missing: string, message: string, remedy: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.missing = missing;
    this.remedy = remedy;
  }
}
