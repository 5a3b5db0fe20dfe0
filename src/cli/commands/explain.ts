import type { NamedReport } from '../../compare/compare.js';
import { ReportCollection } from '../../compare/many.js';
import { InvalidInputError } from '../../core/errors.js';
import { openInput } from '../../core/input.js';
import { quotedTarget } from '../../core/text.js';
import { type ExplainOptions, explain } from '../../diagnose/explain.js';
import { endsOfReport } from '../../documents/observed/ends.js';
import { parseReport } from '../../documents/saved-report.js';
import { explainLog, type LogSource, logBounds } from '../../execution-log/explain-log.js';
import { comparisonText } from '../../report/text/comparison.js';
import { logText } from '../../report/text/log.js';
import { awsReading, awsSwitch } from '../aws-options.js';
import { type Command, type CommandContext, type CommandResult, resultOf } from '../command.js';
import { factsOption, withFacts } from '../facts-option.js';
import { fileProblem } from '../files.js';
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
import { type ReportText, reportTexts } from '../report-inputs.js';
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
  // An interrupt before the first line leaves nothing to judge: the log is not empty.
  if (explained.lines.lines === 0) stop.throwIfAborted();
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

/** A URL is measured, not read. Throws InvalidInputError. */
function refuseUrls({ positionals }: Arguments): void {
  const url = positionals.find((each) => each.includes('://'));
  if (url === undefined) return;
  const shown = quotedTarget(url);
  throw new InvalidInputError(
    'file',
    `file: ${shown} is a URL, and explain reads reports that were saved; to measure, give pprobe diagnose ${shown}`,
  );
}

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  checkLogOptions(args);
  const form = reportForm(args, context.output);
  if (args.options.log !== undefined) return explainLogFiles(args, form, context);
  refuseUrls(args);
  required(args, 0);
  if (args.options.facts !== undefined || args.options.aws !== undefined)
    return explainWithFacts(args, form, context);
  if (args.positionals.length > 1) checkOnePage(form);
  const texts = reportTexts(args.positionals, context.stop);
  const [first, second] = [await texts.next(), await texts.next()];
  if (first.done === true || second.done === true) return explainOne(first.value ?? null, {}, form, context);
  checkOnePage(form);
  const collection = new ReportCollection();
  for (const each of [first.value, second.value]) collect(collection, each);
  for await (const each of texts) {
    collect(collection, each);
    // Reading small files does not wait for anything, and Ctrl-C must be noticed between them.
    await new Promise(setImmediate);
    context.stop.throwIfAborted();
  }
  return compared(collection, form);
}

/** With --facts, some of the files can be facts; with --aws, the configuration is read now. */
async function explainWithFacts(
  args: Arguments,
  form: ReportForm,
  context: CommandContext,
): Promise<CommandResult> {
  const files: ReportText[] = [];
  for await (const each of reportTexts(args.positionals, context.stop)) files.push(each);
  const problem = files.find((file) => file.problem !== null);
  if (problem?.problem != null && files.length === 1) throw problem.problem;
  const { reports, facts: given } = await withFacts(
    args,
    files.filter((file) => file.problem === null),
    context,
  );
  const facts = given ?? (await readNow(args, reports, context));
  const [report] = reports;
  if (report !== undefined && reports.length === 1) return explainOne(report, { facts }, form, context);
  checkOnePage(form);
  const collection = new ReportCollection({ facts });
  for (const each of [...reports, ...files.filter((file) => file.problem !== null)])
    collect(collection, each);
  return compared(collection, form);
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
  return (
    (await read(saved.target, Promise.resolve(endsOfReport(saved)), context.stop, sent, () => {})) ??
    undefined
  );
}

type GivenText = NamedReport & Partial<Pick<ReportText, 'problem'>>;

function collect(collection: ReportCollection, { name, text, problem = null }: GivenText): void {
  if (problem !== null) {
    collection.refuse(name, problem);
    return;
  }
  try {
    for (const each of reportsIn({ name, text })) collection.add(each);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    collection.refuse(name, error);
  }
}

async function explainOne(
  given: GivenText | null,
  options: ExplainOptions,
  form: ReportForm,
  context: CommandContext,
): Promise<CommandResult> {
  if (given?.problem != null) throw given.problem;
  const reports = [...reportsIn({ name: given?.name ?? '', text: given?.text ?? '' })];
  const [report] = reports;
  if (report !== undefined && reports.length === 1) {
    const document = await formed(ofFile(report, options), form);
    return reportResult(document, form, context);
  }
  checkOnePage(form);
  const collection = new ReportCollection(options);
  for (const each of reports) collection.add(each);
  return compared(collection, form);
}

/** explain(), whose error names the file. */
function ofFile({ name, text }: NamedReport, options: ExplainOptions): ReturnType<typeof explain> {
  try {
    return explain(text, options);
  } catch (error) {
    if (!(error instanceof InvalidInputError) || !error.message.startsWith('not a report')) throw error;
    const shown = name === '-' || name === '' ? 'standard input' : JSON.stringify(name);
    throw new InvalidInputError(error.argument, `${shown}: ${error.message}`, { cause: error });
  }
}

/** The reports of a fleet document, which are compared again; or the text itself. */
function* reportsIn({ name, text }: NamedReport): Generator<NamedReport> {
  const isFleet = /^\s*\{\s*"kind":\s*"fleet"/.test(text.slice(0, 100));
  const results: unknown = isFleet ? resultsIn(text) : null;
  if (!Array.isArray(results)) {
    yield { name, text };
    return;
  }
  const measured = results.filter((each) => Reflect.get(Object(each), 'report') != null);
  if (measured.length === 0)
    throw new InvalidInputError('file', `no host of this fleet has a report, so there is nothing to judge`);
  for (const each of measured) {
    const { agent, report }: Readonly<Record<string, unknown>> = Object(each);
    yield { name: `${name} ${String(agent)}`, text: JSON.stringify(report) };
  }
}

function resultsIn(text: string): unknown {
  try {
    return Reflect.get(Object(JSON.parse(text)), 'results');
  } catch {
    return null;
  }
}

async function compared(collection: ReportCollection, form: ReportForm): Promise<CommandResult> {
  const document = await formed(collection.comparison(), form, () => collection.reports);
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
      help: 'A report of "pprobe diagnose --save" or --json, or one a line (NDJSON), plain or gzip; a directory of them; - for standard input. Several, of different hosts, are compared',
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
    { command: 'pprobe explain reports/', help: 'All reports of a directory: one table, and what differs' },
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
  run,
};
