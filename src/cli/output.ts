import { CapabilityError } from '../errors.js';

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
