import { familyOf } from '../../net/address/address.js';
import type { TcpStatus } from '../tcp.js';

/**
 * The statuses from the best to the worst for a user. First the answers of the target's own stack (open, refused, reset), then
 * that of a device on the path (prohibited). `denied` comes before `unreachable`: it is a rule of this host, which its
 * administrator can change, while every host without IPv6 reports every AAAA address as unreachable. Silence is worse; `error`
 * is a failure of this process and says nothing about the network.
 */
const fromBest: readonly TcpStatus[] = [
  'open',
  'refused',
  'reset',
  'prohibited',
  'denied',
  'unreachable',
  'timeout',
  'error',
];

/** The status of several attempts together: the best of theirs, and `error` for none. */
export function bestStatus(statuses: Iterable<TcpStatus>): TcpStatus {
  const seen = new Set(statuses);
  return fromBest.find((status) => seen.has(status)) ?? 'error';
}

/** Whether the first status ranks before the second. */
export function isBetterStatus(first: TcpStatus, second: TcpStatus): boolean {
  return fromBest.indexOf(first) < fromBest.indexOf(second);
}

/** Each status in words, where the cause is not known. */
export const tcpStatusWords: Readonly<Record<TcpStatus, string>> = {
  open: 'accepts connections',
  refused: 'a reset, or an ICMP port unreachable, came back',
  reset: 'the connection was reset while it was made',
  timeout: 'nothing came back',
  prohibited: 'a firewall on the path rejects the connection',
  unreachable: 'there is no route to this address',
  denied: "this host's own policy forbids it",
  error: 'the attempt could not be made',
};

/**
 * The receive windows of a Linux server whose client is on the same host: one segment over a loopback interface of the usual MTU,
 * 65536 octets. An IPv4 packet has at most 65535 of them, and the headers of IP and TCP take 40 and 60, the timestamps 12. Over
 * other interfaces the window is a multiple of their segment, such as 65160 for 1448. Interfaces of IP over InfiniBand have an MTU of
 * 65520 and other windows.
 */
const loopbackWindows: Record<4 | 6, ReadonlySet<number>> = {
  4: new Set([65483, 65495]),
  6: new Set([65464, 65476]),
};

/** Whether the window of a SYN-ACK is that of a server on this host. */
export function isLoopbackWindow(address: string, window: number | null | undefined): boolean {
  return window != null && loopbackWindows[familyOf(address) === 6 ? 6 : 4].has(window);
}
