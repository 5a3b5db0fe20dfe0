import { familyOf } from '../../address/family.js';
import { giveUpAt, type Limits } from '../../give-up.js';
import { type Libc, loadLibc } from '../../libc/load.js';
import { poller } from '../../libc/poller.js';
import { SystemCallError } from '../../libc/system-call-error.js';
import { TcpSocket } from '../../libc/tcp-socket.js';

/** Where to connect, and from where. */
export interface ConnectPlace {
  address: string;
  port: number;
  source?: string | undefined;
}

/**
 * A TCP connection made through libc, for what Node's sockets do not offer: `prepare` sets options before it is opened.
 * null when it does not open, whatever the reason. The caller closes it.
 *
 * @throws CapabilityError where libc cannot be called; the reason of `limits.signal`.
 */
export async function connectPrepared(
  { address, port, source }: ConnectPlace,
  limits: Limits,
  prepare: (socket: TcpSocket) => void,
): Promise<TcpSocket | null> {
  const libc = await loadLibc();
  limits.signal?.throwIfAborted();
  if (limits.stop?.aborted) return null;
  let socket: TcpSocket | null = null;
  let isOpen = false;
  try {
    socket = new TcpSocket(libc, familyOf(address) === 6 ? 6 : 4);
    prepare(socket);
    if (source !== undefined) socket.bind({ address: source, port: 0 });
    socket.connect({ address, port });
    isOpen = await opens(libc, socket, limits);
    return isOpen ? socket : null;
  } catch (error) {
    if (error instanceof SystemCallError) return null;
    throw error;
  } finally {
    if (!isOpen) socket?.close();
  }
}

/** Whether it opens within the limits. */
function opens(libc: Libc, socket: TcpSocket, limits: Limits): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      stopWatching();
      callOff();
    };
    const settle = (isOpen: boolean): void => {
      over();
      resolve(isOpen);
    };
    const stopWatching = poller(libc).add(socket.fd, 'output', () => settle(isConnected(socket)));
    const callOff = giveUpAt(limits, {
      onTimeout: () => settle(false),
      onStop: () => settle(false),
      onAbort: (reason) => {
        over();
        reject(reason);
      },
    });
  });
}

function isConnected(socket: TcpSocket): boolean {
  try {
    return socket.takeError() === null;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}
