import { explainTogether, type NamedReport } from '../../compare/compare.js';
import { InvalidInputError } from '../../core/errors.js';
import { openInput } from '../../core/input.js';
import { type ExplainOptions, explain } from '../../diagnose/explain.js';
import { endsOfReport } from '../../documents/observed/ends.js';
import { parseReport } from '../../documents/saved-report.js';
import { explainLog, type LogSource, logBounds } from '../../execution-log/explain-log.js';
import { comparisonText } from '../../report/text/comparison.js';
import { logText } from '../../report/text/log.js';
import { awsReading, awsSwitch } from '../aws-options.js';
import { type Command, type CommandContext, type CommandResult, resultOf } from '../command.js';
import { factsOption, withFacts } from '../facts-option.js';
import { fileProblem, readInput } from '../files.js';
import {
  type Arguments,
  checkIdleOptions,
  idleNetworkOptions,
  numberOption,
  numberSpec,
  type OptionTable,
  required,
  textOption,
} from '../options.js';
import {
  formed,
  type ReportForm,
  reportForm,
  reportOptions,
  reportResult,
  withoutPage,
} from '../report-output.js';

export const logOptions: OptionTable = {
  log: {
    type: 'string',
    value: 'FILE',
    help: 'Read an execution log of API Gateway instead of a report (- for standard input; .gz is unpacked); more files may follow',
  },
  request: {
    type: 'string',
    value: 'ID',
    help: 'With --log: only this request (x-amzn-requestid or x-amz-apigw-id of the response)',
  },
  limit: numberSpec(logBounds.limit, 'With --log: show this many requests one by one'),
};

/** Throws InvalidInputError if an option of --log is given without --log. */
export function checkLogOptions(args: Arguments): void {
  for (const name of ['request', 'limit']) {
    if (textOption(args, name) !== undefined && args.options.log === undefined)
      throw new InvalidInputError(`--${name}`, `--${name}: works only with --log; give --log FILE, too`);
  }
}

/** `pprobe explain --log FILE …`: reports what happened to each request of the logs. */
export async function explainLogFiles(
  args: Arguments,
  form: ReportForm,
  { stop, progress }: CommandContext,
): Promise<CommandResult> {
  withoutPage(form, 'a log', 'leave it out, and give --json, or redirect the text to a file');
  const files = [textOption(args, 'log') ?? '-', ...args.positionals];
  const options = {
    requestId: textOption(args, 'request'),
    limit: numberOption(args, 'limit', logBounds.limit),
    onProgress: (lines: number, requests: number) =>
      progress.show([`${lines} lines, ${requests} requests …`]),
    stop,
  };
  const reading = { file: '-' };
  const explained = await explainLog(opened(files, reading), options).catch((error: unknown) => {
    throw isSystemError(error) ? fileProblem('read', reading.file, error) : error;
  });
  return resultOf(await formed(explained, form), logText);
}

/** Opens each file after the one before it was read. `reading` holds the name of the current file, for messages. */
async function* opened(files: readonly string[], reading: { file: string }): AsyncGenerator<LogSource> {
  for (const name of files) {
    reading.file = name;
    yield { name, stream: name === '-' ? process.stdin : (await openInput(name)).stream };
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  checkLogOptions(args);
  const form = reportForm(args, context.output);
  if (args.options.log !== undefined) return explainLogFiles(args, form, context);
  required(args, 0);
  // With --facts, some of the files can be facts.
  if (args.positionals.length > 1 && args.options.facts === undefined) checkOnePage(form);
  const files = await Promise.all(
    args.positionals.map(async (name) => ({ name, text: await readInput(name, context.stop) })),
  );
  const { reports, facts: given } = await withFacts(args, files, context);
  const [report] = reports;
  const facts = given ?? (await readNow(args, reports, context));
  if (reports.length > 1 || report === undefined) return sideBySide(reports, { facts }, form);
  const document = await formed(explain(report.text, { facts }), form);
  return reportResult(document, form, context);
}

/** With --aws: the configuration around the target of a report, as it is now. Packets are not sent. */
async function readNow(
  args: Arguments,
  reports: readonly NamedReport[],
  context: CommandContext,
): Promise<ExplainOptions['facts']> {
  const read = awsReading(args, context);
  if (read === undefined) return undefined;
  const [report, ...others] = reports;
  if (report === undefined || others.length > 0)
    throw new InvalidInputError(
      '--aws',
      '--aws: reads the configuration around the target of one report; give one',
    );
  const saved = parseReport(report.text);
  const sent = Promise.resolve(saved.observations.http);
  return (await read(saved.target, Promise.resolve(endsOfReport(saved)), context.stop, sent)) ?? undefined;
}

async function sideBySide(
  reports: readonly NamedReport[],
  options: ExplainOptions,
  form: ReportForm,
): Promise<CommandResult> {
  checkOnePage(form);
  const compared = explainTogether(reports, options);
  const document = await formed(compared, form, () => reports.map(({ text }) => JSON.parse(text)));
  return resultOf(document, comparisonText);
}

/** Throws InvalidInputError where a page of several reports is asked for. */
function checkOnePage(form: ReportForm): void {
  withoutPage(form, 'several reports', 'give it with one report at a time; --json prints the comparison');
}

export const explainCommand: Command = {
  name: 'explain',
  summary:
    'Judges a saved report again with the rules of this version, compares several, or reads an execution log of API Gateway. Nothing is measured',
  positionals: [
    {
      name: 'file',
      required: true,
      repeatable: true,
      unless: 'log',
      help: 'A report of "pprobe diagnose --save" or --json; - for standard input. Several, of different hosts, are compared',
    },
  ],
  options: { ...reportOptions, ...factsOption, ...awsSwitch, ...logOptions, ...idleNetworkOptions },
  examples: [
    { command: 'pprobe explain report.json', help: 'What is the verdict of a report from another host?' },
    {
      command: 'pprobe explain web-1.json web-2.json',
      help: 'The target works on one host only: what differs?',
    },
    {
      command: 'pprobe explain report.json --facts facts/*.json',
      help: 'Which rule of which security group, network ACL or route table drops the packets?',
    },
    { command: 'pprobe explain - < report.json', help: 'A report from standard input' },
    { command: 'pprobe explain report.json --html report.html', help: 'A page to attach to a ticket' },
    {
      command: 'aws logs tail LOG_GROUP | pprobe explain --log -',
      help: 'What happened to the requests that reached API Gateway?',
    },
    {
      command: 'pprobe explain --log export/*.gz --request 4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
      help: 'What happened to this request? If the log does not have it, why?',
    },
  ],
  notes:
    'Exit code: that of the verdict, as with "pprobe diagnose"; of several reports, that of the worst verdict, and 20 if ' +
    'their targets differ; 20 if a log contains no request, or not the request of --request; 2 if a file is not a report; ' +
    '3 if a file cannot be read.',
  usesRootFor: 'all',
  run,
};
