import type { Bound } from '../core/check-options.js';
import { exitCodeMeanings } from '../documents/terms/exit-code.js';
import { hanging, padTo, widthOf, wrap } from '../report/text/wrap.js';
import type { Command } from './command.js';
import { commands, completionCommand, shells } from './commands.js';
import {
  durationText,
  networkOptions,
  type OptionSpec,
  type OptionTable,
  orList,
  outputOptions,
  withOutputOptions,
} from './options.js';

/** Text is wrapped at this width on wider terminals, because longer lines are hard to read. */
const widest = 100;

/** What `D` stands for in the help of an option. */
export const durations = 'D is a duration: 5s, 500ms, 2m, or a whole number of milliseconds, at least 20.';

const everywhere: OptionTable = { ...networkOptions, ...outputOptions };

interface Row {
  left: string;
  right: string;
}

/** `pprobe dns <name> [server] [options]`. */
export function usageOf({ name, positionals }: Command): string {
  const words = positionals.map(({ name: word, required, repeatable }) => {
    const text = repeatable ? `${word}…` : word;
    return required ? `<${text}>` : `[${text}]`;
  });
  return ['pprobe', name, ...words, '[options]'].join(' ');
}

/** What `pprobe --help` prints. */
export function programHelp(columns: number): string {
  const entries = [...commands, completionCommand].map(({ name, summary }) => ({
    left: name,
    right: summary,
  }));
  return sections(columns, [
    ['', 'Usage: pprobe <command> [arguments] [options]'],
    [
      '',
      'Says why a private endpoint does not answer: DNS, timeout or policy, on what evidence, and what to change.',
    ],
    [
      'Examples',
      [
        '  pprobe diagnose https://abc123defg.execute-api.us-east-1.amazonaws.com/prod',
        '  pprobe dns api.example.com 10.0.0.2',
        '  pprobe tcp api.example.com 443',
        '  pprobe trace api.example.com',
      ].join('\n'),
    ],
    ['Commands', rows(entries, columns)],
    ['Everywhere', rows(optionRows(everywhere), columns)],
    [
      'Exit codes',
      rows(
        exitCodeMeanings.map(({ code, meaning }) => ({ left: String(code), right: meaning })),
        columns,
      ),
    ],
    ['', 'pprobe <command> --help describes one command.'],
  ]);
}

/** What `pprobe completion --help` prints. */
export function completionHelp(columns: number): string {
  return sections(columns, [
    ['', `Usage: pprobe ${completionCommand.name} [shell]`],
    ['', `${completionCommand.summary}.`],
    [
      'Examples',
      [
        '  source <(pprobe completion bash)',
        '  source <(pprobe completion zsh)',
        '  pprobe completion fish | source',
      ].join('\n'),
    ],
    ['Arguments', rows([{ left: 'shell', right: `${orList(shells)} (the shell in use)` }], columns)],
    ['', 'Put the line into the start-up file of the shell to have it in every session.'],
  ]);
}

/** What `pprobe COMMAND --help` prints. */
export function commandHelp(command: Command, columns: number): string {
  const positionals = command.positionals.map(({ name, help }) => ({ left: name, right: help }));
  const examples = command.examples.map(
    (example) => `  ${example.command}\n${wrap(example.help, Math.min(columns, widest), 6)}`,
  );
  const all = withOutputOptions(command.options);
  const own = pick(all, (name) => !Object.hasOwn(everywhere, name));
  const common = pick(all, (name) => Object.hasOwn(everywhere, name));
  return sections(columns, [
    ['', `Usage: ${usageOf(command)}`],
    ['', `${command.summary}.`],
    ['Examples', examples.join('\n')],
    ['Arguments', rows(positionals, columns)],
    ['Options', rows(optionRows(own), columns)],
    ['Everywhere', rows(optionRows(common), columns)],
    ['', Object.values(own).some(({ value, hidden }) => value === 'D' && hidden !== true) ? durations : ''],
    ['', command.notes],
  ]);
}

function sections(columns: number, parts: [heading: string, body: string][]): string {
  const width = Math.min(columns, widest);
  return parts
    .filter(([, body]) => body !== '')
    .map(([heading, body]) => (heading === '' ? `${wrap(body, width)}\n` : `${heading}:\n${body}\n`))
    .join('\n');
}

function rows(list: readonly Row[], columns: number): string {
  const cells = Math.max(0, ...list.map(({ left }) => widthOf(left)));
  const lines = list.map(({ left, right }) =>
    hanging(`  ${padTo(left, cells)}  `, right, Math.min(columns, widest)),
  );
  return lines.join('\n');
}

function pick(table: OptionTable, isWanted: (name: string) => boolean): OptionTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => isWanted(name)));
}

function optionRows(table: OptionTable): Row[] {
  return Object.entries(table)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, spec]) => ({
      left: spelling(name, spec),
      right: optionHelp(spec),
    }));
}

/** The help text of an option, with the range of its value. */
export function optionHelp({ help, bound }: OptionSpec): string {
  return bound === undefined ? help : `${help} (${rangeText(bound)})`;
}

/** `1 to 10, default 3`. */
function rangeText({ unit, min, max, default: usual }: Bound): string {
  const text = (value: number) => (unit === 'ms' ? durationText(value) : String(value));
  const range = `${text(min)} to ${text(max)}`;
  return usual === null ? range : `${range}, default ${text(usual)}`;
}

function spelling(name: string, { alias, value, negatable, repeatable }: OptionSpec): string {
  const short = name.length === 1 ? `-${name}` : alias === undefined ? '   ' : `-${alias},`;
  const long = name.length === 1 ? '' : ` --${negatable ? '[no-]' : ''}${name}`;
  return `${short}${long}${value === undefined ? '' : ` ${value}`}${repeatable ? '…' : ''}`;
}
