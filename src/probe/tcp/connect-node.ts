import { connect, type Socket } from 'node:net';
import { elapsedMs, nowMs } from '../../core/clock.js';
import { startLimits } from '../../core/deadline.js';
import type { TcpAttempt, TcpCause, TcpStatus } from '../../documents/tcp.js';
import { causeOfErrno, statusOfErrno } from '../../documents/terms/errno.js';
import { checkAddress } from '../../net/address/address.js';
import { isForeignSource, sourceNotHere } from '../../net/libc/source.js';
import { type AttemptOptions, asOpened, resetConnection } from './attempt.js';

/**
 * Makes one TCP connection through node:net, where libc cannot be called. The attempt lacks the details of ICMP errors, and
 * its duration includes delays of the event loop. Resolves whatever the result is; rejects with InvalidInputError for a
 * source that is not an address of this host.
 */
export function connectThroughNode(
  address: string,
  port: number,
  { timeoutMs, source, cancel, onOpen }: AttemptOptions,
): Promise<TcpAttempt> {
  return new Promise((resolve, reject) => {
    const family = checkAddress(address);
    const startMs = nowMs();
    // An address needs no race between families, and a process-wide default must not start one.
    const socket = connect({ host: address, port, localAddress: source, autoSelectFamily: false });
    // These are read after connect(2): Node caches the first value, which does not exist before connect(2).
    let localEnd: LocalEnd = unbound;
    let local = false;
    // Node calls connect(2) on the next tick. This callback follows it, while a failed socket still has its local address.
    process.nextTick(() => {
      localEnd = localEndOf(socket);
      local = socket.destroyed;
    });

    const finish = (status: TcpStatus, errno: string | null, cause: TcpCause | null) => {
      const durationMs = elapsedMs(startMs);
      cancelLimits();
      const ended: TcpAttempt = {
        address,
        port,
        status,
        errno,
        local,
        durationMs,
        ...localEnd,
        cause,
        from: status === 'open' || status === 'reset' ? address : null,
        icmp: null,
        retransmits: null,
        neighbour: null,
      };
      const attempt = status === 'reset' && onOpen !== undefined ? asOpened(ended) : ended;
      if (attempt.status === 'open' && onOpen !== undefined) {
        // From now on its errors belong to the new owner.
        socket.off('error', onError);
        const opened = status === 'reset' ? resetConnection() : socket;
        try {
          onOpen(attempt, opened, nowMs());
        } catch (error) {
          opened.destroy();
          reject(error);
        }
      } else socket.destroy();
      resolve(attempt);
    };
    const onError = (error: NodeJS.ErrnoException) => {
      if (source !== undefined && isForeignSource(error)) reject(sourceNotHere(source));
      const errno = error.code ?? 'EIO';
      finish(statusOfErrno(errno, family, local), errno, causeOf(errno, local, address));
    };
    const cancelLimits = startLimits(
      { timeoutMs, stop: cancel?.signal },
      {
        onTimeout: () => finish('timeout', null, 'silence'),
        onStop: () => finish('error', 'ECANCELED', 'canceled'),
      },
    );

    socket.once('connect', () => {
      // Nothing listens: TCP connected the port to itself (simultaneous open), because it was chosen as the local port, too.
      const isItself = socket.localPort === port && socket.localAddress === address;
      if (isItself) finish('refused', 'ECONNREFUSED', 'rst');
      else finish('open', null, 'syn-ack');
    });
    socket.once('error', onError);
  });
}

/**
 * Errnos with several causes that node:net does not distinguish. ECONNREFUSED: a RST, or an ICMP port unreachable of the
 * target, of a router or of this host. EACCES: a `prohibit` route, a security module, or an ICMPv6 prohibition.
 */
const ambiguous = ['ECONNREFUSED', 'EACCES'];

/** null where the errno has several causes. An EINVAL of connect(2) that is not about a zone is a `blackhole` route. */
function causeOf(errno: string, isImmediate: boolean, address: string): TcpCause | null {
  if (ambiguous.includes(errno)) return null;
  const routeErrno = errno === 'EINVAL' ? errno : null;
  return causeOfErrno({ errno, isImmediate, routeErrno }, address);
}

type LocalEnd = Pick<TcpAttempt, 'localAddress' | 'localPort'>;

const unbound: LocalEnd = { localAddress: null, localPort: null };

function localEndOf(socket: Socket): LocalEnd {
  return { localAddress: socket.localAddress ?? null, localPort: socket.localPort ?? null };
}
