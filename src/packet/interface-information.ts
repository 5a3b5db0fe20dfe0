import { bytesToAddress } from './address-bytes.js';

/** What a router says of one of its interfaces (RFC 5837). Fields it left out are null. */
export interface InterfaceInformation {
  /** Which of its interfaces: where the packet came in, a part of that one below IP, where it was to leave, or the next hop. */
  role: 'incoming' | 'incoming-sub-ip' | 'outgoing' | 'next-hop';
  /** As SNMP numbers it. */
  index: number | null;
  address: string | null;
  /** UTF-8 as it came: whoever shows it cleans it. */
  name: string | null;
  /** Octets. */
  mtu: number | null;
}

export const interfaceInformationClass = 2;

const roles = ['incoming', 'incoming-sub-ip', 'outgoing', 'next-hop'] as const;
const longestName = 64;

/**
 * Decodes the payload of an ICMP extension object of class 2. The class type says which fields follow, in the order index,
 * address, name, MTU (RFC 5837 section 4.1). Never throws; null for a payload that is too short for what it claims.
 */
export function decodeInterfaceInformation(
  classType: number,
  payload: Uint8Array,
): InterfaceInformation | null {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const role = roles[(classType >> 6) & 3] ?? 'incoming';
  const found: InterfaceInformation = { role, index: null, address: null, name: null, mtu: null };
  let at = 0;
  if (classType & 0x08) {
    if (at + 4 > view.length) return null;
    found.index = view.readUInt32BE(at);
    at += 4;
  }
  if (classType & 0x04) {
    const size = at + 4 <= view.length ? addressSizes[view.readUInt16BE(at)] : undefined;
    if (size === undefined || at + 4 + size > view.length) return null;
    found.address = bytesToAddress(view.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  if (classType & 0x02) {
    // Its own length octet is counted in.
    const size = at < view.length ? view.readUInt8(at) : 0;
    if (size < 1 || size > longestName || at + size > view.length) return null;
    const [name = ''] = view.toString('utf8', at + 1, at + size).split('\0', 1);
    found.name = name;
    at += size;
  }
  if (classType & 0x01) {
    if (at + 4 > view.length) return null;
    found.mtu = view.readUInt32BE(at);
  }
  return found;
}

/** By address family number (IANA): IPv4, IPv6. */
const addressSizes: Readonly<Record<number, number>> = { 1: 4, 2: 16 };
