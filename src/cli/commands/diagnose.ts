import { InvalidInputError } from '../../core/errors.js';
import { servicePort } from '../../core/service-names.js';
import { checkTarget } from '../../diagnose/classify.js';
import { type DiagnoseOptions, diagnose } from '../../diagnose/diagnose.js';
import type { Target } from '../../documents/target.js';
import { exitCodeList, verdictExitCodes } from '../../documents/terms/exit-code.js';
import { familyOf } from '../../net/address/address.js';
import { holdHubs } from '../../net/wire/syn-hub.js';
import { connectTimeoutMs, observeBounds } from '../../observe/options.js';
import { askBounds } from '../../probe/http/ask.js';
import { handshakeBounds } from '../../probe/tls/handshake.js';
import { emfLine } from '../../report/formats/emf.js';
import { nagiosResult } from '../../report/formats/nagios.js';
import { cleanForTerminal } from '../../report/text/style.js';
import { hostPort, parseControl, parsePort } from '../../target/host-port.js';
import { readHeaders } from '../../target/request-headers.js';
import { formatServer, parseGivenServer } from '../../target/server.js';
import { awsReading, awsSwitch } from '../aws-options.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { factsOf, factsOption } from '../facts-option.js';
import { readInput } from '../files.js';
import {
  type Arguments,
  durationText,
  flag,
  limitOptions,
  listOption,
  monitorFormatOption,
  networkChoice,
  networkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  privateApiOptions,
  required,
  switchOption,
  textOption,
  timeLimitOption,
} from '../options.js';
import { diagnosePeers } from '../peers/diagnose.js';
import { checkForm, formed, reportForm, reportOptions, reportResult } from '../report-output.js';

const options: OptionTable = {
  ...privateApiOptions,
  header: {
    type: 'string',
    alias: 'H',
    value: "'NAME: VALUE'",
    repeatable: true,
    help: 'Send this header with the request, as curl does; only the values of Host and x-apigw-api-id are kept and printed',
  },
  'ca-file': { type: 'string', value: 'PEM', help: 'Also trust the certificate authorities in this file' },
  save: { type: 'string', value: 'FILE', help: 'Write the report as JSON to a file, for "pprobe explain"' },
  ...reportOptions,
  ...factsOption,
  ...awsSwitch,
  control: {
    type: 'string',
    value: 'HOST:PORT',
    help: 'Also connect to another host of the same VPC that should answer: is the network at fault, or only this endpoint?',
  },
  server: {
    type: 'string',
    value: 'ADDR[#PORT]',
    repeatable: true,
    help: "Ask this resolver; the answers of several are compared (this host's own resolvers)",
  },
  'vpc-resolver': {
    type: 'string',
    value: 'ADDR',
    help: "Also ask the VPC's resolver at this address (169.254.169.253 on EC2)",
  },
  'keep-query': {
    type: 'boolean',
    help: 'Keep the query string of the URL in the report; it is sent in any case',
  },
  http: { type: 'boolean', negatable: 'on', help: 'Send HTTP requests if the target speaks HTTP (on)' },
  imds: {
    type: 'boolean',
    negatable: 'on',
    help: 'On an EC2 instance, ask its metadata service for the interface, its VPC and security groups (on)',
  },
  trace: {
    type: 'boolean',
    negatable: 'undecided',
    help: 'Trace every address, or none; by default, the addresses whose port is not open',
  },
  timeout: numberSpec(
    observeBounds.timeoutMs,
    `Wait this long for each connection (${durationText(connectTimeoutMs)}), TLS handshake (${durationText(handshakeBounds.timeoutMs.default)}) and HTTP answer (${durationText(askBounds.timeoutMs.default)})`,
  ),
  ...limitOptions,
  ...networkOptions,
  ...monitorFormatOption,
};

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  const { stop, progress } = context;
  const target = required(args, 0);
  const form = reportForm(args, context.output);
  const caFile = textOption(args, 'ca-file');
  const options = {
    vpce: textOption(args, 'vpce'),
    apiId: textOption(args, 'api-id'),
    ...networkChoice(args),
    timeoutMs: numberOption(args, 'timeout', observeBounds.timeoutMs),
    ca: caFile === undefined ? undefined : await certificates(caFile, stop),
    caFile,
    facts: await factsOf(args, context),
    readFacts: awsReading(args, context, timeLimitOption(args)),
    headers: headersOption(args),
    ...contrastOptions(args),
    keepQuery: flag(args, 'keep-query'),
    http: args.options.http !== false,
    imds: args.options.imds !== false,
    trace: switchOption(args, 'trace'),
    onProgress: (message: string) => progress.show([`${cleanForTerminal(message)} …`]),
    stop,
  };
  await checkForm(form);
  const onTarget = (parsed: Target): void => {
    const problem = context.output.quiet ? null : problemOf(parsed);
    if (problem !== null) context.note(problem);
  };
  const document = await formed(await diagnose(target, { ...options, onTarget }), form);
  const result = await reportResult(document, form, context);
  return {
    ...result,
    forMonitor: (format) =>
      format === 'nagios' ? nagiosResult(document) : { text: emfLine(document), exitCode: result.exitCode },
  };
}

/** The fault that the text of the target alone shows, in one line, or null. */
function problemOf(target: Target): string | null {
  const verdict = checkTarget(target);
  if (verdict === null) return null;
  const [remedy] = verdict.remedies;
  return cleanForTerminal(`pprobe: ${[verdict.summary, remedy?.text].filter(Boolean).join(' ')}`);
}

/** The headers of the request. A comma is part of a value. */
function headersOption({ options }: Arguments): string[] | undefined {
  const value: unknown = options.header;
  if (value === undefined) return undefined;
  const lines = [value].flat().map(String);
  readHeaders(lines, '--header');
  return lines;
}

/** The options for further measurements. */
function contrastOptions(args: Arguments): Pick<DiagnoseOptions, 'control' | 'dns' | 'vpcResolver'> {
  const control = textOption(args, 'control');
  const servers = listOption(args, 'server');
  const vpcResolver = textOption(args, 'vpc-resolver');
  return {
    control: control === undefined ? undefined : parseControl(control),
    dns:
      servers === undefined ? undefined : { servers: servers.map((text) => checkedServer('--server', text)) },
    vpcResolver: vpcResolver === undefined ? undefined : checkedServer('--vpc-resolver', vpcResolver),
  };
}

function checkedServer(option: string, text: string): string {
  return formatServer(parseGivenServer(text, option));
}

async function certificates(path: string, signal: AbortSignal): Promise<string> {
  const pem = await readInput(path, signal);
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new InvalidInputError('--ca-file', `--ca-file: "${path}" contains no certificate in PEM form`);
}

/** `HOST PORT`, as for telnet, is `HOST:PORT`; the port is a number or the name of a service. */
function arrange(args: Arguments): Arguments {
  const [host = '', port = '', ...more] = args.positionals;
  // A shell has made several words of `--facts *.json`.
  if (args.options.facts !== undefined && args.positionals.length > 1 && !/^\d+$/.test(port))
    return {
      options: { ...args.options, facts: [args.options.facts, port, ...more].flat() },
      positionals: [host],
    };
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const isHost = /^[\w.-]+$/.test(host) || familyOf(bare) !== null;
  const isPort = /^\d+$/.test(port) || servicePort(port) !== null;
  if (!isHost || !isPort || more.length > 0) return args;
  return { ...args, positionals: [hostPort(bare, parsePort(port))] };
}

export const diagnoseCommand: Command = {
  name: 'diagnose',
  summary:
    'Measures DNS, TCP, TLS, HTTP and the path, and says what is wrong, on what evidence, and what to change',
  positionals: [{ name: 'target', required: true, help: 'https:// URL, host, or host:port' }],
  options,
  peers: diagnosePeers,
  arrange,
  examples: [
    {
      command: 'pprobe diagnose https://abc123defg.execute-api.us-east-1.amazonaws.com/prod',
      help: 'Why does this private API not answer?',
    },
    {
      command: 'pprobe diagnose api.example.com/orders --api-id abc123defg --vpce vpce-0123456789abcdef0',
      help: 'A custom domain name, with its API id and its VPC endpoint',
    },
    {
      command: 'pprobe diagnose db.internal:5432 --save report.json',
      help: 'Any TCP service; keep the report',
    },
    {
      command: 'pprobe https://api.example.com/orders --max-time 10s',
      help: 'A URL alone is diagnosed, too; after ten seconds, the verdict is that of what was measured',
    },
    {
      command: 'pprobe diagnose https://api.example.com --format nagios',
      help: 'As a plugin of Nagios or Icinga; --format emf prints metrics for CloudWatch Logs',
    },
    {
      command: 'pprobe diagnose https://api.example.com --html report.html --redact',
      help: 'A page to attach to a ticket, with addresses and names masked',
    },
  ],
  usesRootFor: holdHubs,
  notes: `Exit code: ${exitCodeList(verdictExitCodes)}.`,
  run,
};
