import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { endianness, release } from 'node:os';
import { familyOf } from '../net/address/address.js';
import { addressToBytes } from '../net/packet/address-bytes.js';

/** The two numbers of a kernel's release that features are introduced by. */
export interface KernelVersion {
  major: number;
  minor: number;
}

/** Reads `6.1.0-18-cloud-amd64` as 6.1; null when the text does not begin with two numbers. */
export function parseKernelRelease(text: string): KernelVersion | null {
  const match = /^(\d{1,6})\.(\d{1,6})(?!\d)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}

/** The running kernel. null where it is not Linux: other systems' numbers mean other things. */
export function readKernel(): KernelVersion | null {
  return process.platform === 'linux' ? parseKernelRelease(release()) : null;
}

/** Whether the kernel is `major.minor` or later. An unknown kernel is not. */
export function atLeast(kernel: KernelVersion | null, major: number, minor: number): boolean {
  if (kernel === null) return false;
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** What a process needs besides the sockets of a sweep: files, pipes, a resolver's sockets, the trace. */
const reserve = 64;
const fewest = 16;

/**
 * How many sockets a sweep may hold open so that nothing else runs out of descriptors: RLIMIT_NOFILE, less what is open
 * now and a reserve. null where the limit is not known or there is none. Node raises the soft limit to the hard one when
 * it starts, so what `ulimit -n` printed in the shell may be less.
 */
export function socketsToSpare(): number | null {
  const limit = descriptorLimit();
  return limit === null ? null : Math.max(fewest, limit - openDescriptors() - reserve);
}

/** The soft RLIMIT_NOFILE of this process (getrlimit(2)); null where it is unlimited or cannot be read. */
function descriptorLimit(): number | null {
  try {
    return parseLimits(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}

/** Reads the soft limit of `Max open files` out of /proc/PID/limits (proc(5)). Pure. */
function parseLimits(text: string): number | null {
  const found = /^Max open files\s+(\d+)\s/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

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
