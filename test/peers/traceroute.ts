/** One hop of traceroute(8): the addresses that answered, and the marks. Times are left out, because they always differ. */
export interface PeerHop {
  ttl: number;
  from: string[];
  annotations: string[];
}

/** Reads `traceroute -n` output: a line per hop, `*` for a silent probe, marks such as `!X` after a time. */
export function parseTraceroute(output: string): PeerHop[] {
  return output
    .split('\n')
    .map((line) => /^\s*(\d+) {2}(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, ttl, rest = '']) => {
      const words = rest.split(/\s+/);
      return {
        ttl: Number(ttl),
        from: unique(words.filter((word) => /^[0-9a-f:.]+$/i.test(word) && /[:.].*[:.]/.test(word))),
        annotations: unique(words.filter((word) => word.startsWith('!'))),
      };
    });
}

export function unique(values: string[]): string[] {
  return [...new Set(values)].sort();
}
