import type { TcpStatus } from '../../tcp-status.js';
import type { ConnectEnd } from '../../wire/connect-attempt.js';
import { classifyErrno } from './classify-errno.js';
import { errnoCause } from './errno-cause.js';
import { icmpStatus } from './icmp-status.js';
import type { TcpAttempt, TcpCause } from './types.js';

/** What a connection's end means. */
export interface Judged
  extends Required<Pick<TcpAttempt, 'status' | 'local' | 'from' | 'icmp' | 'neighbour'>> {
  cause: TcpCause | null;
}

type Told = Omit<ConnectEnd, 'socket' | 'durationMs' | 'retransmits' | 'localPort'>;

/** Puts into words what the kernel told of one connect(). `address` is where it went. Pure. */
export function judgeEnd(told: Told, address: string, family: 4 | 6): Judged {
  const { end, errno, icmp, silentNeighbour, droppedHere } = told;
  if (end === 'open') return judged('open', 'syn-ack', { from: address });
  // This host tells itself of it by an ICMP error that never was on the wire, and is left out here.
  // Whoever waits less than the three seconds of neighbour discovery would take it for silence of the target.
  if (silentNeighbour !== null) {
    return judged('unreachable', 'silent-neighbour', { neighbour: silentNeighbour });
  }
  if (droppedHere) return judged('denied', 'local-firewall', { local: true });
  if (end === 'given-up') return judged('timeout', 'silence', {});
  if (icmp !== null) return judgeIcmp(told, icmp, address, family);
  const status = classifyErrno(errno ?? 'EIO', family, told.isImmediate);
  const cause = errnoCause(told, address);
  const isAnswer = status === 'refused' || status === 'reset';
  return judged(status, cause, { local: told.isImmediate, from: isAnswer ? address : null });
}

function judgeIcmp(
  { from, localAddress }: Told,
  icmp: { type: number; code: number },
  address: string,
  family: 4 | 6,
): Judged {
  // This host said it of its own packet to somebody else; a neighbour that is silent was ruled out before.
  const isOwn = from !== null && from === localAddress && from !== address;
  if (isOwn) return judged('denied', 'local-firewall', { local: true, from, icmp });
  return judged(icmpStatus(icmp, family), 'icmp', { from, icmp });
}

function judged(
  status: TcpStatus,
  cause: TcpCause | null,
  { local, from, icmp, neighbour }: Partial<Pick<Judged, 'local' | 'from' | 'icmp' | 'neighbour'>>,
): Judged {
  return {
    status,
    cause,
    local: local ?? false,
    from: from ?? null,
    icmp: icmp ?? null,
    neighbour: neighbour ?? null,
  };
}
