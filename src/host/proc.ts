import { readdirSync } from 'node:fs';
import { endianness } from 'node:os';
import { readText, readTextNow } from '../core/read-text.js';
import { familyOf } from '../net/address/address.js';
import { addressToBytes } from '../net/packet/address-bytes.js';

/** Descriptors reserved for everything else: files, pipes, the sockets of a resolver and of a trace. */
const reservedDescriptors = 64;
const minSockets = 16;

/**
 * The number of sockets that connections may use at the same time: RLIMIT_NOFILE less the open descriptors and a reserve.
 * null if there is no limit or it is not known. Node raises the soft limit to the hard one when it starts, so `ulimit -n`
 * in the shell may print less.
 */
export function socketsToSpare(): number | null {
  const limit = descriptorLimit();
  return limit === null ? null : Math.max(minSockets, limit - openDescriptors() - reservedDescriptors);
}

/** The soft RLIMIT_NOFILE of this process (getrlimit(2)); null if it is unlimited or cannot be read. */
export function descriptorLimit(file = '/proc/self/limits'): number | null {
  try {
    return parseLimits(readTextNow(file));
  } catch {
    return null;
  }
}

/** Parses the soft limit of `Max open files` in /proc/PID/limits (proc(5)). */
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

/** Ports from `first` to `last`, both included. */
export interface LocalPorts {
  /** @minimum 0 @maximum 65535 */
  first: number;
  /** @minimum 0 @maximum 65535 */
  last: number;
}

/**
 * The ports that connections of this host leave from where no port is asked for (ip(7), `ip_local_port_range`). They are those
 * of this network namespace, and of IPv6 too. null where the file cannot be read.
 */
export function localPortRange(file = '/proc/sys/net/ipv4/ip_local_port_range'): LocalPorts | null {
  try {
    const [, first, last] = /^(\d{1,5})\s+(\d{1,5})\s*$/.exec(readTextNow(file)) ?? [];
    return last === undefined ? null : { first: Number(first), last: Number(last) };
  } catch {
    return null;
  }
}

/** How connections of a host ask for ECN (RFC 3168). */
export interface EcnRequest {
  /** A SYN that is sent again asks for it no more (`tcp_ecn_fallback`). */
  fallsBack: boolean;
}

/** The values of `tcp_ecn` with which connections that leave ask for ECN: 3 asks for Accurate ECN (Linux 6.18). */
const asksForEcn: ReadonlySet<string> = new Set(['1', '3', '4']);

/**
 * Whether connections of this network namespace ask for ECN in their SYNs, for IPv4 and IPv6 (ip-sysctl, `tcp_ecn`); null where they do
 * not, as by default, or where it is not known. A route with the feature ecn asks for it, too.
 */
export function ecnRequest(folder = '/proc/sys/net/ipv4'): EcnRequest | null {
  try {
    if (!asksForEcn.has(readTextNow(`${folder}/tcp_ecn`).trim())) return null;
    return { fallsBack: readTextNow(`${folder}/tcp_ecn_fallback`).trim() !== '0' };
  } catch {
    return null;
  }
}

/**
 * The packets that this network namespace has dropped by the reverse path filter (`rp_filter` of ip-sysctl), by the counter
 * IPReversePathFilter of /proc/net/netstat; null where the file does not have it.
 */
export function reversePathDrops(file = '/proc/net/netstat'): number | null {
  try {
    return counterIn(readTextNow(file), 'IPReversePathFilter');
  } catch {
    return null;
  }
}

/** The file has two lines for each group of counters: their names, and their values. */
function counterIn(text: string, name: string): number | null {
  const lines = text.split('\n').map((line) => line.split(' '));
  const at = lines.findIndex((names) => names.includes(name));
  const value = lines[at + 1]?.[lines[at]?.indexOf(name) ?? -1];
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** One end of a connection. */
export interface SocketEnd {
  address: string;
  port: number;
}

/**
 * The octets in the send queue of a TCP connection of this host that the peer has not acknowledged, from /proc/net/tcp and
 * tcp6 (proc(5), `tx_queue`); null if the connection is not listed or the file cannot be read. Needs no privileges. Never
 * throws.
 */
export async function unacknowledgedBytes(local: SocketEnd, remote: SocketEnd): Promise<number | null> {
  const file = familyOf(remote.address) === 6 ? '/proc/net/tcp6' : '/proc/net/tcp';
  return sendQueueIn(await readText(file).catch(() => ''), local, remote);
}

/** Like unacknowledgedBytes, from the text of the file. Connections are identified by the remote end and both ports. */
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

/** An address as the kernel prints it: words of 32 bits in host byte order. */
function hexOf(address: string): string {
  const bytes = Buffer.from(addressToBytes(address));
  const words = endianness() === 'LE' ? bytes.swap32() : bytes;
  return words.toString('hex').toUpperCase();
}
