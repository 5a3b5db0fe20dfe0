import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { familyOf } from '../address/family.js';
import { addressToBytes } from '../packet/address-bytes.js';

/** One end of a connection. */
export interface SocketEnd {
  address: string;
  port: number;
}

/**
 * Octets that a TCP connection of this host has been given to send and the peer has not acknowledged, from
 * /proc/net/tcp and tcp6 (proc(5), `tx_queue`); null when the connection is not in there or the file cannot be read.
 * Needs no privilege and no descriptor. Never throws.
 */
export async function unacknowledgedBytes(local: SocketEnd, remote: SocketEnd): Promise<number | null> {
  const file = familyOf(remote.address) === 6 ? '/proc/net/tcp6' : '/proc/net/tcp';
  return sendQueueIn(await readFile(file, 'utf8').catch(() => ''), local, remote);
}

/** The same from the file's text. Ports tell one connection to one place from another. Pure; never throws. */
export function sendQueueIn(text: string, local: SocketEnd, remote: SocketEnd): number | null {
  const ends = ` ${portOf(local)} ${portOf(remote)} `;
  for (const line of text.split('\n')) {
    const [, from, to, , queues] = line.trim().split(/\s+/);
    if (from === undefined || to === undefined || queues === undefined) continue;
    const ports = ` ${from.split(':')[1]} ${to.split(':')[1]} `;
    if (ports !== ends || to.split(':')[0] !== hexOf(remote.address)) continue;
    const [unsent = ''] = queues.split(':', 1);
    return /^[0-9A-F]{8}$/i.test(unsent) ? Number.parseInt(unsent, 16) : null;
  }
  return null;
}

function portOf({ port }: SocketEnd): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** As the kernel prints it: words of 32 bits in this machine's own byte order. */
function hexOf(address: string): string {
  const bytes = Buffer.from(addressToBytes(address));
  const words = endianness() === 'LE' ? bytes.swap32() : bytes;
  return words.toString('hex').toUpperCase();
}
