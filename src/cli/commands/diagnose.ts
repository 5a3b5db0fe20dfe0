import { InvalidInputError } from '../../errors.js';
import { diagnose } from '../../pipeline/diagnose.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { cleanForTerminal } from '../../report/text/clean.js';
import { verdictText } from '../../report/text/verdict.js';
import {
  type Arguments,
  familyOption,
  integerOption,
  milliseconds,
  required,
  sourceOption,
  textOption,
} from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { checkWritable, readInput, saveDocument } from '../files.js';
import { networkOptions, type OptionTable, timeoutOption } from '../options.js';

const options: OptionTable = {
  vpce: { type: 'string', value: 'NAME', help: 'The VPC endpoint: its id (vpce-…) or its DNS name' },
  'api-id': { type: 'string', value: 'ID', help: 'The API, where its name does not tell' },
  'ca-file': { type: 'string', value: 'PEM', help: 'Also trust the certificate authorities in this file' },
  save: { type: 'string', value: 'FILE', help: 'Write the report as JSON, for "pprobe explain"' },
  http: { type: 'boolean', negatable: true, help: 'Ask over HTTP, where the target speaks it (on)' },
  trace: { type: 'boolean', negatable: true, help: 'Trace the path (on)' },
  ...timeoutOption('Wait this long for each connection, handshake and HTTP answer (2500, 3000 and 5000)'),
  ...networkOptions,
};

async function run(args: Arguments, { stop, progress }: CommandContext): Promise<CommandResult> {
  const target = required(args, 0);
  const saveTo = textOption(args, 'save');
  const caFile = textOption(args, 'ca-file');
  const options = {
    vpce: textOption(args, 'vpce'),
    apiId: textOption(args, 'api-id'),
    family: familyOption(args),
    source: sourceOption(args),
    timeoutMs: integerOption(args, 'timeout', milliseconds),
    ca: caFile === undefined ? undefined : await certificates(caFile, stop),
    http: args.options.http !== false,
    trace: args.options.trace !== false,
    onProgress: (message: string) => progress.show([`${cleanForTerminal(message)} …`]),
    stop,
  };
  if (saveTo !== undefined) await checkWritable(saveTo);
  const document = await diagnose(target, options);
  if (saveTo !== undefined) await saveDocument(saveTo, document);
  return {
    document,
    render: (style, verbose) => verdictText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

async function certificates(path: string, signal: AbortSignal): Promise<string> {
  const pem = await readInput(path, signal);
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new InvalidInputError('--ca-file', `--ca-file: "${path}" holds no certificate in PEM form`);
}

export const diagnoseCommand: Command = {
  name: 'diagnose',
  summary:
    'Measures DNS, TCP, TLS, HTTP and the path at once, and says what is wrong, on what evidence, and what to change',
  positionals: [{ name: 'target', required: true, help: 'https:// URL, host, or host:port' }],
  options,
  examples: [
    {
      command: 'pprobe diagnose https://abc123defg.execute-api.us-east-1.amazonaws.com/prod',
      help: 'Why does this private API not answer?',
    },
    {
      command: 'pprobe diagnose api.example.com/orders --api-id abc123defg --vpce vpce-0123456789abcdef0',
      help: 'A custom name, with the API behind it and the VPC endpoint to reach it through',
    },
    {
      command: 'pprobe diagnose db.internal:5432 --save report.json',
      help: 'Any TCP service; keep the report',
    },
  ],
  notes:
    'Exit code: 0 reachable, 10 DNS, 11 timeout, 12 policy, 13 refused, 14 unreachable, 15 TLS, 16 the service answers with an error, ' +
    '3 this host itself, 20 inconclusive, 130 interrupted.',
  run,
};
