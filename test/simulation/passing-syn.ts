import { decodeIpv4, decodeIpv6, encodeIpv4, encodeIpv6, protocolNumber } from '../../src/net/packet/ip.js';
import { decodeTcp, type TcpHeader, tcpFlag } from '../../src/net/packet/tcp.js';

/** A SYN as a router sees it. */
export interface PassingSyn {
  family: 4 | 6;
  source: string;
  destination: string;
  /** TTL or hop limit at the start of the path. */
  ttl: number;
  header: TcpHeader;
  packet: Uint8Array;
  /** Octets before the TCP header. */
  headerLength: number;
}

/** Decodes an IP packet with a TCP SYN; null for other bytes. */
export function readSyn(packet: Uint8Array): PassingSyn | null {
  const family = (packet[0] ?? 0) >> 4 === 4 ? 4 : 6;
  const ip = family === 4 ? decodeIpv4(packet) : decodeIpv6(packet);
  if (ip === null || ip.protocol !== protocolNumber.tcp) return null;
  const header = decodeTcp(packet.subarray(ip.headerLength));
  if (header === null || (header.flags & (tcpFlag.syn | tcpFlag.ack)) !== tcpFlag.syn) return null;
  const { source, destination, headerLength } = ip;
  const ttl = 'ttl' in ip ? ip.ttl : ip.hopLimit;
  return { family, source, destination, ttl, header, packet, headerLength };
}

/** Encodes an IP packet of the family of its addresses. */
export function enclose(
  header: { source: string; destination: string; protocol: number; ttl: number },
  payload: Uint8Array,
): Buffer {
  return header.source.includes(':')
    ? encodeIpv6({ ...header, hopLimit: header.ttl }, payload)
    : encodeIpv4({ ...header, identification: 7 }, payload);
}
