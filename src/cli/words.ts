import { InvalidInputError } from '../core/errors.js';
import type { OptionSpec, OptionTable } from './options.js';
import type { Meant, PeerOption, PeerTable } from './peers/peer-option.js';

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
  /** Why an option of another tool is refused. */
  error?: InvalidInputError;
}

/** The options that are known at a place of the command line. */
interface KnownOptions {
  table: OptionTable;
  peers: PeerTable;
}

/** An option as it was found, before an option of another tool gets its meaning. */
interface FoundOption extends GivenOption {
  peer?: PeerOption;
}

/**
 * Takes a command line apart, in the syntax of getopt_long(3): `--name value`, `--name=value`, `--no-name` for a switch,
 * `-n value`, `-nvalue`, `-n=value`, switches of one letter in one word, `--` before words that are not options. A value
 * that begins with a dash must follow `=`, except for `-` alone. Options of other tools are read in the same way, also
 * `-name=value` and `+name=value`, and become options of pprobe.
 *
 * `tableFor` and `peersFor` give the options that are known until the first word that is not an option, and, called with
 * that word, the options that are known after it.
 */
export function takeApart(
  argv: readonly string[],
  tableFor: (firstWord: string | undefined) => OptionTable,
  peersFor: (firstWord: string | undefined) => PeerTable = () => ({ options: {} }),
): Words {
  const found: Words = { words: [], verbatim: [], options: [] };
  let known: KnownOptions = { table: tableFor(undefined), peers: peersFor(undefined) };
  for (let index = 0; index < argv.length; index++) {
    const written = argv[index] ?? '';
    const word = known.peers.rewrite?.(written) ?? written;
    if (word === '--') {
      found.verbatim.push(...argv.slice(index + 1));
      break;
    }
    if (!isOption(word, known)) {
      found.words.push(word);
      if (found.words.length === 1) known = { table: tableFor(word), peers: peersFor(word) };
      continue;
    }
    const options = optionsIn(word, known);
    const last = options.at(-1);
    const next = argv[index + 1];
    if (last !== undefined && last.value === null && next !== undefined && isValue(next, known)) {
      if (takesValue(last, known)) {
        last.value = next;
        index++;
      }
    }
    for (const option of options) {
      const { options: meant, words } = meaningOf(option);
      found.options.push(...meant);
      found.verbatim.push(...words);
    }
  }
  return found;
}

function isOption(word: string, { peers }: KnownOptions): boolean {
  return /^-./s.test(word) || (/^[@+]./s.test(word) && peerOption(word, peers) !== null);
}

/** Whether a word can be the value of the option before it. A negative number is, so that the message is about the number. */
function isValue(word: string, known: KnownOptions): boolean {
  if (!isOption(word, known)) return true;
  return (
    /^-\d/.test(word) && optionsIn(word, known).every(({ name, peer }) => name === null && peer === undefined)
  );
}

function takesValue({ name, peer }: FoundOption, { table }: KnownOptions): boolean {
  return peer?.takesValue ?? (name !== null && table[name]?.type === 'string');
}

function optionsIn(word: string, known: KnownOptions): FoundOption[] {
  const { table, peers } = known;
  if (word.startsWith('--')) {
    const own = longOption(word, table);
    return [own.name === null ? (peerOption(word, peers) ?? own) : own];
  }
  const isOneLetter = /^-.(?:=|$)/s.test(word);
  const peer = isOneLetter ? null : peerOption(word, peers);
  return peer === null ? shortOptions(word, known) : [peer];
}

/** The word as an option of another tool: `-type=MX`, `+short`, `@10.0.0.2`; null if it is not one. */
function peerOption(word: string, { options }: PeerTable): FoundOption | null {
  const equals = word.indexOf('=');
  const spelling = equals === -1 ? word : word.slice(0, equals);
  const peer = Object.hasOwn(options, spelling) ? options[spelling] : undefined;
  const text = equals === -1 ? null : word.slice(equals + 1);
  if (peer !== undefined && word !== '@') return { spelling, name: null, value: text, peer };
  const prefix = word.charAt(0);
  const prefixed = prefix === '@' || prefix === '+' ? options[prefix] : undefined;
  return prefixed === undefined
    ? null
    : { spelling: prefix, name: null, value: word.slice(1), peer: prefixed };
}

/** The options of pprobe that an option stands for, and the arguments. */
function meaningOf({ peer, ...option }: FoundOption): { options: GivenOption[]; words: string[] } {
  if (peer === undefined) return { options: [option], words: [] };
  const { spelling, value } = option;
  try {
    const meant = peerMeaning(peer, spelling, value);
    return {
      options: meant.flatMap(({ name, value }) => (name === null ? [] : [{ spelling, name, value }])),
      words: meant.flatMap(({ name, value }) => (name === null ? [String(value)] : [])),
    };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { options: [{ spelling, name: null, value: null, error }], words: [] };
  }
}

function peerMeaning(peer: PeerOption, spelling: string, value: GivenOption['value']): readonly Meant[] {
  if (peer.takesValue && (typeof value !== 'string' || value === ''))
    throw new InvalidInputError(spelling, `${spelling}: needs a value; see --help`);
  return peer.meaning(typeof value === 'string' ? value : '', spelling);
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

/**
 * `-t A`, `-tA`, `-t=A`, `-xt A`, `-4n`. Two digits are a number: `-46` is not `-4 -6`. A word that is none of that is returned as a
 * whole, where it has other characters than letters and digits, or is a long option with one hyphen.
 */
function shortOptions(word: string, known: KnownOptions): FoundOption[] {
  const options = lettersOf(word, known);
  const [body = ''] = word.slice(1).split('=');
  const isWhole = /[^a-z0-9]/i.test(body) || specOf(known.table, body) !== undefined;
  const isUnknown = options.some(({ name, peer }) => name === null && peer === undefined);
  return isUnknown && isWhole ? [{ spelling: word, name: null, value: null }] : options;
}

function lettersOf(word: string, { table, peers }: KnownOptions): FoundOption[] {
  const options: FoundOption[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const spelling = `-${letter}`;
    const rest = word.slice(at + 1);
    const name = nameOf(table, letter);
    const spec = name === null ? undefined : table[name];
    const peer = spec === undefined ? peers.options[spelling] : undefined;
    const isEnd = rest === '' || rest.startsWith('=') || spec?.type === 'string' || peer?.takesValue === true;
    if (spec === undefined && peer === undefined) return [...options, { spelling, name: null, value: null }];
    if (!isEnd && /^\d\d/.test(letter + rest)) return [{ spelling: word, name: null, value: null }];
    if (!isEnd) {
      options.push(
        peer === undefined ? { spelling, name, value: true } : { spelling, name, value: null, peer },
      );
      continue;
    }
    const text = rest === '' ? null : rest.replace(/^=/, '');
    if (peer !== undefined) return [...options, { spelling, name: null, value: text, peer }];
    if (spec !== undefined) return [...options, { spelling, name, value: readValue(spec, text) }];
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
