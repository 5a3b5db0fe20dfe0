import { isProhibition } from '../../packet/prohibition.js';
import type { TcpStatus } from '../../tcp-status.js';

/** ICMP type 3 (RFC 792). */
const v4 = { unreachable: 3, port: 3 };
/** ICMPv6 type 1 (RFC 4443 section 3.1). */
const v6 = { unreachable: 1, port: 4 };

/**
 * What an ICMP error says of a connection. A port-unreachable is a refusal, though a host's own TCP refuses by RST and most
 * who send this are firewalls; a prohibition is a policy; all others say that there is no way. Pure.
 */
export function icmpStatus(icmp: { type: number; code: number }, family: 4 | 6): TcpStatus {
  const { unreachable, port } = family === 4 ? v4 : v6;
  if (icmp.type === unreachable && icmp.code === port) return 'refused';
  return isProhibition(family, icmp) ? 'prohibited' : 'unreachable';
}
