import { capital, count } from '../core/text.js';

/**
 * Words for headlines. A summary is one short sentence: it has one address or a number of addresses, never a list, and a name only
 * where it is short. The evidence has the rest.
 */

/** The longest name that a headline repeats: names like `a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com` fit. */
const longestName = 52;

/** What a summary has room for. */
const longestSummary = 100;
/** Of the two lines of a summary: what 80 columns have room for beside `INCONCLUSIVE` and two spaces. */
const columns = 66;

/** Whether a summary is too long, or a long name breaks its lines so badly that it takes a third one. */
function isTooLong(summary: string): boolean {
  let [lines, used] = [1, 0];
  for (const { length } of summary.split(' ')) {
    const isNext = used > 0 && used + 1 + length > columns;
    lines += isNext ? 1 : 0;
    used = isNext || used === 0 ? length : used + 1 + length;
  }
  return summary.length > longestSummary || lines > 2;
}

/**
 * A summary in which `the name` or `the target` stands for the target's host where it would be too long. The report has the host
 * in its target, and the page and the text in their first phase.
 */
export function fitted(summary: string, host: string, instead: 'the name' | 'the target'): string {
  if (!isTooLong(summary) || host.length <= instead.length) return summary;
  // In parentheses it explains an address, which says enough.
  const fit = summary
    .replaceAll(` (${host})`, '')
    .split(host)
    .reduce((done, part) => {
      // 10.0.12.10 is also the beginning of 10.0.12.100, and a name the end of another one.
      const isWhole = !/[\w.:-]$/.test(done) && !/^(?:[\w-]|[.:]\w)/.test(part);
      return `${done}${isWhole ? instead : host}${part}`;
    });
  return fit.startsWith(instead) ? capital(fit) : fit;
}

/** One address by itself; several as their number: `10.0.1.5`, `3 addresses`. */
export function places(addresses: readonly string[]): string {
  const distinct = [...new Set(addresses)];
  const [first] = distinct;
  return distinct.length === 1 && first !== undefined
    ? first
    : count(distinct.length, 'address', 'addresses');
}

/** `places` as the subject of a verb in the singular: `10.0.1.5`, `The server at 3 addresses`. */
export function serverAt(addresses: readonly string[]): string {
  const words = places(addresses);
  return addresses.includes(words) ? words : `The server at ${words}`;
}

/** The words of `short` at the start of a sentence; a name keeps its letters. */
export function atStart(words: string): string {
  return words === 'the name' || words === 'the target' ? capital(words) : words;
}

/** A name or another text of a document, or the words `instead` where it is too long for a headline. */
export function short(name: string, instead: string, most = longestName): string {
  return name.length <= most ? name : instead;
}
