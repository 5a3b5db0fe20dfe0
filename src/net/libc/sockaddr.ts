import { zoneOf } from '../address/address.js';
import { addressToBytes, bytesToAddress } from '../packet/address-bytes.js';
import { AF_INET, AF_INET6 } from './constants.js';
import { localInterfaces } from './interfaces.js';

export interface Endpoint {
  address: string;
  port: number;
}

/** Octets of struct sockaddr_in6. */
export const longestSockaddr = 28;

/**
 * Encodes struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)). The family is in host byte order, which is little-endian here,
 * port and address in network order. A zone is an interface's name or index: `fe80::1%eth0`, `fe80::1%2`.
 */
export function encodeSockaddr(endpoint: Endpoint): Buffer {
  const buffer = Buffer.alloc(longestSockaddr);
  return buffer.subarray(0, writeSockaddr(buffer, endpoint));
}

/** Encodes into a buffer of `longestSockaddr` octets. Returns the number of octets written. */
export function writeSockaddr(buffer: Buffer, { address, port }: Endpoint): number {
  const bytes = addressToBytes(address);
  const isV4 = bytes.length === 4;
  buffer.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  buffer.writeUInt16BE(port, 2);
  buffer.set(bytes, isV4 ? 4 : 8);
  // The rest of sockaddr_in is padding, which the kernel ignores.
  if (isV4) return 16;
  buffer.writeUInt32LE(0, 4);
  const zone = zoneOf(address);
  // The kernel refuses index 0 for a link-local address (EINVAL).
  buffer.writeUInt32LE(zone === null ? 0 : (interfaceIndex(zone) ?? 0), 24);
  return longestSockaddr;
}

/** The interface index of a zone, which is a number or a name; null when no such interface has a link-local address. */
export function interfaceIndex(zone: string): number | null {
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  // Node gives the index only with link-local addresses; other addresses of the interface have 0.
  const indexes = localInterfaces()[zone]?.map((each) => (each.family === 'IPv6' ? each.scopeid : 0));
  return indexes?.find((index) => index !== 0) ?? null;
}

/** Decodes struct sockaddr_in or sockaddr_in6; null for another family or too few bytes. */
export function decodeSockaddr(buffer: Buffer): Endpoint | null {
  if (buffer.length < 16) return null;
  const family = buffer.readUInt16LE(0);
  const port = buffer.readUInt16BE(2);
  if (family === AF_INET) return { address: `${buffer[4]}.${buffer[5]}.${buffer[6]}.${buffer[7]}`, port };
  if (family === AF_INET6 && buffer.length >= longestSockaddr) {
    return { address: bytesToAddress(buffer.subarray(8, 24)), port };
  }
  return null;
}
