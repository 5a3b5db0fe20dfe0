import { connect, type Socket } from 'node:net';
import { checkAddress } from '../../core/check-options.js';
import { elapsedMs, nowMs } from '../../core/clock.js';
import { giveUpAt } from '../../core/deadline.js';
import type { TcpAttempt, TcpCause, TcpStatus } from '../../documents/tcp.js';
import { causeOfErrno, statusOfErrno } from '../../documents/terms/errno.js';
import { isForeignSource, sourceNotHere } from '../../host/source.js';
import type { ConnectOnceOptions } from './connect-once.js';

/**
 * One TCP connection through node:net, where libc cannot be called: the same results, without what an ICMP error says and
 * with the event loop's delay in the times. Resolves whatever becomes of it; rejects with InvalidInputError for a source
 * that is not this host's.
 */
export function connectThroughNode(
  address: string,
  port: number,
  { timeoutMs, source, cancel, onOpen }: ConnectOnceOptions,
): Promise<TcpAttempt> {
  return new Promise((resolve, reject) => {
    const family = checkAddress(address);
    const startMs = nowMs();
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

    const finish = (status: TcpStatus, errno: string | null, cause: TcpCause | null) => {
      const durationMs = elapsedMs(startMs);
      callOff();
      const from = ['open', 'reset'].includes(status) ? address : null;
      const unseen = { icmp: null, retransmits: null, neighbour: null };
      const attempt = {
        address,
        port,
        status,
        errno,
        local,
        durationMs,
        ...localEnd,
        cause,
        from,
        ...unseen,
      };
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
      const cause = causeOfErrno({ errno, isImmediate: local, routeErrno: null }, address);
      finish(statusOfErrno(errno, family, local), errno, ambiguous.includes(errno) ? null : cause);
    };
    const callOff = giveUpAt(
      { timeoutMs, stop: cancel?.signal },
      {
        onTimeout: () => finish('timeout', null, 'silence'),
        onStop: () => finish('error', 'ECANCELED', 'canceled'),
      },
    );

    socket.once('connect', () => finish('open', null, 'syn-ack'));
    socket.once('error', onError);
  });
}

/** RST or ICMP port-unreachable; `prohibit` route, security module or ICMPv6 prohibition: it cannot be seen from here. */
const ambiguous = ['ECONNREFUSED', 'EACCES'];

type LocalEnd = Pick<TcpAttempt, 'localAddress' | 'localPort'>;

const unbound: LocalEnd = { localAddress: null, localPort: null };

function localEndOf(socket: Socket): LocalEnd {
  return { localAddress: socket.localAddress ?? null, localPort: socket.localPort ?? null };
}
