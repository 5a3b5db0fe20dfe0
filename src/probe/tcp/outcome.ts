import type { TcpAttempt, TcpCause, TcpStatus } from '../../documents/tcp.js';
import { causeOfErrno, statusOfErrno } from '../../documents/terms/errno.js';
import { isProhibition } from '../../net/packet/icmp.js';
import type { ConnectEnd } from '../../net/wire/connect-attempt.js';

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
  const status = statusOfErrno(errno ?? 'EIO', family, told.isImmediate);
  const cause = causeOfErrno(told, address);
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

/** ICMP type 3 (RFC 792). */
const v4 = { unreachable: 3, port: 3 };
/** ICMPv6 type 1 (RFC 4443 section 3.1). */
const v6 = { unreachable: 1, port: 4 };

/**
 * What an ICMP error says of a connection. A port-unreachable is a refusal, though a host's own TCP refuses by RST and most
 * who send this are firewalls; a prohibition is a policy; all others say that there is no way. Pure.
 */
function icmpStatus(icmp: { type: number; code: number }, family: 4 | 6): TcpStatus {
  const { unreachable, port } = family === 4 ? v4 : v6;
  if (icmp.type === unreachable && icmp.code === port) return 'refused';
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
