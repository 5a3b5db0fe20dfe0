import { explain } from '../../pipeline/explain.js';
import { explainTogether } from '../../pipeline/explain-together.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { comparisonText } from '../../report/text/comparison.js';
import { type Arguments, checkIdleOptions, required } from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { readInput } from '../files.js';
import { idleNetworkOptions } from '../options.js';
import {
  formed,
  type ReportForm,
  reportForm,
  reportOptions,
  reportResult,
  withoutPage,
} from '../report-output.js';
import { checkLogOptions, explainLogFiles, logOptions } from './explain-log.js';

async function run(args: Arguments, context: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  checkLogOptions(args);
  const form = reportForm(args);
  if (args.options.log !== undefined) return explainLogFiles(args, form, context);
  if (args.positionals.length > 1) return sideBySide(args.positionals, form, context.stop);
  const document = await formed(explain(await readInput(required(args, 0), context.stop)), form);
  return reportResult(document, form, context);
}

async function sideBySide(
  files: readonly string[],
  form: ReportForm,
  stop: AbortSignal,
): Promise<CommandResult> {
  withoutPage(form, 'several reports', 'give it with one report at a time; --json prints the comparison');
  const reports = await Promise.all(files.map(async (name) => ({ name, text: await readInput(name, stop) })));
  const compared = explainTogether(reports);
  const document = await formed(compared, form, () => reports.map(({ text }) => JSON.parse(text)));
  return {
    document,
    render: (style, verbose) => comparisonText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

export const explainCommand: Command = {
  name: 'explain',
  summary:
    'Judges a saved report again, with the rules of this version; several are laid side by side; tells what an execution log of API Gateway says. Nothing is measured',
  positionals: [
    {
      name: 'file',
      required: true,
      repeatable: true,
      unless: 'log',
      help: 'A report of "pprobe diagnose --save" or --json; - for standard input. Two or more, of different hosts, are compared',
    },
  ],
  options: { ...reportOptions, ...logOptions, ...idleNetworkOptions },
  examples: [
    { command: 'pprobe explain report.json', help: 'What does the report of another host say?' },
    { command: 'pprobe explain web-1.json web-2.json', help: 'It works on one host only: what differs?' },
    { command: 'pprobe explain - < report.json', help: 'A report from standard input' },
    { command: 'pprobe explain report.json --html report.html', help: 'As a page for a ticket' },
    {
      command: 'aws logs tail LOG_GROUP | pprobe explain --log -',
      help: 'What happened to the requests that reached API Gateway?',
    },
    {
      command: 'pprobe explain --log export/*.gz --request 4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998',
      help: 'And to this one? If it is not there, what that can mean',
    },
  ],
  notes:
    'Exit code: that of the verdict, as with "pprobe diagnose", the worst of several, 20 when the reports are about different targets; ' +
    '20 when a log tells of no request, or not of the one asked for; 2 when a file is no report, 3 when it cannot be read.',
  run,
};
