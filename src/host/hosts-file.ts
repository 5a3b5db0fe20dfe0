import { readFile } from 'node:fs/promises';
import { canonicalAddress, familyOf } from '../net/address/address.js';

/** One line of hosts(5). */
export interface HostsEntry {
  /** As the file spells it. */
  address: string;
  /** The canonical name first, then the aliases. */
  names: string[];
  /** Counted from 1, to point a person at it. */
  line: number;
}

/** Reads the text of a hosts file. Lines without an address and a name are passed over, as the C library does. Never throws. */
export function parseHosts(text: string): HostsEntry[] {
  return text.split('\n').flatMap((content, index) => {
    const [address = '', ...names] = content.replace(/#.*/s, '').trim().split(/\s+/);
    if (familyOf(address) === null || names.length === 0) return [];
    return [{ address, names, line: index + 1 }];
  });
}

/**
 * The addresses that the hosts file gives a name, canonical, in the file's order; names compare without case and
 * without final dot. A file that cannot be read has no entries: getaddrinfo(3) judges it so too.
 */
export async function lookupHosts(name: string, path = '/etc/hosts'): Promise<string[]> {
  return [...new Set((await findHosts(name, path)).map((entry) => canonicalAddress(entry.address)))];
}

/** The hosts file's lines that have a name, in the file's order; none where it cannot be read. */
export async function findHosts(name: string, path = '/etc/hosts'): Promise<HostsEntry[]> {
  return entriesFor(await readFile(path, 'utf8').catch(() => ''), name);
}

/** The lines of the hosts file that name it, counted from 1, and the file. */
export async function hostsLines(
  name: string,
  path = '/etc/hosts',
): Promise<{ path: string; lines: number[] }> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return { path, lines: [...new Set(entriesFor(text, name).map(({ line }) => line))] };
}

function entriesFor(text: string, name: string): HostsEntry[] {
  const wanted = comparable(name);
  return parseHosts(text).filter((entry) => entry.names.some((each) => comparable(each) === wanted));
}

function comparable(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}
