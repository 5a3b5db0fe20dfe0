import { Socket } from 'node:net';
import { roundMs } from '../../core/clock.js';
import { giveUpAt } from '../../core/deadline.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { TcpAttempt } from '../../documents/tcp.js';
import { isForeignSource, sourceNotHere } from '../../host/source.js';
import { familyOf } from '../../net/address/address.js';
import type { Libc } from '../../net/libc/load.js';
import { type ConnectEnd, type RunningConnect, startConnect } from '../../net/wire/connect-attempt.js';
import type { ConnectOnceOptions } from './connect-once.js';
import { judgeEnd } from './outcome.js';

/**
 * One TCP connection through libc, whose error queue tells ICMP errors and their senders apart. Gives the attempt whatever
 * becomes of it, without a promise where it ended at once; throws InvalidInputError for a source that is not this host's.
 */
export function connectThroughLibc(
  libc: Libc,
  address: string,
  port: number,
  { timeoutMs, source, cancel, onOpen }: ConnectOnceOptions,
): MaybePromise<TcpAttempt> {
  const state: {
    attempt: TcpAttempt | null;
    isCanceled: boolean;
    settle: (attempt: TcpAttempt) => void;
    /** null as long as there is a caller to throw to. */
    fail: ((error: unknown) => void) | null;
  } = { attempt: null, isCanceled: false, settle: () => {}, fail: null };
  const onEnd = (end: ConnectEnd): void => {
    const attempt = attemptOf(end, address, port, state.isCanceled);
    state.attempt = attempt;
    const { socket } = end;
    if (socket !== null && onOpen !== undefined) {
      const opened = new Socket({ fd: socket.release() });
      try {
        onOpen(attempt, opened);
      } catch (error) {
        opened.destroy();
        if (state.fail === null) throw error;
        state.fail(error);
      }
    } else socket?.close();
    state.settle(attempt);
  };
  const running = start();
  if (state.attempt !== null) return state.attempt;
  return new Promise((resolve, reject) => {
    const onStop = (): void => {
      state.isCanceled = true;
      running.giveUp();
    };
    const limits = { timeoutMs, stop: cancel?.signal };
    const callOff = giveUpAt(limits, { onTimeout: () => running.giveUp(), onStop });
    state.settle = (attempt) => {
      callOff();
      resolve(attempt);
    };
    state.fail = reject;
  });

  function start(): RunningConnect {
    try {
      return startConnect(libc, { address, port, source: source ?? null }, onEnd);
    } catch (error) {
      throw source !== undefined && isForeignSource(error) ? sourceNotHere(source) : error;
    }
  }
}

function attemptOf(end: ConnectEnd, address: string, port: number, isCanceled: boolean): TcpAttempt {
  const { localAddress, localPort, retransmits } = end;
  const isCut = isCanceled && end.end === 'given-up';
  const judged = isCut ? withoutResult : judgeEnd(end, address, familyOf(address) === 6 ? 6 : 4);
  return {
    address,
    port,
    status: judged.status,
    errno: isCut ? 'ECANCELED' : symbolic(end.errno),
    local: judged.local,
    durationMs: roundMs(end.durationMs),
    localAddress,
    localPort,
    cause: judged.cause,
    from: judged.from,
    icmp: judged.icmp,
    retransmits,
    neighbour: judged.neighbour,
  };
}

const withoutResult = {
  status: 'error',
  local: false,
  cause: 'canceled',
  from: null,
  icmp: null,
  neighbour: null,
} as const;

/** `errno 524` is how a number without a name is put; a symbol has no space. */
function symbolic(errno: string | null): string | null {
  return errno?.startsWith('errno ') ? errno.replace('errno ', 'E') : errno;
}
