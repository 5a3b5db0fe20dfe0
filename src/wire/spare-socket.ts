import type { Libc } from '../libc/load.js';
import { TcpSocket } from '../libc/tcp-socket.js';

/**
 * One socket of each family whose connection was refused on the spot. Linux lets it connect again, from another port: of
 * refused attempts that follow each other, making, preparing and closing a socket would be half of the work (measured over
 * loopback). It is closed at the end of the event loop's turn, so that nobody has to know of it.
 */
const spares = new Map<4 | 6, TcpSocket>();
let isToClose = false;

/** A socket ready to connect, ICMP errors to its queue; its caller's until it is closed or given to `spare`. */
export function takeSocket(libc: Libc, family: 4 | 6): TcpSocket {
  const known = spares.get(family);
  spares.delete(family);
  if (known !== undefined) return known;
  const socket = new TcpSocket(libc, family);
  socket.queueErrors();
  return socket;
}

/** Takes back a socket that was not bound, and whose `connectState` has told an errno; its error queue is empty. */
export function spare(socket: TcpSocket, family: 4 | 6): void {
  if (spares.has(family)) socket.close();
  else spares.set(family, socket);
  if (!isToClose) setImmediate(closeAll);
  isToClose = true;
}

function closeAll(): void {
  isToClose = false;
  for (const socket of spares.values()) socket.close();
  spares.clear();
}
