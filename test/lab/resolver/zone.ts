/** The configuration of the lab's resolver, and lookups in its zone. */

export type ZoneRecordType = 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'TXT';

/** `name` in lower case without its final dot; a first label `*` is a wildcard (RFC 4592). */
export interface ZoneRecord {
  name: string;
  type: ZoneRecordType;
  /** Seconds. */
  ttl: number;
  /** TXT: one string for each record. */
  data: string;
}

/**
 * `zone`: replies from its records. `no-data`: every name exists and has no address. `refused`, `servfail`: the RCODE of
 * every reply; `servfail` has an extended error (RFC 8914) where the query has EDNS. `malformed`: replies lack their last
 * octets.
 */
export type ResolverBehaviour = 'zone' | 'no-data' | 'refused' | 'servfail' | 'malformed';

export interface ResolverConfig {
  addresses: string[];
  behaviour: ResolverBehaviour;
  zone: ZoneRecord[];
}

/** Every name with a record at or below it: a name that only has descendants exists too, without data. */
export function existingNames(zone: readonly ZoneRecord[]): Set<string> {
  const existing = new Set<string>();
  for (const { name } of zone) {
    for (let rest = name; rest !== ''; rest = parentOf(rest)) existing.add(rest);
  }
  return existing;
}

/** The name without its first label; '' is the root. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

/**
 * The records of every type at a name or, where it does not exist, those of the wildcard at its closest existing
 * ancestor. null where there is no such wildcard: the name does not exist.
 */
export function recordsAt(zone: readonly ZoneRecord[], name: string): ZoneRecord[] | null {
  const existing = existingNames(zone);
  if (existing.has(name)) return zone.filter((record) => record.name === name);
  let ancestor = parentOf(name);
  while (ancestor !== '' && !existing.has(ancestor)) ancestor = parentOf(ancestor);
  const wildcard = ancestor === '' ? '*' : `*.${ancestor}`;
  return existing.has(wildcard) ? zone.filter((record) => record.name === wildcard) : null;
}
