import { withoutZone } from '../address/zone.js';
import { addressToBytes, bytesToAddress } from '../packet/address-bytes.js';
import { AF_INET, AF_INET6 } from './constants.js';
import { errnoName } from './errno-name.js';
import { uint32 } from './int.js';
import type { Libc } from './load.js';
import { askRouting, decodeAttributes, encodeAttribute } from './netlink.js';
import { encodeSockaddr } from './sockaddr.js';

/** <linux/rtnetlink.h> and <linux/neighbour.h>. */
const RTM_GETROUTE = 26;
const RTM_GETNEIGH = 30;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_VIA = 18;
const NDA_DST = 1;
const NUD_INCOMPLETE = 0x01;
const NUD_FAILED = 0x20;
const headerLength = 12;

/** Where this host hands a packet over. */
export interface NextHop {
  /** The gateway, or the destination itself where it is on the link. */
  address: string;
  isGateway: boolean;
  interfaceIndex: number;
}

/** What the routing table says of a destination: a next hop, or the errno that connect(2) would get. */
export type RouteAnswer = { hop: NextHop } | { errno: string };

/** Asks the routing table, as `ip route get` does. null when it cannot be asked. Sends nothing. */
export function routeTo(libc: Libc, address: string, source: string | null): RouteAnswer | null {
  const destination = addressToBytes(address);
  const header = Buffer.alloc(headerLength);
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
  const answer = askRouting(libc, RTM_GETROUTE, Buffer.concat(parts));
  if (answer === null) return null;
  if ('errno' in answer) return { errno: errnoName(answer.errno) };
  const hop = decodeNextHop(answer.body, withoutZone(address));
  return hop === null ? null : { hop };
}

/** Reads a struct rtmsg with its attributes. Pure. */
export function decodeNextHop(body: Buffer, destination: string): NextHop | null {
  if (body.length < headerLength) return null;
  const attributes = decodeAttributes(body.subarray(headerLength));
  const outgoing = attributes.get(RTA_OIF);
  if (outgoing === undefined || outgoing.length < 4) return null;
  // RTA_VIA, a gateway of the other family, begins with that family.
  const gateway = attributes.get(RTA_GATEWAY) ?? attributes.get(RTA_VIA)?.subarray(2);
  const text = gateway === undefined ? '' : bytesToAddress(gateway);
  return {
    address: text === '' ? destination : text,
    isGateway: text !== '',
    interfaceIndex: outgoing.readUInt32LE(0),
  };
}

/**
 * Whether nobody has answered for the next hop's address so far (ARP, or neighbour discovery of RFC 4861). null when the
 * kernel has no entry for it, as of an interface without link-layer addresses.
 */
export function isSilentNeighbour(libc: Libc, { address, interfaceIndex }: NextHop): boolean | null {
  const bytes = addressToBytes(address);
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(bytes.length === 4 ? AF_INET : AF_INET6, 0);
  header.writeInt32LE(interfaceIndex, 4);
  const question = Buffer.concat([header, encodeAttribute(NDA_DST, bytes)]);
  const answer = askRouting(libc, RTM_GETNEIGH, question);
  if (answer === null || 'errno' in answer || answer.body.length < headerLength) return null;
  return (answer.body.readUInt16LE(8) & (NUD_INCOMPLETE | NUD_FAILED)) !== 0;
}

/** sin6_scope_id; 0 without a zone. */
function zoneIndex(address: string): number {
  const encoded = encodeSockaddr({ address, port: 0 });
  return encoded.length < 28 ? 0 : encoded.readUInt32LE(24);
}
