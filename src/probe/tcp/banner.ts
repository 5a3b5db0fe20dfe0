import type { Socket } from 'node:net';
import { elapsedMs } from '../../core/clock.js';
import { startLimits } from '../../core/deadline.js';
import type { TcpAfterOpen } from '../../documents/tcp.js';

/**
 * Octets. A reply line of SMTP has at most 512 (RFC 5321 section 4.5.3.1.5), the version of SSH at most 255 (RFC 4253
 * section 4.2).
 */
const longestBanner = 512;
const newline = 0x0a;

/** What a service did before the client sent anything. */
export interface Watched {
  /** The first line, or the part of it that came; null when nothing came. */
  banner: string | null;
  afterOpen: TcpAfterOpen;
}

/**
 * Watches a connection that opened, without sending anything, until the peer closes or resets it, or for `timeoutMs` since
 * `openMs`, when it was open. Ends early
 * with the first octets, or with the first line where `wantsLine`: a line has at most 512 octets here, without the line ending,
 * decoded as UTF-8; control characters are kept. Always closes the connection.
 */
export function watchConnection(
  socket: Socket,
  {
    openMs,
    timeoutMs,
    wantsLine,
    stop,
  }: { openMs: number; timeoutMs: number; wantsLine: boolean; stop?: AbortSignal | undefined },
): Promise<Watched> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let octets = 0;
    let isOver = false;
    const finish = (end: TcpAfterOpen['end']): void => {
      if (isOver) return;
      isOver = true;
      cancelLimits();
      const afterMs = elapsedMs(openMs);
      socket.destroy();
      const banner = octets === 0 ? null : firstLine(Buffer.concat(pieces));
      resolve({ banner, afterOpen: { end, afterMs } });
    };
    const onOpen = (): void => finish('open');
    // What came since the connection was open is read before this time is over, also where nothing of it is left.
    const leftMs = Math.max(1, timeoutMs - elapsedMs(openMs));
    const cancelLimits = startLimits({ timeoutMs: leftMs, stop }, { onTimeout: onOpen, onStop: onOpen });
    socket.on('data', (chunk: Buffer) => {
      pieces.push(chunk);
      octets += chunk.length;
      if (!wantsLine || octets >= longestBanner || chunk.includes(newline)) finish('open');
    });
    // EPIPE and ECONNABORTED are resets, too.
    socket.on('error', () => finish('reset'));
    socket.on('end', () => finish('closed'));
    socket.on('close', () => finish('closed'));
  });
}

function firstLine(bytes: Buffer): string {
  const end = bytes.indexOf(newline);
  const line = bytes.subarray(0, Math.min(longestBanner, end < 0 ? bytes.length : end));
  return line.toString('utf8').replace(/\r$/, '');
}
