import { isFromNetwork } from '../libc/control-message.js';
import { SystemCallError } from '../libc/load.js';
import type { QueuedPacketError, TcpSocket } from '../libc/tcp-socket.js';
import { localIcmpErrno } from '../packet/icmp.js';
import { decodeExtensions, otherObjects } from '../packet/icmp-extensions.js';
import type { WireReply } from './wire.js';

/** A RST to the SYN, or one right behind the SYN-ACK, as proxies in front of a closed port send it. */
const resets = ['ECONNREFUSED', 'ECONNRESET'];
/** Where extensions stand when the sender does not say (RFC 4884 section 5.5), less the quoted IP header. */
const legacyExtensionsAt = { 4: 128 - 20, 6: 128 - 40 };

/**
 * Where a round trip is from: the kernel's own measurement of a handshake; CLOCK_REALTIME of an ICMP error's arrival; the
 * moment when the poller saw something; or nowhere, because two SYNs may have been answered.
 */
export type AnswerTiming = { handshakeRttMs: number } | { receivedAtNs: bigint } | 'poller' | 'unknown';

/** What became of a connect() that the poller says is over. */
export type ConnectOutcome =
  | {
      result: 'reply';
      reply: Omit<WireReply, 'id' | 'rttMs'>;
      timing: AnswerTiming;
    }
  /** This host itself refused. */
  | { result: 'local'; errno: string }
  /**
   * Something ended the attempt that is no answer to a trace: a parameter problem, an expired reassembly, a time
   * exceeded that may be about a SYN sent again.
   */
  | { result: 'other' }
  | { result: 'pending' };

export interface ConnectContext {
  family: 4 | 6;
  source: string;
  target: string;
}

const nothingMore = { mpls: [], extensions: [], nat: false, synAck: null };

/**
 * What the kernel says became of a probe. It may have sent the SYN again: after a second, when this process was too busy to
 * close the socket by then, or at once, when somebody answered with a wrong acknowledgment.
 */
export function connectOutcome(socket: TcpSocket, context: ConnectContext): ConnectOutcome {
  try {
    const outcome = readOutcome(socket, context);
    if (outcome.result !== 'reply' || socket.info().retransmits === 0) return outcome;
    // Which SYN this answers, nobody knows. The second had the TTL that was meant for an ACK, so the first router says
    // time exceeded to it, whichever hop was asked; everything else could only be said to the first, or to both.
    return outcome.reply.kind === 'time-exceeded' ? { result: 'other' } : { ...outcome, timing: 'unknown' };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return { result: 'local', errno: error.code };
  }
}

/** Reads a socket's error queue, its error and its state, in this order: each reading clears what it read. */
function readOutcome(socket: TcpSocket, context: ConnectContext): ConnectOutcome {
  const queued = socket.readErrorQueue();
  const errno = socket.takeError();
  if (queued !== null && isFromNetwork(queued)) return fromNetwork(queued, context);
  if (errno === null) return fromHandshake(socket, context);
  if (!resets.includes(errno)) return { result: 'local', errno };
  const reply = { kind: 'rst', from: context.target, icmp: null, replyTtl: null, ...nothingMore } as const;
  return { result: 'reply', reply, timing: 'poller' };
}

function fromNetwork(queued: QueuedPacketError, { family, source, target }: ConnectContext): ConnectOutcome {
  const { type, code, info, offender, receivedAtNs, replyTtl } = queued;
  const kind = errorKind(family, type, code);
  if (kind === null) return { result: 'other' };
  // What this host says of its own packet is no answer of the network, unless this host is the target.
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
    // The kernel finds the socket by the quote, so a quote that names another destination never gets here.
    nat: false,
    synAck: null,
  };
  return { result: 'reply', reply, timing: receivedAtNs === null ? 'poller' : { receivedAtNs } };
}

/** ICMP of RFC 792 and RFC 4443; null for what says nothing about a hop. */
function errorKind(family: 4 | 6, type: number, code: number): 'time-exceeded' | 'unreachable' | null {
  const isExceeded = type === (family === 4 ? 11 : 3);
  if (isExceeded) return code === 0 ? 'time-exceeded' : null;
  const unreachables = family === 4 ? [3] : [1, 2];
  return unreachables.includes(type) ? 'unreachable' : null;
}

function fromHandshake(socket: TcpSocket, { target }: ConnectContext): ConnectOutcome {
  const { isConnecting, isClosed, rttMs, windowScale, sackPermitted, timestamps, ecn } = socket.info();
  if (isConnecting) return { result: 'pending' };
  if (isClosed) return { result: 'local', errno: 'ECONNRESET' };
  // Established, or the target has said its FIN behind the SYN-ACK (CLOSE_WAIT).
  return {
    result: 'reply',
    reply: {
      kind: 'syn-ack',
      from: target,
      icmp: null,
      replyTtl: null,
      ...nothingMore,
      synAck: { mss: null, window: null, windowScale, sackPermitted, timestamps, ecn },
    },
    timing: { handshakeRttMs: rttMs },
  };
}
