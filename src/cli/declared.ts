import { defaultOf, type OptionTable } from './options.js';

/** How words are taken apart: by yargs' parser when a command runs, by yargs when one is completed. */
export const parserConfiguration = {
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'strip-aliased': true,
  'populate--': true,
  // The default, but completion offers `--no-…` only where it is written down.
  'boolean-negation': true,
} as const;

/** A table of options as yargs wants it. */
export function declared(table: OptionTable) {
  return Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [
      name,
      {
        type: spec.type,
        describe: spec.help,
        hidden: spec.hidden === true,
        ...(spec.alias === undefined ? {} : { alias: spec.alias }),
        ...defaultOf(spec),
      },
    ]),
  );
}
