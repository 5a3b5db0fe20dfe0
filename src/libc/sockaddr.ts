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
  if (!isV4) buffer.writeUInt32LE(scopeId(zoneOf(address)), 24);
  return buffer;
}

/** An interface's index, given as a number or by its name; 0, which the kernel refuses, for one this host lacks. */
function scopeId(zone: string | null): number {
  if (zone === null) return 0;
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  const v6 = networkInterfaces()[zone]?.find(({ family }) => family === 'IPv6');
  return v6?.scopeid ?? 0;
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
