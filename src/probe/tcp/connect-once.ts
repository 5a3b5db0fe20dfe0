import { connect, type Socket } from 'node:net';
import { elapsedMs, nowMs } from '../../clock.js';
import { checkAddress, isForeignSource, sourceNotHere } from './check-input.js';
import { classifyErrno } from './classify-errno.js';
import { giveUpAt } from './give-up.js';
import type { TcpAttempt, TcpStatus } from './types.js';

export interface ConnectOnceOptions {
  /** Our own patience in milliseconds; the kernel's is about 127 s. */
  timeoutMs: number;
  /** The local address to bind to. */
  source?: string | undefined;
  /** Give up now: the attempt resolves as `error`, ECANCELED. */
  cancel?: AbortSignal | undefined;
  /** Takes over a connection that opened, before the attempt resolves; left out, it is closed. */
  onOpen?: ((attempt: TcpAttempt, socket: Socket) => void) | undefined;
}

/**
 * One TCP connection to one address, closed as soon as it stands unless `onOpen` takes it. Resolves whatever becomes of it. Rejects
 * only with InvalidInputError, for what is no address or a source that is not this host's.
 */
export function connectOnce(address: string, port: number, options: ConnectOnceOptions): Promise<TcpAttempt> {
  const { timeoutMs, source, cancel, onOpen } = options;
  return new Promise((resolve, reject) => {
    const family = checkAddress(address);
    const startMs = nowMs();
    if (cancel?.aborted) {
      resolve(unsentAttempt(address, port, 'ECANCELED', startMs));
      return;
    }
    // A literal is never raced against other addresses, but a process-wide default must not decide that.
    const socket = connect({ host: address, port, localAddress: source, autoSelectFamily: false });
    // Not asked yet: Node remembers the first answer, and there is none before connect(2).
    let localEnd: LocalEnd = unbound;
    let local = false;
    // Node calls connect(2) on the next tick and this runs right after it, while the socket still knows its
    // local end.
    process.nextTick(() => {
      localEnd = localEndOf(socket);
      local = socket.destroyed;
    });

    const finish = (status: TcpStatus, errno: string | null) => {
      const durationMs = elapsedMs(startMs);
      callOff();
      const attempt = { address, port, status, errno, local, durationMs, ...localEnd };
      if (status === 'open' && onOpen !== undefined) {
        // Its errors are its new owner's from here on.
        socket.off('error', onError);
        onOpen(attempt, socket);
      } else socket.destroy();
      resolve(attempt);
    };
    const onError = (error: NodeJS.ErrnoException) => {
      if (source !== undefined && isForeignSource(error)) reject(sourceNotHere(source));
      const errno = error.code ?? 'EIO';
      finish(classifyErrno(errno, family, local), errno);
    };
    const callOff = giveUpAt(
      { timeoutMs, stop: cancel },
      { onTimeout: () => finish('timeout', null), onStop: () => finish('error', 'ECANCELED') },
    );

    socket.once('connect', () => finish('open', null));
    socket.once('error', onError);
  });
}

/** An attempt that ended before any packet was sent. */
export function unsentAttempt(address: string, port: number, errno: string, startMs: number): TcpAttempt {
  const durationMs = elapsedMs(startMs);
  return {
    address,
    port,
    status: 'error',
    errno,
    local: false,
    durationMs,
    localAddress: null,
    localPort: null,
  };
}

type LocalEnd = Pick<TcpAttempt, 'localAddress' | 'localPort'>;

const unbound: LocalEnd = { localAddress: null, localPort: null };

function localEndOf(socket: Socket): LocalEnd {
  return { localAddress: socket.localAddress ?? null, localPort: socket.localPort ?? null };
}
