import type { ControlMeasurement } from '../../../src/documents/report.js';
import type { TcpAttempt, TcpCause, TcpDocument, TcpStatus } from '../../../src/documents/tcp.js';
import type { PathMtu } from '../../../src/documents/tls.js';
import {
  type AddressTrace,
  routingLoop,
  type TraceProbe,
  unsentCause,
} from '../../../src/documents/trace.js';
import { hop, probe, silence } from '../../report/documents.js';
import { attempt, CLIENT, tcpOf, trace } from '../evidence.js';
import type { Dice } from './dice.js';

/** Connections, traces, controls and packet sizes by chance. */

const ROUTERS = ['10.0.9.1', '10.8.0.1', '10.8.0.2', CLIENT];

/** Whole documents, made once: each document of a report is a copy with other members. */
const TCP = tcpOf('', []);
const TRACE = trace('filtered', []);
const EXPIRED = probe();

/** How an attempt can end, with the causes that lead there. */
const TCP_ENDS: readonly [TcpStatus, readonly TcpCause[], boolean][] = [
  ['open', ['syn-ack'], false],
  ['open', ['syn-ack'], false],
  ['refused', ['rst', 'icmp'], false],
  ['reset', ['rst-after-syn-ack'], false],
  ['timeout', ['silence'], false],
  ['timeout', ['silence'], false],
  ['prohibited', ['icmp'], false],
  ['unreachable', ['icmp', 'silent-neighbour'], false],
  ['unreachable', ['no-route', 'unreachable-route', 'blackhole-route', 'no-source-address'], true],
  ['denied', ['local-firewall', 'local-policy', 'prohibit-route'], true],
  ['error', ['no-ports', 'no-descriptors', 'no-memory', 'canceled'], false],
];

function tcpAttemptOf(dice: Dice, address: string, port: number): TcpAttempt {
  const [status, causes, local] = dice.of(TCP_ENDS);
  const cause = dice.of(causes);
  const v6 = address.includes(':');
  const prohibits = status === 'prohibited';
  const icmp =
    cause !== 'icmp'
      ? {}
      : {
          from: dice.of([...ROUTERS, address]),
          icmp: v6
            ? { type: 1, code: prohibits ? 1 : status === 'refused' ? 4 : dice.of([0, 3]) }
            : dice.chance(0.1) && status === 'unreachable'
              ? { type: 11, code: 0 }
              : { type: 3, code: prohibits ? 13 : status === 'refused' ? 3 : dice.of([0, 1]) },
        };
  const neighbour =
    cause === 'silent-neighbour' ? { neighbour: dice.chance(0.5) ? address : '10.0.9.1' } : {};
  return attempt(address, status, {
    port,
    local,
    cause,
    durationMs: dice.number(3000),
    ...(status === 'open'
      ? {
          firstSynLost: dice.of([null, false, true]),
          window: dice.of([null, 65160, 62727, 65483]),
          ...afterOpenOf(dice),
        }
      : {}),
    ...icmp,
    ...neighbour,
  });
}

function afterOpenOf(dice: Dice): Pick<TcpAttempt, 'afterOpen'> {
  return dice.chance(0.5) ? {} : { afterOpen: { end: dice.of(['open', 'closed'] as const), afterMs: 3 } };
}

export function tcpDocumentOf(
  dice: Dice,
  host: string,
  port: number,
  addresses: readonly string[],
): TcpDocument {
  const attempts = addresses.flatMap((address) =>
    dice.chance(0.9)
      ? [tcpAttemptOf(dice, address, port), ...(dice.chance(0.2) ? [tcpAttemptOf(dice, address, port)] : [])]
      : [],
  );
  return { ...TCP, host, port, status: attempts[0]?.status ?? 'error', attempts };
}

function probeOf(dice: Dice, address: string): TraceProbe {
  const v6 = address.includes(':');
  switch (dice.number(8)) {
    case 0:
    case 1:
    case 2:
      return { ...EXPIRED, from: dice.of(ROUTERS), icmp: { type: v6 ? 3 : 11, code: 0 } };
    case 3:
      return probe({ reply: 'syn-ack', from: address, icmp: null });
    case 4:
      return probe({ reply: 'rst', from: address, icmp: null, backwardHops: dice.number(4) });
    case 5:
      return probe({
        reply: 'unreachable',
        from: dice.of([...ROUTERS, address]),
        icmp: { type: v6 ? 1 : 3, code: v6 ? dice.of([0, 1, 3, 4]) : dice.of([0, 1, 3, 13]) },
        annotation: dice.of(['!X', '!H', '!N']),
      });
    default:
      return silence;
  }
}

export function traceDocumentOf(dice: Dice, host: string, port: number, address: string): AddressTrace {
  const isUnsent = dice.chance(0.1);
  const hops = isUnsent
    ? [
        hop(
          1,
          probe({
            reply: 'send-error',
            from: null,
            rttMs: null,
            icmp: null,
            errno: dice.of(['EPERM', 'ENETUNREACH', 'EHOSTUNREACH', 'EACCES']),
          }),
        ),
      ]
    : dice
        .times(8, () => silence)
        .map((_, index) => hop(index + 1, dice.chance(0.5) ? silence : probeOf(dice, address)));
  const probes = hops.flatMap((each) => each.probes);
  const has = (reply: TraceProbe['reply']): boolean => probes.some((each) => each.reply === reply);
  const outcome = has('syn-ack')
    ? 'open'
    : has('rst')
      ? 'closed'
      : has('unreachable') || isUnsent
        ? dice.of(['unreachable', 'prohibited'] as const)
        : dice.of(['filtered', 'filtered', 'interrupted'] as const);
  return {
    ...TRACE,
    outcome,
    hops,
    host,
    port,
    address,
    loop: routingLoop(hops),
    unsent: unsentCause(hops),
    route: dice.chance(0.5)
      ? null
      : {
          gateway: dice.of([null, '10.0.9.1']),
          interface: 'eth0',
          tcpDiffers: null,
          keepsTtl: dice.chance(0.3),
        },
  };
}

export function mtuOf(dice: Dice, address: string, port: number): PathMtu {
  const passed = dice.of([null, 576, 1300]);
  return {
    address,
    port,
    interfaceMtu: 1500,
    kernelMtu: 1500,
    peerMss: 1460,
    announced: null,
    largestAcknowledged: passed,
    smallestUnacknowledged: dice.of([null, 1400, 1500]),
  };
}

export function controlOf(dice: Dice): ControlMeasurement {
  const host = dice.of(['10.0.4.4', '10.0.0.2']);
  const port = dice.of([443, 53]);
  return {
    role: port === 53 ? 'resolver' : 'given',
    host,
    port,
    tcp: tcpDocumentOf(dice, host, port, [host]),
  };
}
