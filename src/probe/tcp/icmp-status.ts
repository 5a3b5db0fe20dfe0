import type { TcpStatus } from '../../tcp-status.js';

/** ICMP type 3 (RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1). */
const v4 = { unreachable: 3, port: [3], prohibited: [9, 10, 13, 14, 15] };
/** ICMPv6 type 1 (RFC 4443 section 3.1). */
const v6 = { unreachable: 1, port: [4], prohibited: [1, 5, 6] };

/**
 * What an ICMP error says of a connection. A port-unreachable is a refusal, though a host's own TCP refuses by RST and most
 * who send this are firewalls; a prohibition is a policy; all others say that there is no way. Pure.
 */
export function icmpStatus({ type, code }: { type: number; code: number }, family: 4 | 6): TcpStatus {
  const codes = family === 4 ? v4 : v6;
  if (type !== codes.unreachable) return 'unreachable';
  if (codes.port.includes(code)) return 'refused';
  return codes.prohibited.includes(code) ? 'prohibited' : 'unreachable';
}
