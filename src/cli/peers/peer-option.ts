import { InvalidInputError } from '../../core/errors.js';
import { quoted } from '../../core/text.js';
import { familyOf } from '../../net/address/address.js';

/**
 * The options of other tools that a command understands, as data: the command line is parsed with them, and each becomes
 * options of pprobe, an argument, or an error that says what to give instead. A spelling that pprobe uses itself has
 * pprobe's meaning and is in no table.
 */
export interface PeerTable {
  /** By spelling, with its first character: `-z`, `--connect-timeout`, `+short`, `-type`. `@` and `+` are prefixes of words that have no row. */
  options: Readonly<Record<string, PeerOption>>;
  /** The form in which the other options of a word are read: in `mtr -rw`, `-w` has no value. */
  rewrite?(word: string): string;
}

/** An option of another tool. */
export interface PeerOption {
  /** A value follows: as the next word, behind `=`, or for one letter in the same word. */
  takesValue: boolean;
  /** What pprobe has for it. Throws InvalidInputError for an option or a value that it has nothing for. */
  meaning(value: string, spelling: string): readonly Meant[];
}

/** An option of pprobe with its value, or an argument (`name` is null). */
export interface Meant {
  name: string | null;
  value: string | boolean;
}

/** pprobe does this in any case. */
export const always: PeerOption = { takesValue: false, meaning: () => [] };

/** A switch for which pprobe has switches of its own. */
export function turns(...switches: readonly [name: string, on?: boolean][]): PeerOption {
  return { takesValue: false, meaning: () => switches.map(([name, value = true]) => ({ name, value })) };
}

/** An option whose value is that of an option of pprobe. `more` are switches that it implies. */
export function gives(name: string, ...more: readonly string[]): PeerOption {
  return valued((value) => [{ name, value }, ...more.map((each) => ({ name: each, value: true }))]);
}

/** An option whose value is an argument of pprobe. */
export const givesArgument: PeerOption = valued((value) => [{ name: null, value }]);

/** An option whose value is read by a function. */
export function valued(meaning: PeerOption['meaning']): PeerOption {
  return { takesValue: true, meaning };
}

/** Above this, a bare number can also be milliseconds. */
const mostBareSeconds = 99;

/** An option whose value is in seconds unless it has a unit. `name` is the option of pprobe, a duration. */
export function givesSeconds(name: string): PeerOption {
  return valued((value, spelling) => {
    if (!/^\d+(?:\.\d+)?$/.test(value)) return [{ name, value }];
    if (Number(value) <= mostBareSeconds) return [{ name, value: `${value}s` }];
    throw new InvalidInputError(
      spelling,
      `${spelling} ${value}: is that ${value}s or ${value}ms? Give --${name} with the unit`,
    );
  });
}

/** An option whose value is a local address. `other` says what to do with any other value: the name of an interface, a size. */
export function givesSource(other: string): PeerOption {
  return valued((value, spelling) => {
    if (familyOf(value) !== null) return [{ name: 'source', value }];
    throw new InvalidInputError(spelling, `${spelling}: ${quoted(value)} is not an address; ${other}`);
  });
}

/** For `-s`, `-I` and `-i` of other tools, which also take the name of an interface. */
export const sourceNotInterface = 'give --source with an address of this host, as `ip address` lists them';

/** For the refusals of one command: a function from the sentence that says what to give instead to the option. */
export function refusalsOf(command: string): (sentence: string) => PeerOption {
  return (sentence) => ({
    takesValue: false,
    meaning(_value, spelling) {
      throw new InvalidInputError(spelling, `${spelling}: pprobe ${command} has no such option; ${sentence}`);
    },
  });
}

/** An option that changes nothing here, and whose value is not needed. */
export const alwaysWithValue: PeerOption = { takesValue: true, meaning: () => [] };

/** Several spellings of one option. */
export function spelled(spellings: string, option: PeerOption): Record<string, PeerOption> {
  return Object.fromEntries(spellings.split(' ').map((spelling) => [spelling, option]));
}

/** The words of curl, wget, nmap and others for -4 and -6. */
export const familySpellings: Readonly<Record<string, PeerOption>> = {
  ...spelled('--ipv4 --inet4-only', turns(['4'])),
  ...spelled('--ipv6 --inet6-only', turns(['6'])),
};
