import type { Socket } from 'node:net';
import { giveUpAt } from '../../core/deadline.js';

/** SMTP allows 512 octets for a reply line (RFC 5321 section 4.5.3.1.5), SSH 255 for its version (RFC 4253 section 4.2). */
const longestBanner = 512;
const newline = 0x0a;

/**
 * The first line that a service sends on its own, without its end: at most 512 octets, read as UTF-8, otherwise as they
 * came. null when nothing comes in time. Ends the connection, whatever happens.
 */
export function readBanner(
  socket: Socket,
  { timeoutMs, stop }: { timeoutMs: number; stop?: AbortSignal | undefined },
): Promise<string | null> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let octets = 0;
    const finish = (): void => {
      callOff();
      socket.destroy();
      resolve(octets === 0 ? null : firstLine(Buffer.concat(pieces)));
    };
    const callOff = giveUpAt({ timeoutMs, stop }, { onTimeout: finish, onStop: finish });
    socket.on('data', (chunk: Buffer) => {
      pieces.push(chunk);
      octets += chunk.length;
      if (octets >= longestBanner || chunk.includes(newline)) finish();
    });
    socket.on('error', () => {});
    // Also when the peer has sent its end: Node then closes ours, too.
    socket.on('close', finish);
  });
}

function firstLine(bytes: Buffer): string {
  const end = bytes.indexOf(newline);
  const line = bytes.subarray(0, Math.min(longestBanner, end < 0 ? bytes.length : end));
  return line.toString('utf8').replace(/\r$/, '');
}
