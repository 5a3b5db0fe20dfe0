import { connect } from '../../pipeline/connect.js';
import type { TcpAttempt } from '../../probe/tcp/types.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { cleanForTerminal } from '../../report/text/clean.js';
import { tcpText } from '../../report/text/tcp.js';
import {
  type Arguments,
  familyOption,
  integerOption,
  milliseconds,
  parseInteger,
  portNumber,
  required,
  sourceOption,
} from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { networkOptions, timeoutOption } from '../options.js';

const defaultPort = 443;

async function run(args: Arguments, { stop, progress }: CommandContext): Promise<CommandResult> {
  const host = required(args, 0);
  const portText = args.positionals[1];
  const port = portText === undefined ? defaultPort : parseInteger('port', portText, portNumber);
  const ended: string[] = [];
  const options = {
    family: familyOption(args),
    source: sourceOption(args),
    timeoutMs: integerOption(args, 'timeout', milliseconds),
    stop,
    onAttempt({ address, status }: TcpAttempt) {
      ended.push(`  ${cleanForTerminal(address)}  ${status}`);
      progress.show([waiting, ...ended]);
    },
  };
  const waiting = `connecting to ${cleanForTerminal(host)} port ${port} …`;
  progress.show([waiting]);
  const document = await connect(host, port, options);
  return {
    document,
    render: (style, verbose) => tcpText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

export const tcpCommand: Command = {
  name: 'tcp',
  summary: 'Connects to every address of a host, each on its own, and says how each one ends',
  positionals: [
    { name: 'host', required: true, help: 'Name or IP address' },
    { name: 'port', required: false, help: `TCP port (${defaultPort})` },
  ],
  options: { ...timeoutOption('Wait this long for each connection (3000)'), ...networkOptions },
  examples: [
    { command: 'pprobe tcp api.example.com', help: 'Is port 443 open on every address of the name?' },
    {
      command: 'pprobe tcp 10.0.1.23 8443 --timeout 1000',
      help: 'One address, another port, one second at most',
    },
  ],
  notes:
    'Exit code: the best of all addresses decides. 0 open, 13 refused or reset, 11 timeout, 12 prohibited, 14 unreachable, ' +
    "3 forbidden by this host's own policy, 10 the name could not be resolved, 20 none could be tried.",
  run,
};
