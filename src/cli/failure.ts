import { createRequire } from 'node:module';
import { CapabilityError, InvalidInputError } from '../core/errors.js';
import { withoutPasswordsOf, withoutUrlSecrets } from '../core/text.js';
import type { ErrorDocument } from '../documents/error.js';
import { startDocument } from '../documents/header.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import { cleanForTerminal } from '../report/text/style.js';

export interface Failure {
  exitCode: number;
  /** For standard error: one or more lines, each ended by a newline. */
  text: string;
  document: ErrorDocument;
}

/** Ends a run that was interrupted, or whose time was over, without a result. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';

  constructor(
    message = 'interrupted before anything was measured',
    readonly exitCode: number = exitCodes.interrupted,
  ) {
    super(message);
  }
}

/**
 * Describes what a command threw. InvalidInputError takes one line. CapabilityError has a second line if a command adds what
 * is missing. Anything else is a bug of pprobe and is printed with its stack. A URL in `argv` can have a password, and no message has
 * a part of it.
 */
export function failureOf(
  error: unknown,
  header = startDocument('error'),
  argv: readonly string[] = [],
): Failure {
  const cleaned = (message: string): string =>
    argv.reduce((text, word) => withoutPasswordsOf(word, text), withoutUrlSecrets(message));
  if (error instanceof InvalidInputError) {
    const argument = cleaned(error.argument);
    const message = cleaned(error.message);
    return failure(exitCodes.usage, `pprobe: ${cleanForTerminal(message)}\n`, {
      code: error.code,
      message,
      argument,
    });
  }
  if (error instanceof CapabilityError) {
    const { remedy } = error;
    const [message, missing] = [cleaned(error.message), cleaned(error.missing)];
    const line = `pprobe: ${cleanForTerminal(message)}\n`;
    const text = remedy === null ? line : `${line}To add it: ${cleanForTerminal(remedy)}\n`;
    return failure(exitCodes.capability, text, { code: error.code, message, missing, remedy });
  }
  if (error instanceof InterruptedError) {
    return failure(error.exitCode, `pprobe: ${error.message}\n`, {
      code: 'interrupted',
      message: error.message,
    });
  }
  const message = cleaned(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  return failure(exitCodes.bug, bugText(error, message, cleaned), { code: 'internal', message });

  function failure(
    exitCode: number,
    text: string,
    body: Pick<ErrorDocument['error'], 'code' | 'message'> & Partial<ErrorDocument['error']>,
  ): Failure {
    const details = { argument: null, missing: null, remedy: null, ...body };
    return { exitCode, text, document: { ...header(), error: details } };
  }
}

function bugText(error: unknown, message: string, cleaned: (line: string) => string): string {
  const stack =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [
    `pprobe: this is a bug in pprobe: ${cleanForTerminal(message)}`,
    // A message of several lines can have a line that looks like one of the stack.
    ...stack.map((line) => `    ${cleanForTerminal(cleaned(line.trim()))}`),
    `pprobe: please report it ${addressee(manifest())}, with the lines above and the command line`,
    '',
  ].join('\n');
}

/** The members of package.json that say where a bug is reported. */
interface Manifest {
  bugs?: string | { url?: string; email?: string };
  homepage?: string;
}

/** Where to report a bug, for a message: `at https://…` or `to name@…`, from package.json. */
export function addressee({ bugs, homepage }: Manifest): string {
  const { url, email } = typeof bugs === 'object' ? bugs : { url: bugs };
  const address = url ?? homepage;
  if (address !== undefined) return `at ${cleanForTerminal(address)}`;
  return email === undefined ? 'to those who gave you pprobe' : `to ${cleanForTerminal(email)}`;
}

/** package.json is two levels above both this file and the bundles in dist/bin. */
function manifest(): Manifest {
  try {
    return createRequire(import.meta.url)('../../package.json');
  } catch {
    return {};
  }
}
