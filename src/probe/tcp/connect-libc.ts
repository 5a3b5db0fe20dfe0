import { Socket } from 'node:net';
import { familyOf } from '../../address/family.js';
import { roundMs } from '../../clock.js';
import { isForeignSource, sourceNotHere } from '../../host/source.js';
import type { Libc } from '../../libc/load.js';
import { type ConnectEnd, startConnect } from '../../wire/connect-attempt.js';
import type { ConnectOnceOptions } from './connect-once.js';
import { giveUpAt } from './give-up.js';
import { judgeEnd } from './judge-end.js';
import type { TcpAttempt } from './types.js';

/**
 * One TCP connection through libc, whose error queue tells ICMP errors and their senders apart. Resolves whatever becomes
 * of it; rejects with InvalidInputError for a source that is not this host's.
 */
export function connectThroughLibc(
  libc: Libc,
  address: string,
  port: number,
  { timeoutMs, source, cancel, onOpen }: ConnectOnceOptions,
): Promise<TcpAttempt> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    let isStarting = true;
    let isCanceled = false;
    let callOff = () => {};
    const onEnd = (end: ConnectEnd): void => {
      isOver = true;
      callOff();
      const attempt = isCanceled && end.end === 'given-up' ? canceled(end) : ended(end);
      const { socket } = end;
      if (socket !== null && onOpen !== undefined) onOpen(attempt, new Socket({ fd: socket.release() }));
      else socket?.close();
      // Answers over loopback come without a wait, and thousands of them would leave the event loop no turn.
      if (isStarting && ++atOnce % mostWithoutTurn === 0) setImmediate(resolve, attempt);
      else resolve(attempt);
    };
    const where = { address, port };

    function ended(end: ConnectEnd): TcpAttempt {
      const { durationMs, localAddress, localPort, retransmits } = end;
      const judged = judgeEnd(end, address, familyOf(address) === 6 ? 6 : 4);
      const told = { errno: symbolic(end.errno), durationMs: roundMs(durationMs), localAddress, localPort };
      return { ...where, ...told, retransmits, ...judged };
    }

    function canceled({ durationMs, localAddress, localPort, retransmits }: ConnectEnd): TcpAttempt {
      const told = { durationMs: roundMs(durationMs), localAddress, localPort, retransmits };
      return { ...where, ...told, ...withoutResult };
    }

    try {
      const running = startConnect(libc, { ...where, source: source ?? null }, onEnd);
      isStarting = false;
      if (isOver) return;
      const onStop = (): void => {
        isCanceled = true;
        running.giveUp();
      };
      callOff = giveUpAt({ timeoutMs, stop: cancel }, { onTimeout: () => running.giveUp(), onStop });
    } catch (error) {
      reject(source !== undefined && isForeignSource(error) ? sourceNotHere(source) : error);
    }
  });
}

const mostWithoutTurn = 64;
let atOnce = 0;

const withoutResult = {
  status: 'error',
  errno: 'ECANCELED',
  local: false,
  cause: 'canceled',
  from: null,
  icmp: null,
  neighbour: null,
} as const;

/** `errno 524` is how a number without a name is put; a symbol has no space. */
function symbolic(errno: string | null): string | null {
  return errno?.replace('errno ', 'E') ?? null;
}
