import { readText } from '../core/read-text.js';
import { canonicalAddress, familyOf } from '../net/address/address.js';

/** A line of hosts(5). */
export interface HostsEntry {
  /** As in the file, not canonical. */
  address: string;
  /** The canonical name, then the aliases. */
  names: string[];
  /** The number of the line, from 1. */
  line: number;
}

/** Parses a hosts file. Lines without an address and a name are skipped, as in the C library. Never throws. */
export function parseHosts(text: string): HostsEntry[] {
  return text.split('\n').flatMap((content, index) => {
    const [address = '', ...names] = content.replace(/#.*/s, '').trim().split(/\s+/);
    if (familyOf(address) === null || names.length === 0) return [];
    return [{ address, names, line: index + 1 }];
  });
}

/**
 * The canonical addresses of a name in the hosts file, in the order of the file. Names are compared without case and
 * final dot. A file that cannot be read counts as empty, as in getaddrinfo(3).
 */
export async function lookupHosts(name: string, path = '/etc/hosts'): Promise<string[]> {
  return [...new Set((await findHosts(name, path)).map((entry) => canonicalAddress(entry.address)))];
}

/** The lines of the hosts file that have a name, in the order of the file; empty if the file cannot be read. */
export async function findHosts(name: string, path = '/etc/hosts'): Promise<HostsEntry[]> {
  return entriesFor(await readText(path).catch(() => ''), name);
}

/** The hosts file and the numbers of its lines, from 1, that have a name. */
export async function hostsLines(
  name: string,
  path = '/etc/hosts',
): Promise<{ path: string; lines: number[] }> {
  const text = await readText(path).catch(() => '');
  return { path, lines: [...new Set(entriesFor(text, name).map(({ line }) => line))] };
}

function entriesFor(text: string, name: string): HostsEntry[] {
  const wanted = comparable(name);
  return parseHosts(text).filter((entry) => entry.names.some((each) => comparable(each) === wanted));
}

function comparable(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}
