import { withoutZone } from '../address/address.js';
import { addressToBytes, bytesToAddress } from '../packet/address-bytes.js';
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW } from './constants.js';
import { receiveMessage } from './control-message.js';
import { errnoName, type Libc, uint32 } from './load.js';
import { encodeSockaddr } from './sockaddr.js';

const AF_NETLINK = 16;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const headerLength = 16;

/** The kernel's answer to one request of rtnetlink(7): the object, or an errno. */
export type NetlinkAnswer = { type: number; body: Buffer } | { errno: number };

/** struct sockaddr_nl of the kernel: port 0, no groups. */
const kernel = Buffer.alloc(12);
kernel.writeUInt16LE(AF_NETLINK);

/**
 * Sends requests of one type to the kernel's routing code (NETLINK_ROUTE), one after the other, and reads their answers, each
 * of which is available as soon as its request was sent. Nothing waits, and no packet leaves. A body is the family header and
 * its attributes. An answer is null when no descriptor is left or the answer is malformed.
 */
function requestRouting(libc: Libc, type: number, bodies: readonly Buffer[]): (NetlinkAnswer | null)[] {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return bodies.map(() => null);
  try {
    return bodies.map((body) => {
      const header = Buffer.alloc(headerLength);
      header.writeUInt32LE(headerLength + body.length, 0);
      header.writeUInt16LE(type, 4);
      header.writeUInt16LE(NLM_F_REQUEST, 6);
      const request = Buffer.concat([header, body]);
      if (Number(libc.sendto(fd, request, request.length, 0, kernel, kernel.length)) < 0) return null;
      const received = receiveMessage(libc, fd, 0);
      return received === null ? null : decodeAnswer(received.payload);
    });
  } finally {
    libc.close(fd);
  }
}

/** Reads the first message of an answer; null when it is truncated. Pure. */
export function decodeAnswer(bytes: Buffer): NetlinkAnswer | null {
  if (bytes.length < headerLength) return null;
  const length = bytes.readUInt32LE(0);
  if (length < headerLength || length > bytes.length) return null;
  const type = bytes.readUInt16LE(4);
  const body = Buffer.from(bytes.subarray(headerLength, length));
  if (type !== NLMSG_ERROR) return { type, body };
  return body.length < 4 ? null : { errno: -body.readInt32LE(0) };
}

/** Encodes one attribute (struct rtattr): length, type and value, padded to four octets. */
export function encodeAttribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

/** The attributes by type, up to an invalid length. Pure. */
export function decodeAttributes(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    // The two highest bits are flags and not part of the type.
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}

/** <linux/rtnetlink.h> and <linux/neighbour.h>. */
const RTM_GETROUTE = 26;
const RTM_GETNEIGH = 30;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PREFSRC = 7;
const RTA_VIA = 18;
/** Since Linux 4.18; earlier kernels ignore them, and have no routing rules of this kind. */
const RTA_IP_PROTO = 27;
const RTA_SPORT = 28;
const RTA_DPORT = 29;
const NDA_DST = 1;
const NUD_INCOMPLETE = 0x01;
const NUD_FAILED = 0x20;
const routeHeaderLength = 12;
/** `rtm_type` in struct rtmsg, and its RTN_BROADCAST and RTN_MULTICAST. */
const routeTypeOffset = 7;
const routesForMany = [3, 5];

/** The neighbour that this host sends a packet to. */
export interface NextHop {
  /** The gateway, or the destination itself if it is on the link. */
  address: string;
  isGateway: boolean;
  interfaceIndex: number;
  /** The source address that the kernel chooses for the route; null where the request had one. */
  source: string | null;
  /** The destination is a broadcast or multicast address, to which connect(2) of TCP answers ENETUNREACH. */
  isForMany: boolean;
}

/** What routing rules (`ip rule … ipproto tcp dport 443`) and load balancing see of a packet. */
export interface RoutedPacket {
  /** null lets the kernel choose. */
  source: string | null;
  /** IPPROTO_TCP; null for a packet whose protocol the kernel does not look at. */
  protocol: number | null;
  /** null for a packet whose ports the kernel does not look at, as those of raw sockets. */
  sourcePort: number | null;
  port: number | null;
}

/** The routing table's answer for a destination: a next hop, or the errno that connect(2) would fail with. */
export type RouteAnswer = { hop: NextHop } | { errno: string };

/** Looks up the route to `address`, as `ip route get` does. null when the lookup is not possible. Sends no packet. */
export function routeTo(libc: Libc, address: string, packet: Partial<RoutedPacket> = {}): RouteAnswer | null {
  return routesTo(libc, address, [packet])[0] ?? null;
}

/** Looks up the route to `address` for each of several packets, over one socket: its making takes longer than a lookup. */
export function routesTo(
  libc: Libc,
  address: string,
  packets: readonly Partial<RoutedPacket>[],
): (RouteAnswer | null)[] {
  const requests = packets.map((packet) => routeRequest(address, packet));
  return requestRouting(libc, RTM_GETROUTE, requests).map((answer) => {
    if (answer === null) return null;
    if ('errno' in answer) return { errno: errnoName(answer.errno) };
    const hop = decodeNextHop(answer.body, withoutZone(address));
    return hop === null ? null : { hop };
  });
}

function routeRequest(
  address: string,
  { source = null, protocol = null, sourcePort = null, port = null }: Partial<RoutedPacket>,
): Buffer {
  const destination = addressToBytes(address);
  const header = Buffer.alloc(routeHeaderLength);
  header.writeUInt8(destination.length === 4 ? AF_INET : AF_INET6, 0);
  header.writeUInt8(destination.length * 8, 1);
  const parts = [header, encodeAttribute(RTA_DST, destination)];
  if (source !== null) {
    const bytes = addressToBytes(source);
    header.writeUInt8(bytes.length * 8, 2);
    parts.push(encodeAttribute(RTA_SRC, bytes));
  }
  const zone = zoneIndex(address);
  if (zone !== 0) parts.push(encodeAttribute(RTA_OIF, uint32(zone)));
  if (protocol !== null) parts.push(encodeAttribute(RTA_IP_PROTO, Buffer.of(protocol)));
  if (sourcePort !== null) parts.push(encodeAttribute(RTA_SPORT, uint16Network(sourcePort)));
  if (port !== null) parts.push(encodeAttribute(RTA_DPORT, uint16Network(port)));
  return Buffer.concat(parts);
}

function uint16Network(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** Reads a struct rtmsg with its attributes. Pure. */
export function decodeNextHop(body: Buffer, destination: string): NextHop | null {
  if (body.length < routeHeaderLength) return null;
  const attributes = decodeAttributes(body.subarray(routeHeaderLength));
  const outgoing = attributes.get(RTA_OIF);
  if (outgoing === undefined || outgoing.length < 4) return null;
  // RTA_VIA is a gateway of the other family; its value starts with that family.
  const gateway = attributes.get(RTA_GATEWAY) ?? attributes.get(RTA_VIA)?.subarray(2);
  const text = gateway === undefined ? '' : bytesToAddress(gateway);
  const source = attributes.get(RTA_PREFSRC);
  return {
    address: text === '' ? destination : text,
    isGateway: text !== '',
    interfaceIndex: outgoing.readUInt32LE(0),
    source: (source === undefined ? '' : bytesToAddress(source)) || null,
    isForMany: routesForMany.includes(body.readUInt8(routeTypeOffset)),
  };
}

/**
 * Whether the next hop does not answer ARP or neighbour discovery (RFC 4861): its entry is INCOMPLETE or FAILED, whichever
 * program caused the resolution. null when the kernel has no entry, as on an interface without link-layer addresses.
 */
export function isSilentNeighbour(
  libc: Libc,
  { address, interfaceIndex }: Pick<NextHop, 'address' | 'interfaceIndex'>,
): boolean | null {
  const bytes = addressToBytes(address);
  const header = Buffer.alloc(routeHeaderLength);
  header.writeUInt8(bytes.length === 4 ? AF_INET : AF_INET6, 0);
  header.writeInt32LE(interfaceIndex, 4);
  const request = Buffer.concat([header, encodeAttribute(NDA_DST, bytes)]);
  const [answer = null] = requestRouting(libc, RTM_GETNEIGH, [request]);
  if (answer === null || 'errno' in answer || answer.body.length < routeHeaderLength) return null;
  return (answer.body.readUInt16LE(8) & (NUD_INCOMPLETE | NUD_FAILED)) !== 0;
}

/**
 * The next hop towards `address`, if it does not answer ARP or neighbour discovery; null if it answers or this is unknown.
 * Sends no packet, and never throws.
 */
export function silentNeighbour(libc: Libc, address: string, packet: Partial<RoutedPacket>): string | null {
  const route = routeTo(libc, address, packet);
  if (route === null || 'errno' in route) return null;
  return isSilentNeighbour(libc, route.hop) === true ? route.hop.address : null;
}

/** sin6_scope_id of an address; 0 without a zone. */
function zoneIndex(address: string): number {
  const encoded = encodeSockaddr({ address, port: 0 });
  return encoded.length < 28 ? 0 : encoded.readUInt32LE(24);
}
