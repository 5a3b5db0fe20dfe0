import yargsParser from 'yargs-parser';
import { parserConfiguration } from './declared.js';
import { defaultOf, type OptionTable } from './options.js';

/** A command line taken apart, nothing of it judged. */
export interface ParsedWords {
  /** What is no option, in order. */
  words: string[];
  /** What stands behind `--`. */
  verbatim: string[];
  /** By name without dashes; of a name that no table has, too. */
  options: Record<string, unknown>;
}

/**
 * Takes words apart by a table of options, with yargs' parser. To judge them is left to others, because it passes the
 * empty string for a missing value and a list for a repeated one.
 */
export function parseWords(argv: readonly string[], table: OptionTable): ParsedWords {
  const specs = Object.entries(table);
  const named = (type: 'boolean' | 'string') =>
    specs.filter(([, spec]) => spec.type === type).map(([name]) => name);
  const {
    _: words,
    '--': verbatim = [],
    ...options
  } = yargsParser([...argv], {
    boolean: named('boolean'),
    string: named('string'),
    alias: Object.fromEntries(
      specs.flatMap(([name, { alias }]) => (alias === undefined ? [] : [[name, alias]])),
    ),
    default: Object.fromEntries(
      specs.flatMap(([name, spec]) => Object.values(defaultOf(spec)).map((value) => [name, value])),
    ),
    configuration: parserConfiguration,
  });
  return { words: words.map(String), verbatim: verbatim.map(String), options };
}
