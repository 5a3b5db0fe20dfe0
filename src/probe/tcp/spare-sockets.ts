import type { Libc } from '../../net/libc/load.js';
import { TcpSocket } from '../../net/libc/tcp-socket.js';

/**
 * One socket of each family whose connection was refused at once. Linux allows it to connect again, from another port.
 * Creating, preparing and closing a socket is half of the work of a refused attempt (measured over loopback). The socket is
 * closed at the end of the event loop's turn.
 */
const spares = new Map<4 | 6, TcpSocket>();
let isClosingPlanned = false;

/** A socket that queues ICMP errors, ready to connect. The caller closes it or passes it to keepForReuse(). */
export function preparedSocket(libc: Libc, family: 4 | 6): TcpSocket {
  const known = spares.get(family);
  spares.delete(family);
  if (known !== undefined) return known;
  const socket = new TcpSocket(libc, family);
  socket.queueErrors();
  return socket;
}

/** Takes a socket that was never bound, whose `connectState` returned an errno, and whose error queue is empty. */
export function keepForReuse(socket: TcpSocket, family: 4 | 6): void {
  if (spares.has(family)) socket.close();
  else spares.set(family, socket);
  if (!isClosingPlanned) setImmediate(closeAll);
  isClosingPlanned = true;
}

function closeAll(): void {
  isClosingPlanned = false;
  for (const socket of spares.values()) socket.close();
  spares.clear();
}
