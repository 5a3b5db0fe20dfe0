import { CapabilityError } from '../core/errors.js';
import type { Style } from '../report/text/style.js';

/** The parts of a stream that say how text may look there. */
export interface Screen {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/**
 * How text may look on a stream. Colour only on a terminal that can show it, and not where NO_COLOR is set to anything
 * (no-color.org); marks beyond ASCII where the locale is UTF-8; 80 columns where there is no terminal to ask.
 */
export function styleFor(screen: Screen, env: NodeJS.ProcessEnv): Style {
  const isTerminal = screen.isTTY === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    color: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: (isTerminal && screen.columns) || 80,
    unicode: /utf-?8/i.test(locale),
  };
}

/**
 * Writes text and resolves when the stream has taken all of it, so that nothing is cut off at exit. A reader that has
 * gone (`| head`) wants no more: that is no error, it resolves with false. Throws CapabilityError when the rest of the
 * text has no room.
 */
export function writeText(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error || isBrokenPipe(error)) return resolve(!error);
      const why = 'code' in error ? String(error.code) : error.message;
      reject(
        new CapabilityError('standard output', `cannot write to standard output: ${why}`, null, {
          cause: error,
        }),
      );
    });
  });
}

/** Keeps a stream whose reader has gone from ending the process by its `error` event; `writeText` reports the others. */
export function tolerateErrors(stream: NodeJS.WritableStream): void {
  stream.on('error', () => {});
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
