import { CapabilityError, InvalidInputError } from '../core/errors.js';
import type { ErrorDocument } from '../documents/error.js';
import { startDocument } from '../documents/header.js';
import { exitCodes } from '../documents/terms/exit-code.js';
import { cleanForTerminal } from '../report/text/style.js';

export interface Failure {
  exitCode: number;
  /** For standard error, each ended by a newline. */
  text: string;
  document: ErrorDocument;
}

/** Thrown to a command's work by the first Ctrl-C where nothing could be measured before. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';

  constructor() {
    super('interrupted before anything was measured');
  }
}

/**
 * Puts what a command threw into words. Mistakes take one line; what this host lacks comes with the command that adds
 * it; anything else is a bug of pprobe's own and carries its stack, because whoever mends it needs that.
 */
export function failureOf(error: unknown, header = startDocument('error')): Failure {
  if (error instanceof InvalidInputError) {
    const { message, argument } = error;
    return failure(exitCodes.usage, `pprobe: ${cleanForTerminal(message)}\n`, {
      code: error.code,
      message,
      argument,
    });
  }
  if (error instanceof CapabilityError) {
    const { message, missing, remedy } = error;
    const line = `pprobe: ${cleanForTerminal(message)}\n`;
    const text = remedy === null ? line : `${line}To add it: ${cleanForTerminal(remedy)}\n`;
    return failure(exitCodes.capability, text, { code: error.code, message, missing, remedy });
  }
  if (error instanceof InterruptedError) {
    return failure(exitCodes.interrupted, `pprobe: ${error.message}\n`, {
      code: 'interrupted',
      message: error.message,
    });
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failure(exitCodes.bug, bugText(error, message), { code: 'internal', message });

  function failure(
    exitCode: number,
    text: string,
    body: Pick<ErrorDocument['error'], 'code' | 'message'> & Partial<ErrorDocument['error']>,
  ): Failure {
    const details = { argument: null, missing: null, remedy: null, ...body };
    return { exitCode, text, document: { ...header(), error: details } };
  }
}

function bugText(error: unknown, message: string): string {
  const stack =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [
    `pprobe: this is a bug in pprobe: ${cleanForTerminal(message)}`,
    ...stack.map(cleanLine),
    'pprobe: please report it, with the lines above and the command that led to them',
    '',
  ].join('\n');
}

function cleanLine(line: string): string {
  return `    ${cleanForTerminal(line.trim())}`;
}
