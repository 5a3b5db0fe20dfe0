import { closeSync } from 'node:fs';
import { CapabilityError } from '../core/errors.js';
import type { Style } from '../report/text/style.js';

/** The properties of a stream that say what it can show. */
export interface Screen {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
}

/**
 * The style of text on a stream. Colour needs a terminal that supports it, and NO_COLOR unset or empty (no-color.org).
 * Characters beyond ASCII need a UTF-8 locale (locale(7)). The width is 80 columns if the stream is not a terminal.
 */
export function styleFor(screen: Screen, env: NodeJS.ProcessEnv): Style {
  const isTerminal = screen.isTTY === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    color: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: (isTerminal && screen.columns) || 80,
    ...(isTerminal && screen.rows ? { rows: screen.rows } : {}),
    unicode: /utf-?8/i.test(locale),
  };
}

/**
 * Writes text and resolves with true when the stream has accepted all of it, so that nothing is lost at exit. Resolves with
 * false if the reader of a pipe has gone (`| head`), or the terminal. Rejects with CapabilityError for any other failure, such as a full disk.
 */
export function writeText(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error || isBrokenPipe(error) || isGoneTerminal(stream, error)) return resolve(!error);
      const why = 'code' in error ? String(error.code) : error.message;
      reject(
        new CapabilityError('standard output', `cannot write to standard output: ${why}`, null, {
          cause: error,
        }),
      );
    });
  });
}

/**
 * Ignores the `error` events of a stream, which would end the process. `writeText` reports the errors. EIO says that the terminal
 * has gone (tty_ioctl(4)).
 */
export function tolerateErrors(stream: NodeJS.WritableStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO') leaveTerminalAtExit();
  });
}

let leavesTerminal = false;

/**
 * Closes standard input and both outputs when the process exits. Node restores the modes of a terminal at exit and aborts where it
 * cannot, which is so when the terminal has gone; a closed descriptor it leaves alone (node::ResetStdio).
 */
export function leaveTerminalAtExit(): void {
  if (leavesTerminal) return;
  leavesTerminal = true;
  process.once('exit', () => {
    for (const fd of [0, 1, 2]) closeQuietly(fd);
  });
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was closed before.
  }
}

/** Of a file, EIO is a failing disk. */
function isGoneTerminal(stream: NodeJS.WritableStream & Screen, error: Error): boolean {
  return stream.isTTY === true && 'code' in error && error.code === 'EIO';
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
