import { hanging, padTo, widthOf, wrap } from '../report/text/wrap.js';
import type { Command } from './command.js';
import { commands, completionCommand } from './commands.js';
import { networkOptions, type OptionSpec, type OptionTable, outputOptions } from './options.js';

/** Wider lines are hard to read, however wide the terminal. */
const widest = 100;

const everywhere: OptionTable = { ...networkOptions, ...outputOptions };

interface Row {
  left: string;
  right: string;
}

/** `pprobe dns <name> [server] [options]`. */
export function usageOf({ name, positionals }: Command): string {
  const words = positionals.map(({ name: word, required, repeatable }) => {
    const words = repeatable ? `${word}…` : word;
    return required ? `<${words}>` : `[${words}]`;
  });
  return ['pprobe', name, ...words, '[options]'].join(' ');
}

/** The help of the program as a whole: what it is for, its commands, and how to start. */
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
        [
          { left: '0', right: 'reachable, answered, open' },
          { left: '1', right: 'a bug in pprobe' },
          { left: '2', right: 'a mistake in the command line' },
          { left: '3', right: "this host can't: a permission, an engine or a file is missing" },
          { left: '10', right: 'DNS' },
          { left: '11', right: 'timeout' },
          { left: '12', right: 'policy' },
          { left: '13', right: 'refused' },
          { left: '14', right: 'unreachable' },
          { left: '15', right: 'TLS' },
          { left: '16', right: 'service: it answered, so the network is not at fault' },
          { left: '20', right: 'inconclusive' },
          { left: '130', right: 'interrupted; what was measured is printed' },
        ],
        columns,
      ),
    ],
    ['', 'pprobe <command> --help tells more about one command.'],
  ]);
}

/** The help of one command, its examples first. */
export function commandHelp(command: Command, columns: number): string {
  const positionals = command.positionals.map(({ name, help }) => ({ left: name, right: help }));
  const examples = command.examples.map(
    (example) => `  ${example.command}\n${wrap(example.help, Math.min(columns, widest), 6)}`,
  );
  const all = { ...command.options, ...outputOptions };
  const own = pick(all, (name) => !Object.hasOwn(everywhere, name));
  const common = pick(all, (name) => Object.hasOwn(everywhere, name));
  return sections(columns, [
    ['', `Usage: ${usageOf(command)}`],
    ['', `${command.summary}.`],
    ['Examples', examples.join('\n')],
    ['Arguments', rows(positionals, columns)],
    ['Options', rows(optionRows(own), columns)],
    ['Everywhere', rows(optionRows(common), columns)],
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
    .map(([name, spec]) => ({ left: spelling(name, spec), right: spec.help }));
}

function spelling(name: string, { alias, value, negatable }: OptionSpec): string {
  const short = name.length === 1 ? `-${name}` : alias === undefined ? '   ' : `-${alias},`;
  const long = name.length === 1 ? '' : ` --${negatable ? '[no-]' : ''}${name}`;
  return `${short}${long}${value === undefined ? '' : ` ${value}`}`;
}
