import { portBound } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import type { TcpAttempt, TcpDocument } from '../../documents/tcp.js';
import { exitCodeList, exitCodeOf, tcpExitCodes } from '../../documents/terms/exit-code.js';
import {
  type ConnectOptions,
  connect,
  type HostConnector,
  openHostConnector,
  sweepBounds,
} from '../../observe/connect.js';
import { connectBounds } from '../../probe/tcp/connect-addresses.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { tcpLine, tcpText } from '../../report/text/tcp.js';
import { hostWithPort, parseTargetLine } from '../../target/host-port.js';
import { type BulkJob, bulkOptions, runBulk } from '../bulk.js';
import {
  type BulkResult,
  type Command,
  type CommandContext,
  type CommandResult,
  resultOf,
} from '../command.js';
import {
  type Arguments,
  flag,
  limitOptions,
  networkChoice,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  portOption,
  required,
  textOption,
} from '../options.js';
import { tcpPeers } from '../peers/tcp.js';

const options: OptionTable = {
  port: numberSpec(portBound, 'TCP port', { alias: 'p', value: 'PORT' }),
  timeout: numberSpec(connectBounds.timeoutMs, 'Wait this long for each connection'),
  count: numberSpec(
    connectBounds.count,
    'Connect this many times to each address, and print a summary as ping does',
    { alias: 'c' },
  ),
  interval: numberSpec(connectBounds.intervalMs, 'With --count: the time from one attempt to the next'),
  banner: {
    type: 'boolean',
    help: 'Read the first line of a service that speaks first, such as SSH or SMTP',
  },
  ...bulkOptions('targets', sweepBounds.concurrency),
  ...limitOptions,
  ...networkOptions,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult | BulkResult> {
  const common = {
    ...networkChoice(args),
    timeoutMs: numberOption(args, 'timeout', connectBounds.timeoutMs),
    count: numberOption(args, 'count', connectBounds.count),
    intervalMs: numberOption(args, 'interval', connectBounds.intervalMs),
    banner: flag(args, 'banner'),
  };
  if (common.intervalMs !== undefined && common.count === undefined) {
    throw new InvalidInputError('--interval', '--interval: is the time between attempts; give --count, too');
  }
  return textOption(args, 'file') === undefined
    ? runOne(args, context, common)
    : runBulk(args, context, await sweep(args, common));
}

async function runOne(
  args: Arguments,
  { stop, progress }: CommandContext,
  common: ConnectOptions,
): Promise<CommandResult> {
  const { host, port } = hostWithPort(required(args, 0), portOption(args));
  const ended: string[] = [];
  const waiting = `connecting to ${cleanForTerminal(host)} port ${port} …`;
  progress.show([waiting]);
  const document = await connect(host, port, {
    ...common,
    stop,
    onAttempt({ address, status, durationMs }: TcpAttempt) {
      ended.push(`  ${cleanForTerminal(address)}  ${status}  ${durationMs.toFixed(1)} ms`);
      // A terminal shows fewer lines.
      if (ended.length > 100) ended.shift();
      progress.show([waiting, ...ended]);
    },
  });
  return resultOf(document, tcpText);
}

/** The job for the lines of a file. A port on the command line applies to lines without a port. */
async function sweep(args: Arguments, common: ConnectOptions): Promise<BulkJob<TcpDocument>> {
  const [portText, extra] = args.positionals;
  if (extra !== undefined) {
    throw new InvalidInputError('--file', `--file: the hosts are in the file; leave out "${portText}"`);
  }
  const port = portOption({ ...args, positionals: ['', ...args.positionals] }) ?? portBound.default;
  const connectTo: HostConnector = await openHostConnector(common);
  return {
    noun: 'targets',
    concurrency: sweepBounds.concurrency,
    measure(text, signal) {
      const target = parseTargetLine(text, port);
      return connectTo(target.host, target.port, signal);
    },
    line: (document, style) => tcpLine(document, style),
    exitCode: exitCodeOf,
  };
}

export const tcpCommand: Command = {
  name: 'tcp',
  summary: 'Connects to every address of a host, and reports the result of each connection',
  positionals: [
    { name: 'host', required: true, unless: 'file', help: 'Name or IP address, or HOST:PORT' },
    { name: 'port', required: false, help: `TCP port (${portBound.default})` },
  ],
  options,
  peers: tcpPeers,
  examples: [
    { command: 'pprobe tcp api.example.com', help: 'Is port 443 open on every address of the name?' },
    {
      command: 'pprobe tcp 10.0.1.23 8443 --timeout 1s',
      help: 'One address, another port, at most one second',
    },
    {
      command: 'pprobe tcp api.example.com --count 5',
      help: 'How many attempts fail, and how long do they take?',
    },
    {
      command: 'pprobe tcp -zv -w 2 api.example.com 443',
      help: 'The words of nc, of telnet (HOST PORT) and of ping (-c 5 -i 1 -W 2)',
    },
    {
      command: 'pprobe tcp --file targets.txt 8443',
      help: 'Each line is HOST, HOST:PORT or HOST PORT; 8443 is the port of lines without one',
    },
  ],
  notes:
    `Exit code: ${exitCodeList(tcpExitCodes)}; 10 when the name could not be resolved, 3 when this host had no local port or descriptor left. With several addresses, the best ` +
    'result decides.',
  run,
};
