import { nowMs } from '../../clock.js';
import type { Libc } from '../../libc/load.js';
import { poller } from '../../libc/poller.js';
import { realtimeNs } from '../../libc/realtime.js';
import { UdpSocket } from '../../libc/udp-socket.js';
import type { OpenDatagrams } from './datagrams.js';

/** A full socket buffer is looked at again after so long. */
const retryMs = 1;
/** Read in one go; what is left makes the socket ready again, behind all others. */
const stampedAtOnce = 16;

/** Through libc: many datagrams by one system call, or, where it is to be `exact`, each with the moment it came. */
export function throughLibc(libc: Libc, exact: boolean): OpenDatagrams {
  return (server, source, { onConnected, onMessage, onError }) => {
    let socket: UdpSocket | null = null;
    let unwatch: (() => void) | null = null;
    let retry: NodeJS.Timeout | undefined;
    const receiveMany = (): void => {
      const atMs = nowMs();
      for (const message of socket?.receive() ?? []) onMessage(message, atMs);
    };
    const receiveStamped = (): void => {
      for (let count = 0; count < stampedAtOnce; count++) {
        const datagram = socket?.receiveStamped() ?? null;
        if (datagram === null) return;
        onMessage(datagram.message, nowMs() - latenessMs(libc, datagram.receivedAtNs));
      }
    };
    const receive = (): void => {
      try {
        if (exact) receiveStamped();
        else receiveMany();
      } catch (error) {
        onError(asError(error));
      }
    };
    const send = (messages: readonly Buffer[]): void => {
      try {
        let left = messages;
        while (left.length > 0) {
          const sent = socket?.send(left) ?? 0;
          left = left.slice(sent);
          if (sent === 0) break;
        }
        if (left.length > 0 && socket !== null) retry = setTimeout(send, retryMs, left);
      } catch (error) {
        onError(asError(error));
      }
    };
    const open = (): void => {
      try {
        socket = new UdpSocket(libc, server, source);
        if (exact) socket.stamp();
        unwatch = poller(libc).add(socket.fd, 'input', receive);
        onConnected();
      } catch (error) {
        onError(asError(error));
      }
    };
    const opening = setImmediate(open);
    return {
      send,
      close: () => {
        clearImmediate(opening);
        clearTimeout(retry);
        unwatch?.();
        socket?.close();
        socket = null;
      },
    };
  };
}

/** How long ago the kernel received what is read now. A clock that was set meanwhile makes nothing come from the future. */
function latenessMs(libc: Libc, receivedAtNs: bigint | null): number {
  return receivedAtNs === null ? 0 : Math.max(0, Number(realtimeNs(libc) - receivedAtNs) / 1e6);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
