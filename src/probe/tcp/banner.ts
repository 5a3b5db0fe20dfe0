import type { Socket } from 'node:net';
import { startLimits } from '../../core/deadline.js';

/**
 * Octets. A reply line of SMTP has at most 512 (RFC 5321 section 4.5.3.1.5), the version of SSH at most 255 (RFC 4253
 * section 4.2).
 */
const longestBanner = 512;
const newline = 0x0a;

/**
 * Reads the first line that a service sends before the client sends anything, without the line ending: at most 512 octets,
 * decoded as UTF-8. Control characters are kept. Resolves with null if nothing arrives within `timeoutMs`. Always closes
 * the connection.
 */
export function readBanner(
  socket: Socket,
  { timeoutMs, stop }: { timeoutMs: number; stop?: AbortSignal | undefined },
): Promise<string | null> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let octets = 0;
    const finish = (): void => {
      cancelLimits();
      socket.destroy();
      resolve(octets === 0 ? null : firstLine(Buffer.concat(pieces)));
    };
    const cancelLimits = startLimits({ timeoutMs, stop }, { onTimeout: finish, onStop: finish });
    socket.on('data', (chunk: Buffer) => {
      pieces.push(chunk);
      octets += chunk.length;
      if (octets >= longestBanner || chunk.includes(newline)) finish();
    });
    socket.on('error', () => {});
    // Node also emits this after the peer's FIN, because it then closes this side too.
    socket.on('close', finish);
  });
}

function firstLine(bytes: Buffer): string {
  const end = bytes.indexOf(newline);
  const line = bytes.subarray(0, Math.min(longestBanner, end < 0 ? bytes.length : end));
  return line.toString('utf8').replace(/\r$/, '');
}
