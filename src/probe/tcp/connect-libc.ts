import { Socket } from 'node:net';
import { elapsedMs, nowMs, roundMs } from '../../core/clock.js';
import { startLimits } from '../../core/deadline.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { TcpAttempt } from '../../documents/tcp.js';
import { familyOf } from '../../net/address/address.js';
import type { Libc } from '../../net/libc/load.js';
import { isForeignSource, sourceNotHere } from '../../net/libc/source.js';
import { type AttemptOptions, asOpened, classifyEnd, resetConnection, type SilenceRule } from './attempt.js';
import { startWithFurtherSyns } from './further-syns.js';
import { type ConnectEnd, type RunningConnect, startConnect } from './kernel-connect.js';

/**
 * Makes one TCP connection through libc. The socket's error queue distinguishes ICMP errors and names their senders. Returns
 * the attempt whatever its result is, without a promise if it ended at once. Throws InvalidInputError for a source that is
 * not an address of this host.
 */
export function connectThroughLibc(
  libc: Libc,
  address: string,
  port: number,
  { timeoutMs, source, cancel, silence, confirms, onOpen }: AttemptOptions,
): MaybePromise<TcpAttempt> {
  const state: {
    attempt: TcpAttempt | null;
    isCanceled: boolean;
    settle: (attempt: TcpAttempt) => void;
    /** null until the promise exists; an error is then thrown to the caller. */
    fail: ((error: unknown) => void) | null;
  } = { attempt: null, isCanceled: false, settle: () => {}, fail: null };
  const onEnd = (end: ConnectEnd): void => {
    // The first socket of a process takes Node several milliseconds.
    const openMs = nowMs();
    const ended = attemptOf(end, address, port, state.isCanceled);
    const attempt = ended.status === 'reset' && onOpen !== undefined ? asOpened(ended) : ended;
    state.attempt = attempt;
    const { socket } = end;
    if (attempt.status === 'open' && onOpen !== undefined) {
      const opened = socket === null ? resetConnection() : new Socket({ fd: socket.release() });
      try {
        onOpen(attempt, opened, openMs);
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
    const cancelLimits = startLimits(limits, { onTimeout: () => running.giveUp(), onStop });
    const stopWatching = silence === undefined ? () => {} : watchSilence(running, address, silence);
    state.settle = (attempt) => {
      cancelLimits();
      stopWatching();
      resolve(attempt);
    };
    state.fail = reject;
  });

  function start(): RunningConnect {
    try {
      const request = { address, port, source: source ?? null, confirms: confirms ?? false };
      return silence === undefined
        ? startConnect(libc, request, onEnd)
        : startWithFurtherSyns(libc, request, silence.furtherSynsAtMs, onEnd);
    } catch (error) {
      throw source !== undefined && isForeignSource(error) ? sourceNotHere(source) : error;
    }
  }
}

/** How often a rule is asked again while the silence does not count yet, milliseconds. */
const askAgainMs = 20;

/**
 * Gives the attempt up once its silence counts. It does not count while a SYN waits for the address of the next hop, nor before
 * the first SYN was sent again: only then is a SYN that this host's own firewall drops known. Returns what ends the watch.
 */
function watchSilence(running: RunningConnect, address: string, rule: SilenceRule): () => void {
  const startMs = nowMs();
  let timer = setTimeout(look, Math.max(0, ...rule.furtherSynsAtMs));
  function look(): void {
    const leftMs = rule.countsAfterMs(address) - elapsedMs(startMs);
    if (leftMs <= 0 && running.silence() === 'packets') running.giveUp();
    else timer = setTimeout(look, Math.max(1, Math.min(leftMs, askAgainMs)));
  }
  return () => clearTimeout(timer);
}

/**
 * After this time without an answer to ARP or neighbour discovery, the silence of the next hop is known, even where the attempt is
 * stopped before the kernel gives up, milliseconds. The kernel has asked twice by then.
 */
const neighbourMs = 1000;

function attemptOf(end: ConnectEnd, address: string, port: number, isCanceled: boolean): TcpAttempt {
  const { localAddress, localPort, retransmits, firstSynLost, window } = end;
  const isKnown = end.silentNeighbour !== null && end.durationMs >= neighbourMs;
  const isCut = isCanceled && end.end === 'given-up' && !isKnown;
  const result = isCut ? canceled : classifyEnd(end, address, familyOf(address) === 6 ? 6 : 4);
  return {
    address,
    port,
    status: result.status,
    errno: isCut ? 'ECANCELED' : symbolic(end.errno),
    local: result.local,
    durationMs: roundMs(end.durationMs),
    localAddress,
    localPort,
    cause: result.cause,
    from: result.from,
    icmp: result.icmp,
    retransmits,
    firstSynLost,
    window,
    neighbour: result.neighbour,
  };
}

const canceled = {
  status: 'error',
  local: false,
  cause: 'canceled',
  from: null,
  icmp: null,
  neighbour: null,
} as const;

/** `E524` for `errno 524`, which errnoName() gives for a number without a name: a symbol has no space. */
function symbolic(errno: string | null): string | null {
  return errno?.startsWith('errno ') ? errno.replace('errno ', 'E') : errno;
}
