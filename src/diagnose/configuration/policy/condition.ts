import { blockOfAddress, covers } from '../block.js';
import type { Condition } from './document.js';

/** true, false, or null where it is not known. */
export type Truth = boolean | null;

/** What all of several things are: false if one is, else not known if one is not. */
export function allOfTruths(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

/** What one of several things is: true if one is, else not known if one is not. */
export function anyOfTruths(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(null) ? null : false;
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

/** The values of a condition key in a request: absent where it has none, unknown where that is not known. */
export type KeyValue = readonly string[] | 'absent' | 'unknown';

/** Whether one value of a request satisfies one value of a policy. */
type Comparison = (given: string, wanted: string) => Truth;

const compareNumbers =
  (holds: (one: number, other: number) => boolean): Comparison =>
  (given, wanted) => {
    const [one, other] = [Number(given), Number(wanted)];
    return Number.isNaN(one) || Number.isNaN(other) || wanted.trim() === '' ? null : holds(one, other);
  };

const compareTimes =
  (holds: (one: number, other: number) => boolean): Comparison =>
  (given, wanted) => {
    const [one, other] = [timeOf(given), timeOf(wanted)];
    return Number.isNaN(one) || Number.isNaN(other) ? null : holds(one, other);
  };

/** Milliseconds; numbers of ten digits are seconds since 1970. */
function timeOf(text: string): number {
  return /^\d{9,10}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

const equals: Comparison = (given, wanted) => given === unescaped(wanted, 'character');
const like: Comparison = (given, wanted) => wildcardMatch(wanted, given);

/** The operators without their modifiers, in lower case. */
const comparisons: Readonly<Record<string, { compare: Comparison; negated?: true }>> = {
  stringequals: { compare: equals },
  stringnotequals: { compare: equals, negated: true },
  stringequalsignorecase: { compare: equalsInAnyCase },
  stringnotequalsignorecase: { compare: equalsInAnyCase, negated: true },
  stringlike: { compare: like },
  stringnotlike: { compare: like, negated: true },
  numericequals: { compare: compareNumbers((one, other) => one === other) },
  numericnotequals: { compare: compareNumbers((one, other) => one === other), negated: true },
  numericlessthan: { compare: compareNumbers((one, other) => one < other) },
  numericlessthanequals: { compare: compareNumbers((one, other) => one <= other) },
  numericgreaterthan: { compare: compareNumbers((one, other) => one > other) },
  numericgreaterthanequals: { compare: compareNumbers((one, other) => one >= other) },
  dateequals: { compare: compareTimes((one, other) => one === other) },
  datenotequals: { compare: compareTimes((one, other) => one === other), negated: true },
  datelessthan: { compare: compareTimes((one, other) => one < other) },
  datelessthanequals: { compare: compareTimes((one, other) => one <= other) },
  dategreaterthan: { compare: compareTimes((one, other) => one > other) },
  dategreaterthanequals: { compare: compareTimes((one, other) => one >= other) },
  bool: { compare: equalsInAnyCase },
  binaryequals: { compare: equals },
  ipaddress: { compare: inBlock },
  notipaddress: { compare: inBlock, negated: true },
  // ArnEquals has wildcards, too (IAM user guide, "ARN condition operators").
  arnequals: { compare: arnLike },
  arnlike: { compare: arnLike },
  arnnotequals: { compare: arnLike, negated: true },
  arnnotlike: { compare: arnLike, negated: true },
};

function equalsInAnyCase(given: string, wanted: string): boolean {
  return given.toLowerCase() === unescaped(wanted, 'character').toLowerCase();
}

function inBlock(given: string, wanted: string): Truth {
  const address = blockOfAddress(given);
  return address === null ? null : covers(wanted.trim(), address);
}

/** Each of the six parts of an ARN is compared by itself, and wildcards do not reach into the next one. */
function arnLike(given: string, wanted: string): Truth {
  const [one, other] = [arnParts(given), arnParts(wanted)];
  if (one === null) return null;
  if (other === null) return wanted === '*';
  return one.every((part, index) => wildcardMatch(other[index] ?? '', part));
}

function arnParts(text: string): string[] | null {
  const parts = text.split(':');
  return parts.length < 6 ? null : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** The three characters that have another meaning in a policy, as they are written to stand for themselves. */
const escapes: readonly (readonly [character: string, mark: string])[] = [
  ['*', '\u0002'],
  ['?', '\u0003'],
  ['$', '\u0004'],
];

/** A pattern in which each escaped character is another text. */
function unescaped(pattern: string, to: 'character' | 'mark'): string {
  if (!pattern.includes('${')) return pattern;
  return escapes.reduce(
    (text, [character, mark]) =>
      text.replaceAll(`\${${character}}`, () => (to === 'mark' ? mark : character)),
    pattern,
  );
}

/** Whether a value has a policy variable, which stands for a value of the request that is not known here. */
export function hasVariable(value: string): boolean {
  return /\$\{(?![*?$]\})/.test(value);
}

const characterOf: ReadonlyMap<string | undefined, string> = new Map(
  escapes.map(([character, mark]) => [mark, character]),
);

/**
 * Whether a text fits a pattern, in which `*` is any text, also an empty one, `?` one character, and each of the two and `$` in
 * braces after a `$` the character itself. Linear in time.
 */
export function wildcardMatch(written: string, text: string): boolean {
  const pattern = unescaped(written, 'mark');
  const isAt = (place: number, at: number): boolean =>
    pattern[place] === text[at] || characterOf.get(pattern[place]) === text[at];
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (place < pattern.length && pattern[place] === '*') {
      star = place++;
      mark = at;
    } else if (place < pattern.length && (pattern[place] === '?' || isAt(place, at))) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}

/** Whether a condition holds for the values that a request has under its key. */
export function holds({ operator, values }: Condition, given: KeyValue): Truth {
  const [, set = '', name = '', ifExists = ''] =
    /^(?:(for(?:all|any)values?):)?(.*?)(ifexists)?$/i.exec(operator.trim()) ?? [];
  const lower = name.toLowerCase();
  if (lower === 'null') return holdsNull(values, given);
  const row = Object.hasOwn(comparisons, lower) ? comparisons[lower] : undefined;
  if (row === undefined || given === 'unknown') return null;
  const quantifier = set.toLowerCase();
  const isNegated = row.negated === true;
  if (given === 'absent') {
    if (ifExists !== '' || quantifier.startsWith('forall')) return true;
    return quantifier.startsWith('forany') ? false : isNegated;
  }
  const compare = (each: string): Truth => {
    const found = anyOfTruths(values.map((wanted) => compareWith(row.compare, each, wanted)));
    return isNegated ? not(found) : found;
  };
  const results = given.map(compare);
  if (quantifier.startsWith('forall')) return allOfTruths(results);
  if (quantifier.startsWith('forany')) return anyOfTruths(results);
  return isNegated ? allOfTruths(results) : anyOfTruths(results);
}

function compareWith(compare: Comparison, given: string, wanted: string): Truth {
  return hasVariable(wanted) ? null : compare(given, wanted);
}

function holdsNull(values: readonly string[], given: KeyValue): Truth {
  if (given === 'unknown') return null;
  return values.some((each) => each.toLowerCase() === String(given === 'absent'));
}

/** Whether an operator is one that IAM documents. */
export function isKnownOperator(operator: string): boolean {
  const name = operator.replace(/^for(?:all|any)values?:/i, '').replace(/ifexists$/i, '');
  return name.toLowerCase() === 'null' || Object.hasOwn(comparisons, name.toLowerCase());
}
