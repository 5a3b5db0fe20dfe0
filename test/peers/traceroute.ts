/** What traceroute(8) says of one hop: who answered, and with which mark. Times are left out; they never agree. */
export interface PeerHop {
  ttl: number;
  from: string[];
  annotations: string[];
}

/** Reads `traceroute -n` output: a line per hop, `*` for a silent probe, `!X` and the like behind a time. */
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
