import { type Bound, portBound } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { exitCodeList, exitCodeOf, traceExitCodes } from '../../documents/terms/exit-code.js';
import type { WatchRound } from '../../documents/trace-watch.js';
import { holdHubs } from '../../net/wire/syn-hub.js';
import { type TraceHostOptions, traceHost } from '../../observe/trace-host.js';
import { type WatchHostOptions, watchBounds, watchHost } from '../../observe/watch-host.js';
import { traceBounds } from '../../probe/trace/options.js';
import type { Style } from '../../report/text/style.js';
import { traceText } from '../../report/text/trace.js';
import { roundLine, WatchLog, watchLines, watchText } from '../../report/text/watch.js';
import { hostWithPort } from '../../target/host-port.js';
import {
  type BulkEntry,
  type BulkResult,
  type Command,
  type CommandContext,
  type CommandResult,
  resultOf,
} from '../command.js';
import { InterruptedError } from '../failure.js';
import {
  type Arguments,
  choiceOption,
  flag,
  limitOptions,
  networkChoice,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  portOption,
  required,
} from '../options.js';
import { tracePeers } from '../peers/trace.js';
import { LiveHops } from '../progress.js';

const methods = ['auto', 'syn', 'connect'] as const;

/** As many as `mtr --report` makes. */
const reportRounds = 10;

const options: OptionTable = {
  port: numberSpec(portBound, 'TCP port', { alias: 'p', value: 'PORT' }),
  queries: numberSpec(traceBounds.queries, 'Probes per hop', { alias: 'q' }),
  'first-ttl': numberSpec(traceBounds.firstTtl, 'Start at this hop', { alias: 'f', value: 'TTL' }),
  'max-ttl': numberSpec(traceBounds.maxTtl, 'End at this hop', { alias: 'm', value: 'TTL' }),
  'gap-limit': numberSpec(traceBounds.gapLimit, 'End after this many silent hops in a row; 0 for no limit'),
  wait: numberSpec(traceBounds.waitMs, 'The longest wait for one reply; most waits are shorter', {
    alias: 'w',
  }),
  timeout: { type: 'string', value: 'D', help: 'The same as --wait' },
  parallel: numberSpec(traceBounds.parallel, 'Probes in flight at the same time'),
  paris: {
    type: 'boolean',
    help: 'Send all probes in one flow, so that load balancers forward them all along one path (off)',
  },
  resolve: { type: 'boolean', negatable: 'off', help: 'Ask DNS for the names of the hops (off)' },
  watch: {
    type: 'boolean',
    lines: true,
    help: 'Repeat until Ctrl-C, one probe per hop and round, and show loss and times per hop; JSON is one line per round',
  },
  interval: numberSpec(watchBounds.intervalMs, 'With --watch: the time from one round to the next'),
  count: numberSpec(watchBounds.rounds, 'With --watch: end after this many rounds'),
  report: {
    type: 'boolean',
    alias: 'r',
    lines: true,
    help: `--watch that prints only the table at its end, after ${reportRounds} rounds unless --count says otherwise`,
  },
  method: {
    type: 'string',
    value: 'METHOD',
    choices: methods,
    help: 'syn: raw packets, needs CAP_NET_RAW; connect: needs Linux 5.8, no privileges; auto: syn if it is available (auto)',
  },
  ...limitOptions,
  ...networkOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult> {
  const { host, port } = hostWithPort(required(args, 0), portOption(args));
  const isReport = flag(args, 'report');
  const isWatch = flag(args, 'watch') || isReport;
  const watching = {
    intervalMs: onlyWatching('interval', watchBounds.intervalMs),
    rounds: onlyWatching('count', watchBounds.rounds) ?? (isReport ? reportRounds : undefined),
  };
  const traceOptions: TraceHostOptions = {
    port,
    queries: numberOption(args, 'queries', traceBounds.queries),
    firstTtl: numberOption(args, 'first-ttl', traceBounds.firstTtl),
    maxTtl: numberOption(args, 'max-ttl', traceBounds.maxTtl),
    gapLimit: numberOption(args, 'gap-limit', traceBounds.gapLimit),
    waitMs: waitOption(args),
    parallel: numberOption(args, 'parallel', traceBounds.parallel),
    method: choiceOption(args, 'method', 'a method', methods),
    paris: flag(args, 'paris'),
    resolve: flag(args, 'resolve'),
    ...networkChoice(args),
    stop: context.stop,
  };
  return isWatch
    ? runWatch(host, { ...traceOptions, ...watching }, context, isReport)
    : runTrace(host, traceOptions, context);

  function onlyWatching(name: string, bound: Bound): number | undefined {
    const value = numberOption(args, name, bound);
    if (value === undefined || isWatch) return value;
    throw new InvalidInputError(
      `--${name}`,
      `--${name}: works only with --watch; give --watch, too, or leave this out`,
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
  return resultOf(await trace, traceText);
}

function waitOption(args: Arguments): number | undefined {
  const wait = numberOption(args, 'wait', traceBounds.waitMs);
  const timeout = numberOption(args, 'timeout', traceBounds.waitMs);
  if (wait !== undefined && timeout !== undefined) {
    throw new InvalidInputError('--timeout', '--timeout: is the same as --wait; give one of them');
  }
  return wait ?? timeout;
}

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Shows the routers on the path of a TCP connection, and whether the port at its end is open',
  positionals: [
    { name: 'host', required: true, help: 'Name or IP address, or HOST:PORT' },
    { name: 'port', required: false, help: `TCP port (${portBound.default})` },
  ],
  options,
  peers: tracePeers,
  examples: [
    { command: 'pprobe trace api.example.com', help: 'The path to port 443' },
    { command: 'pprobe trace 10.0.1.23 -p 8443 -q 1', help: 'Another port, one probe per hop' },
    {
      command: 'pprobe trace api.example.com --watch --resolve',
      help: 'Loss and times per hop, as mtr shows them',
    },
    {
      command: 'pprobe trace -n -T -q 1 -m 20 api.example.com 8443',
      help: 'The words of traceroute, and of mtr: -rwbc 5 is --report --resolve --verbose --count 5',
    },
    {
      command: 'pprobe trace api.example.com --watch | tee path.log',
      help: 'Into a pipe or a file: a line for each round, and the table at the end',
    },
    { command: 'sudo pprobe trace api.example.com --method syn', help: 'Send raw packets' },
  ],
  usesRootFor: holdHubs,
  notes:
    'Marks: * no answer, !N network, !H host, !P protocol unreachable, !X prohibited by a filter; the output explains ' +
    `others. Exit code: ${exitCodeList(traceExitCodes)}, 10 when the name could not be resolved.`,
  run,
};

/**
 * Repeats the trace until `--count` rounds are done or Ctrl-C. Updates a table on a terminal and prints it at the end. Without
 * a terminal, prints a line per round before the table, except for `isReport`. With JSON, prints one document per round.
 */
export async function runWatch(
  host: string,
  options: WatchHostOptions,
  { output, progress }: CommandContext,
  isReport = false,
): Promise<CommandResult | BulkResult> {
  const log = new WatchLog();
  // The hops of the first round are shown as they come; after it, the table is shown.
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

  const isLive = progress.size() !== null && process.stdout.isTTY;
  const isLines = output.format !== 'text' || !(isLive || isReport || output.quiet);
  if (isLines) return { entries: entries(), exitCode, endNote };
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
      yield [{ document: round, render: () => roundLine(round) }];
    }
    if (output.format !== 'text' || log.latest === null) return;
    const table = (style: Style, verbose: boolean) => watchText(log, style, verbose).replace(/\n$/, '');
    yield [{ document: log.latest, render: table }];
  }

  function exitCode(): number {
    return log.latest === null ? 0 : exitCodeOf(log.latest);
  }

  function endNote(ending: string): string {
    return `${ending} after round ${log.latest?.round ?? 0}`;
  }
}
