import type { OptionSpec, OptionTable } from './options.js';

/** The words of a command line, sorted into options and others. Nothing is checked. */
export interface Words {
  /** The words that are not options, in order, without those after `--`. */
  words: string[];
  /** The words after `--`. */
  verbatim: string[];
  options: GivenOption[];
}

/** One option as it was given. */
export interface GivenOption {
  /** As typed, without the value: `-t`, `--no-search`. */
  spelling: string;
  /** Its name in the table; null where the table does not have it. */
  name: string | null;
  /** Of a switch, true or false, or the text after `=` that is neither. Of another option its text; null where it is missing. */
  value: string | boolean | null;
}

/**
 * Takes a command line apart, in the syntax of getopt_long(3): `--name value`, `--name=value`, `--no-name` for a switch,
 * `-n value`, `-nvalue`, `-n=value`, switches of one letter in one word, `--` before words that are not options. A value
 * that begins with a dash must follow `=`, except for `-` alone.
 *
 * `tableFor` gives the options that are known until the first word that is not an option, and, called with that word, the
 * options that are known after it.
 */
export function takeApart(
  argv: readonly string[],
  tableFor: (firstWord: string | undefined) => OptionTable,
): Words {
  const found: Words = { words: [], verbatim: [], options: [] };
  let table = tableFor(undefined);
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') {
      found.verbatim = argv.slice(index + 1);
      break;
    }
    if (!isOption(word)) {
      found.words.push(word);
      if (found.words.length === 1) table = tableFor(word);
      continue;
    }
    const options = word.startsWith('--') ? [longOption(word, table)] : shortOptions(word, table);
    found.options.push(...options);
    const last = options.at(-1);
    const next = argv[index + 1];
    if (last === undefined || last.value !== null || next === undefined || isOption(next)) continue;
    if (last.name === null || table[last.name]?.type !== 'string') continue;
    last.value = next;
    index++;
  }
  return found;
}

function isOption(word: string): boolean {
  return /^-./s.test(word);
}

function longOption(word: string, table: OptionTable): GivenOption {
  const equals = word.indexOf('=');
  const spelling = equals === -1 ? word : word.slice(0, equals);
  const text = equals === -1 ? null : word.slice(equals + 1);
  const name = spelling.slice(2);
  const spec = specOf(table, name);
  if (spec !== undefined) return { spelling, name, value: readValue(spec, text) };
  const negated = name.startsWith('no-') ? name.slice('no-'.length) : '';
  if (specOf(table, negated)?.type === 'boolean' && text === null)
    return { spelling, name: negated, value: false };
  return { spelling, name: null, value: text };
}

/** `-t A`, `-tA`, `-t=A`, `-xt A`. A digit stands alone: `-46` is not `-4 -6`. */
function shortOptions(word: string, table: OptionTable): GivenOption[] {
  const options: GivenOption[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const spelling = `-${letter}`;
    const rest = word.slice(at + 1);
    const name = nameOf(table, letter);
    const spec = name === null ? undefined : table[name];
    const isEnd = rest === '' || rest.startsWith('=') || spec?.type === 'string';
    if (name === null || spec === undefined) return [...options, { spelling, name: null, value: null }];
    if (!isEnd && /\d/.test(letter + rest)) return [{ spelling: word, name: null, value: null }];
    if (!isEnd) {
      options.push({ spelling, name, value: true });
      continue;
    }
    const text = rest === '' ? null : rest.replace(/^=/, '');
    return [...options, { spelling, name, value: readValue(spec, text) }];
  }
  return options;
}

/** An option of one letter is in the table under that letter, or is the alias of another. */
function nameOf(table: OptionTable, letter: string): string | null {
  if (Object.hasOwn(table, letter)) return letter;
  return Object.keys(table).find((name) => table[name]?.alias === letter) ?? null;
}

function specOf(table: OptionTable, name: string): OptionSpec | undefined {
  return name.length > 1 && Object.hasOwn(table, name) ? table[name] : undefined;
}

function readValue({ type }: OptionSpec, text: string | null): string | boolean | null {
  if (type === 'string') return text;
  return text === null || text === 'true' ? true : text === 'false' ? false : text;
}
