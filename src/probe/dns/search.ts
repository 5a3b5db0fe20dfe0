import { isName } from '../../target/dns-name.js';

/** What of resolv.conf decides which names a question is tried as. */
export interface SearchRules {
  /** Suffixes in order, without final dot; the root is `.`. */
  search: readonly string[];
  ndots: number;
}

/**
 * The absolute names to try for a name as it was typed, in order and with final dot, by the rules of resolv.conf(5) and
 * glibc's res_nsearch: a name with a final dot is meant as it stands; one with at least `ndots` dots is tried as it
 * stands first, one with fewer last. A suffix that would make the name too long is passed over. Never empty.
 *
 * @param name as checkName gave it
 */
export function* searchNames(name: string, rules: SearchRules): Generator<string> {
  if (name.endsWith('.')) return yield name;
  const asItStands = `${name}.`;
  const comesFirst = dotsIn(name) >= rules.ndots;
  if (comesFirst) yield asItStands;
  const suffixed = rules.search.flatMap((suffix) => {
    const joined = suffix === '.' ? asItStands : `${name}.${suffix}.`;
    return isName(joined) ? [joined] : [];
  });
  for (const each of new Set(comesFirst ? suffixed : [...suffixed, asItStands])) {
    if (!comesFirst || each !== asItStands) yield each;
  }
}

function dotsIn(name: string): number {
  let dots = 0;
  for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) dots++;
  return dots;
}
