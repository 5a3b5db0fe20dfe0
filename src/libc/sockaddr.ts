import { networkInterfaces } from 'node:os';
import { zoneOf } from '../address/zone.js';
import { addressToBytes, bytesToAddress } from '../packet/address-bytes.js';
import { AF_INET, AF_INET6 } from './constants.js';

export interface Endpoint {
  address: string;
  port: number;
}

/**
 * struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)). Families are host byte order (little-endian here), ports and
 * addresses network order. A zone is the interface's name or index: `fe80::1%eth0`, `fe80::1%2`.
 */
export function encodeSockaddr({ address, port }: Endpoint): Buffer {
  const bytes = addressToBytes(address);
  const isV4 = bytes.length === 4;
  const buffer = Buffer.alloc(isV4 ? 16 : 28);
  buffer.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  buffer.writeUInt16BE(port, 2);
  buffer.set(bytes, isV4 ? 4 : 8);
  const zone = isV4 ? null : zoneOf(address);
  // To a link-local address the kernel refuses index 0.
  if (zone !== null) buffer.writeUInt32LE(interfaceIndex(zone) ?? 0, 24);
  return buffer;
}

/** The index of a zone's interface, given as a number or by its name; null when none of that name has a link-local address. */
export function interfaceIndex(zone: string): number | null {
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  // Node tells it of link-local addresses alone: beside others of the same interface stands 0.
  const told = networkInterfaces()[zone]?.map((each) => (each.family === 'IPv6' ? each.scopeid : 0));
  return told?.find((index) => index !== 0) ?? null;
}

/** The reverse; null for another family or too few bytes. */
export function decodeSockaddr(buffer: Buffer): Endpoint | null {
  if (buffer.length < 16) return null;
  const family = buffer.readUInt16LE(0);
  const port = buffer.readUInt16BE(2);
  if (family === AF_INET) return { address: bytesToAddress(buffer.subarray(4, 8)), port };
  if (family === AF_INET6 && buffer.length >= 28) {
    return { address: bytesToAddress(buffer.subarray(8, 24)), port };
  }
  return null;
}
