import { readText } from '../core/read-text.js';

/**
 * The sources that getaddrinfo(3) asks about a host, in order: the `hosts` line of nsswitch.conf(5) without its actions
 * (`[NOTFOUND=return]`). null where the file has no such line or cannot be read, and in C libraries without it, such as musl:
 * there the hosts file is read first, and then DNS is asked.
 */
export async function readHostSources(path = '/etc/nsswitch.conf'): Promise<string[] | null> {
  return parseHostSources(await readText(path).catch(() => ''));
}

/** The sources in the text of an nsswitch.conf, in lower case. As in glibc, the last `hosts` line counts. Never throws. */
export function parseHostSources(text: string): string[] | null {
  const lines = text.split('\n').flatMap((line) => {
    const [, values] = /^\s*hosts\s*:(.*)$/i.exec(line.replace(/#.*/s, '')) ?? [];
    return values === undefined ? [] : [values];
  });
  const last = lines.at(-1);
  if (last === undefined) return null;
  const words = last.replace(/\[[^\]]*\]?/g, ' ').split(/\s+/);
  return words.filter((word) => word !== '').map((word) => word.toLowerCase());
}

/** The sources before DNS that give names to addresses that DNS does not know of; without `files`, the hosts file. */
export function sourcesBeforeDns(sources: readonly string[]): string[] {
  const at = sources.indexOf('dns');
  return sources.slice(0, at < 0 ? sources.length : at).filter((source) => source !== 'files');
}
