import { InvalidInputError } from '../../core/errors.js';
import { exitCodeOf } from '../../documents/terms/exit-code.js';
import type { WatchRound } from '../../documents/trace-watch.js';
import { type TraceHostOptions, traceHost } from '../../observe/trace-host.js';
import { type WatchHostOptions, watchHost } from '../../observe/watch-host.js';
import { traceText } from '../../report/text/trace.js';
import { WatchLog, watchLines, watchText } from '../../report/text/watch.js';
import { tcpTarget } from '../../target/host-port.js';
import type { BulkEntry, BulkResult, Command, CommandContext, CommandResult } from '../command.js';
import { InterruptedError } from '../failure.js';
import {
  type Arguments,
  choiceOption,
  familyOption,
  flag,
  type IntegerRule,
  integerOption,
  milliseconds,
  networkOptions,
  type OptionTable,
  portNumber,
  required,
  sourceOption,
} from '../options.js';
import { LiveHops } from '../progress.js';

const queries: IntegerRule = { noun: 'a number of probes', min: 1, max: 10 };
const ttl: IntegerRule = { noun: 'a TTL', min: 1, max: 255 };
const gapLimit: IntegerRule = { noun: 'a number of hops', min: 0, max: 255 };
const parallel: IntegerRule = { noun: 'a number of probes', min: 1, max: 1000 };
const defaultPort = 443;
const methods = ['auto', 'syn', 'connect'] as const;

const interval: IntegerRule = { noun: 'a number of milliseconds', min: 1, max: 3_600_000 };
const count: IntegerRule = { noun: 'a number of rounds', min: 1, max: 999_999_999 };

const options: OptionTable = {
  port: { type: 'string', alias: 'p', value: 'PORT', help: 'TCP port (443)' },
  queries: { type: 'string', alias: 'q', value: 'N', help: 'Probes per hop (3)' },
  'first-ttl': { type: 'string', alias: 'f', value: 'TTL', help: 'Start at this hop (1)' },
  'max-ttl': { type: 'string', alias: 'm', value: 'TTL', help: 'End at this hop (30)' },
  'gap-limit': {
    type: 'string',
    value: 'N',
    help: 'End after this many silent hops in a row, 0 for never (5)',
  },
  wait: {
    type: 'string',
    alias: 'w',
    value: 'MS',
    help: 'Longest wait for one answer; most waits are shorter (3000)',
  },
  timeout: { type: 'string', value: 'MS', help: 'The same as --wait' },
  parallel: { type: 'string', value: 'N', help: 'Probes under way at the same time (16)' },
  paris: {
    type: 'boolean',
    help: 'One flow for all probes, so that a load balancer sends them all the same way (off)',
  },
  resolve: { type: 'boolean', negatable: 'off', help: 'Ask DNS for the names of the hops (off)' },
  watch: {
    type: 'boolean',
    help: 'Keep probing, a probe per hop and round, until Ctrl-C: loss and times per hop',
  },
  interval: { type: 'string', value: 'MS', help: 'With --watch: from round to round (1000)' },
  count: { type: 'string', value: 'N', help: 'With --watch: end after so many rounds' },
  method: {
    type: 'string',
    value: 'METHOD',
    help: 'syn: raw packets, needs CAP_NET_RAW; connect: needs Linux 5.8, no privileges; auto: syn where it can (auto)',
  },
  ...networkOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult> {
  const { host, port } = tcpTarget(required(args, 0), integerOption(args, 'port', portNumber), defaultPort);
  const isWatch = flag(args, 'watch');
  const watching = { intervalMs: onlyWatching('interval', interval), rounds: onlyWatching('count', count) };
  const traceOptions: TraceHostOptions = {
    port,
    queries: integerOption(args, 'queries', queries),
    firstTtl: integerOption(args, 'first-ttl', ttl),
    maxTtl: integerOption(args, 'max-ttl', ttl),
    gapLimit: integerOption(args, 'gap-limit', gapLimit),
    waitMs: waitOption(args),
    parallel: integerOption(args, 'parallel', parallel),
    method: choiceOption(args, 'method', 'a method', methods),
    paris: flag(args, 'paris'),
    resolve: flag(args, 'resolve'),
    family: familyOption(args),
    source: sourceOption(args),
    stop: context.stop,
  };
  if (isWatch) {
    return runWatch(host, { ...traceOptions, ...watching }, flag(args, 'json'), context);
  }
  return runTrace(host, traceOptions, context);

  function onlyWatching(name: string, rule: IntegerRule): number | undefined {
    const value = integerOption(args, name, rule);
    if (value === undefined || isWatch) return value;
    throw new InvalidInputError(
      `--${name}`,
      `--${name}: goes with --watch; give that too, or leave this out`,
    );
  }
}

async function runTrace(
  host: string,
  options: TraceHostOptions,
  { progress }: CommandContext,
): Promise<CommandResult> {
  const view = new LiveHops(host, progress);
  const trace = traceHost(host, { ...options, onName: (address, name) => view.name(address, name) });
  for await (const hop of trace) view.hop(hop);
  const document = await trace;
  return {
    document,
    render: (style, verbose) => traceText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

function waitOption(args: Arguments): number | undefined {
  const wait = integerOption(args, 'wait', milliseconds);
  const timeout = integerOption(args, 'timeout', milliseconds);
  if (wait !== undefined && timeout !== undefined) {
    throw new InvalidInputError('--timeout', '--timeout: the same as --wait; give one of them');
  }
  return wait ?? timeout;
}

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Shows the routers on the path of a TCP connection, and what answers at its end',
  positionals: [{ name: 'host', required: true, help: 'Name or IP address, or HOST:PORT' }],
  options,
  examples: [
    { command: 'pprobe trace api.example.com', help: 'The path to port 443, without root' },
    { command: 'pprobe trace 10.0.1.23 -p 8443 -q 1', help: 'Another port, one probe per hop' },
    {
      command: 'pprobe trace api.example.com --watch --resolve',
      help: 'Loss and times per hop, as mtr has them',
    },
    { command: 'sudo pprobe trace api.example.com --method syn', help: 'With raw packets' },
  ],
  opensRawSockets: true,
  notes:
    'Marks: * no answer, !N network, !H host, !P protocol unreachable, !X prohibited by a filter; others are explained ' +
    'where they occur. With --watch, --json prints one line per round. ' +
    'Exit code: 0 open, 13 closed, 11 filtered, 12 prohibited, 14 unreachable, 10 the name could not be resolved.',
  run,
};

/**
 * Watches a path until `--count` rounds are done or Ctrl-C: a live table on a terminal and the final one at the end, or
 * with `--json` a line per round.
 */
export async function runWatch(
  host: string,
  options: WatchHostOptions,
  asJson: boolean,
  { progress }: CommandContext,
): Promise<CommandResult | BulkResult> {
  const log = new WatchLog();
  // The first round shows its hops as they come; from then on there is a table to look at.
  const first = new LiveHops(host, progress);
  const rounds = watchHost(host, {
    ...options,
    onHop: (hop) => log.latest === null && first.hop(hop),
    onName(address, name) {
      if (log.latest === null) first.name(address, name);
    },
  });

  function add(round: WatchRound): void {
    log.add(round);
    const screen = progress.size();
    if (screen === null) return;
    progress.show(watchLines(log, { color: false, columns: screen.columns, unicode: true }, screen.lines));
  }

  if (asJson) return { entries: entries(), exitCode, interruptedNote };
  for await (const round of rounds) add(round);
  const { latest } = log;
  if (latest === null) throw new InterruptedError();
  return {
    document: latest,
    render: (style, verbose) => watchText(log, style, verbose),
    exitCode: exitCode(),
  };

  async function* entries(): AsyncGenerator<BulkEntry[]> {
    for await (const round of rounds) {
      add(round);
      yield [{ document: round, render: () => null }];
    }
  }

  function exitCode(): number {
    return log.latest === null ? 0 : exitCodeOf(log.latest);
  }

  function interruptedNote(): string {
    return `interrupted after round ${log.latest?.round ?? 0}`;
  }
}
