/** One option as data: for parsing, for help and for completion. */
export interface OptionSpec {
  type: 'boolean' | 'string';
  /** One letter. */
  alias?: string;
  /** What stands for the value in help: `MS`. */
  value?: string;
  help: string;
  /** May be given several times; otherwise twice is a mistake. */
  repeatable?: true;
  /** `--no-NAME` turns it off. What it is when neither is given; the command decides where that is `undecided`. */
  negatable?: 'on' | 'off' | 'undecided';
  /** Of another spelling of the same option: understood, and left out of help. */
  hidden?: true;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What an option is when it is not given, where that is not undefined. */
export function defaultOf({ negatable }: OptionSpec): { default?: true } {
  return negatable === 'on' ? { default: true } : {};
}

/** What every command understands about its output. */
export const outputOptions: OptionTable = {
  json: { type: 'boolean', help: 'Print one JSON document and nothing else on standard output' },
  quiet: { type: 'boolean', help: 'Show no progress' },
  verbose: { type: 'boolean', help: 'Show every query, record and label' },
  help: { type: 'boolean', alias: 'h', help: 'Show this help' },
  version: { type: 'boolean', help: 'Show the version' },
};

/** What every command that sends something understands about sending. */
export const networkOptions: OptionTable = {
  4: { type: 'boolean', help: 'IPv4 only' },
  6: { type: 'boolean', help: 'IPv6 only' },
  source: { type: 'string', value: 'ADDR', help: 'Send from this address of the host' },
};

/** `--timeout`, whose meaning and default each command says itself. */
export function timeoutOption(help: string): OptionTable {
  return { timeout: { type: 'string', value: 'MS', help } };
}

/** For commands that send nothing: understood, so that a script may give them to every command, and left out of help. */
export const idleNetworkOptions: OptionTable = Object.fromEntries(
  Object.entries({ ...networkOptions, ...timeoutOption('') }).map(([name, spec]) => [
    name,
    { ...spec, hidden: true },
  ]),
);
