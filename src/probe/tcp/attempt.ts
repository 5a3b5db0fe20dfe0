import { Socket } from 'node:net';
import type { TcpAttempt, TcpCause, TcpStatus } from '../../documents/tcp.js';
import { causeOfErrno, statusOfErrno } from '../../documents/terms/errno.js';
import { isPortError, isProhibition } from '../../documents/terms/icmp.js';
import type { Cancel } from './cancel.js';
import type { ConnectEnd } from './kernel-connect.js';

/** When the silence of an address counts, for an attempt that need not last as long as its timeout. */
export interface SilenceRule {
  /** When SYNs of further sockets leave, milliseconds after the first. */
  furtherSynsAtMs: readonly number[];
  /**
   * Milliseconds from the first SYN until the silence of `address` counts, by what is known now; it is asked again while the
   * attempt goes on. Infinity leaves it to the timeout.
   */
  countsAfterMs(address: string): number;
}

/** How to make one attempt. */
export interface AttemptOptions {
  /** When to give up, milliseconds. The kernel itself gives up after about 127 s. */
  timeoutMs: number;
  /** The local address to bind to. */
  source?: string | undefined;
  /** Ends a silent attempt before its timeout. Only for sockets of libc. */
  silence?: SilenceRule | undefined;
  /** Find out which SYN was answered, where that is not plain; takes up to 1.5 s after the connection opened. Default false. */
  confirms?: boolean | undefined;
  /** Ends the attempt as `error`, ECANCELED. */
  cancel?: Cancel | undefined;
  /**
   * Receives an open connection, which it must close, before the attempt resolves, and when it was open, by the clock of nowMs().
   * Without it the connection is closed.
   */
  onOpen?: ((attempt: TcpAttempt, socket: Socket, openMs: number) => void) | undefined;
}

/**
 * An attempt whose connection was accepted and then reset before this process looked at it, for an `onOpen` that takes over
 * connections: the same as one that is reset after this process looked. Pure.
 */
export function asOpened(attempt: TcpAttempt): TcpAttempt {
  return { ...attempt, status: 'open', errno: null, cause: 'syn-ack' };
}

/** A connection that emits ECONNRESET, in place of the one that was reset. */
export function resetConnection(): Socket {
  const socket = new Socket();
  // The new owner may listen later.
  socket.on('error', () => {});
  setImmediate(() =>
    socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })),
  );
  return socket;
}

/** An attempt that ended before a packet was sent. */
export function unsentAttempt(address: string, port: number, errno: string, cause: TcpCause): TcpAttempt {
  return {
    address,
    port,
    status: 'error',
    errno,
    local: false,
    durationMs: 0,
    localAddress: null,
    localPort: null,
    cause,
    from: null,
    icmp: null,
    retransmits: null,
    neighbour: null,
  };
}

/** The members of an attempt that follow from how its connect() ended. */
export interface AttemptResult
  extends Required<Pick<TcpAttempt, 'status' | 'local' | 'from' | 'icmp' | 'neighbour'>> {
  cause: TcpCause | null;
}

type End = Omit<
  ConnectEnd,
  'socket' | 'durationMs' | 'retransmits' | 'firstSynLost' | 'window' | 'localPort'
>;

/** Classifies what the kernel reported about one connect() to `address`. Pure. */
export function classifyEnd(end: End, address: string, family: 4 | 6): AttemptResult {
  if (end.end === 'open') return result('open', 'syn-ack', { from: address });
  // The kernel reports a silent neighbour by an ICMP error from this host to itself, which is not part of the result. With
  // a timeout below the three seconds of neighbour discovery there is no such error, only silence.
  if (end.silentNeighbour !== null) {
    return result('unreachable', 'silent-neighbour', { neighbour: end.silentNeighbour });
  }
  if (end.droppedHere) return result('denied', 'local-firewall', { local: true });
  if (end.end === 'given-up') return result('timeout', 'silence', {});
  if (end.icmp !== null) return classifyIcmp(end, end.icmp, address, family);
  const status = statusOfErrno(end.errno ?? 'EIO', family, end.isImmediate);
  const isAnswer = status === 'refused' || status === 'reset';
  return result(status, causeOfErrno(end, address), {
    local: end.isImmediate,
    from: isAnswer ? address : null,
  });
}

function classifyIcmp(
  { from, localAddress, isTunnelRefusal }: End,
  icmp: { type: number; code: number },
  address: string,
  family: 4 | 6,
): AttemptResult {
  // This host sent the error about its own packet to another host. A silent neighbour is excluded before.
  const isOwn = from !== null && from === localAddress && from !== address;
  if (isOwn && isTunnelRefusal) return result('unreachable', 'icmp', { local: true, from, icmp });
  if (isOwn) return result('denied', 'local-firewall', { local: true, from, icmp });
  return result(icmpStatus(icmp, family), 'icmp', { from, icmp });
}

function result(
  status: TcpStatus,
  cause: TcpCause | null,
  { local, from, icmp, neighbour }: Partial<Omit<AttemptResult, 'status' | 'cause'>>,
): AttemptResult {
  return {
    status,
    cause,
    local: local ?? false,
    from: from ?? null,
    icmp: icmp ?? null,
    neighbour: neighbour ?? null,
  };
}

/**
 * The status of a connection that an ICMP error ended. Port unreachable is `refused`, although TCP itself refuses with a
 * RST and most senders of this error are firewalls. A prohibition is a policy. All other errors mean that there is no route. Pure.
 */
function icmpStatus(icmp: { type: number; code: number }, family: 4 | 6): TcpStatus {
  if (isPortError(family, icmp)) return 'refused';
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
