import { withoutZone } from '../address/address.js';
import { isFromNetwork } from '../libc/control-message.js';
import { SystemCallError } from '../libc/load.js';
import type { QueuedPacketError, TcpSocket } from '../libc/tcp-socket.js';
import { localIcmpErrno } from '../packet/icmp.js';
import { decodeExtensions, otherObjects } from '../packet/icmp-extensions.js';
import type { WireReply } from './wire.js';

/** A RST in answer to the SYN, or a RST right after the SYN-ACK, as proxies in front of a closed port send it. */
const resets = ['ECONNREFUSED', 'ECONNRESET'];
/** Offset of the extensions where the sender gives no length (RFC 4884 section 5.5), less the quoted IP header. */
const legacyExtensionsAt = { 4: 128 - 20, 6: 128 - 40 };

/**
 * The source of a round trip: the kernel's measurement of the handshake, the arrival of an ICMP error by CLOCK_REALTIME, or
 * the time at which the poller woke up. `unknown` where the reply may answer either of two SYNs.
 */
export type AnswerTiming = { handshakeRttMs: number } | { receivedAtNs: bigint } | 'poller' | 'unknown';

/** How a connect() ended. */
export type ConnectOutcome =
  | {
      result: 'reply';
      reply: Omit<WireReply, 'id' | 'rttMs'>;
      timing: AnswerTiming;
    }
  /** This host refused. */
  | { result: 'local'; errno: string }
  /**
   * An ICMP error that is not a reply for a trace: a parameter problem, a reassembly time-out, or a Time Exceeded that may
   * concern a retransmitted SYN.
   */
  | { result: 'other' }
  | { result: 'pending' };

export interface ConnectContext {
  family: 4 | 6;
  source: string;
  target: string;
  port: number;
}

const noDetails = { mpls: [], extensions: [], nat: false, synAck: null };

/**
 * Reads how the connect() of a probe ended. The kernel may have retransmitted the SYN: after a second, if this process was
 * too busy to close the socket before, or at once after an answer with a wrong acknowledgment.
 */
export function connectOutcome(socket: TcpSocket, context: ConnectContext): ConnectOutcome {
  try {
    const outcome = readOutcome(socket, context);
    if (outcome.result !== 'reply' || socket.info().retransmits === 0) return outcome;
    // The reply may answer either SYN. The second one had the TTL for the ACK, so the first router answers it with a Time
    // Exceeded, whichever hop the probe was for. Any other reply answers the first SYN, or both.
    return outcome.reply.kind === 'time-exceeded' ? { result: 'other' } : { ...outcome, timing: 'unknown' };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return { result: 'local', errno: error.code };
  }
}

/**
 * Reads the state, the error queue and the pending error. The state comes first: in a connection that is open, errors concern
 * this host's own ACK, whose TTL expires at the first router, and are no answer to the SYN. Each read of the others clears
 * what it returns.
 */
function readOutcome(socket: TcpSocket, context: ConnectContext): ConnectOutcome {
  const { isConnecting, isClosed } = socket.info();
  if (!isConnecting && !isClosed) return fromHandshake(socket, context);
  const queued = socket.readErrorQueue();
  const errno = socket.takeError();
  if (queued !== null && isFromNetwork(queued)) return fromNetwork(queued, context);
  if (errno === null) return fromHandshake(socket, context);
  if (!resets.includes(errno)) return { result: 'local', errno };
  return resetBy(context.target);
}

function resetBy(from: string): ConnectOutcome {
  return {
    result: 'reply',
    reply: { kind: 'rst', from, icmp: null, replyTtl: null, ...noDetails },
    timing: 'poller',
  };
}

/**
 * A port of this host that nothing listens on is connected to itself if the kernel chose it as the local port, too (RFC 9293
 * section 3.5, simultaneous open). From any other port the answer is a reset.
 */
function isConnectedToItself(socket: TcpSocket, target: string, port: number): boolean {
  const local = socket.localEndpoint();
  return local !== null && local.port === port && withoutZone(local.address) === target;
}

function fromNetwork(queued: QueuedPacketError, { family, source, target }: ConnectContext): ConnectOutcome {
  const { type, code, info, offender, receivedAtNs, replyTtl } = queued;
  const kind = errorKind(family, type, code);
  if (kind === null) return { result: 'other' };
  // An unreachable from this host about its own packet is not a reply of the network, unless this host is the target.
  if (kind === 'unreachable' && offender === source && target !== source) {
    return { result: 'local', errno: localIcmpErrno(family, { type, code }) };
  }
  const at = queued.extensionsAt === 0 ? legacyExtensionsAt[family] : queued.extensionsAt;
  const { extensions } = decodeExtensions(queued.quoted, at);
  const reply = {
    kind,
    from: offender ?? '',
    icmp: { type, code, mtu: info === 0 ? null : info },
    mpls: extensions?.mpls ?? [],
    extensions: otherObjects(extensions),
    replyTtl,
    // The kernel finds the socket by the quote, so a quote with another destination is never queued here.
    nat: false,
    synAck: null,
  };
  return { result: 'reply', reply, timing: receivedAtNs === null ? 'poller' : { receivedAtNs } };
}

/** The kind of an ICMP error (RFC 792, RFC 4443); null for errors that say nothing about a hop. */
function errorKind(family: 4 | 6, type: number, code: number): 'time-exceeded' | 'unreachable' | null {
  const isExceeded = type === (family === 4 ? 11 : 3);
  if (isExceeded) return code === 0 ? 'time-exceeded' : null;
  const unreachables = family === 4 ? [3] : [1, 2];
  return unreachables.includes(type) ? 'unreachable' : null;
}

function fromHandshake(socket: TcpSocket, { target, port }: ConnectContext): ConnectOutcome {
  const { isConnecting, isClosed, rttMs, windowScale, sackPermitted, timestamps, ecn } = socket.info();
  if (isConnecting) return { result: 'pending' };
  if (isClosed) return { result: 'local', errno: 'ECONNRESET' };
  if (isConnectedToItself(socket, target, port)) return resetBy(target);
  // ESTABLISHED, or CLOSE_WAIT after the target's FIN.
  return {
    result: 'reply',
    reply: {
      kind: 'syn-ack',
      from: target,
      icmp: null,
      replyTtl: null,
      ...noDetails,
      synAck: { mss: null, window: null, windowScale, sackPermitted, timestamps, ecn },
    },
    timing: { handshakeRttMs: rttMs },
  };
}
