import { explain } from '../../pipeline/explain.js';
import { explainTogether } from '../../pipeline/explain-together.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { comparisonText } from '../../report/text/comparison.js';
import { verdictText } from '../../report/text/verdict.js';
import { type Arguments, checkIdleOptions, required } from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { readInput } from '../files.js';
import { idleNetworkOptions } from '../options.js';

async function run(args: Arguments, { stop }: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  if (args.positionals.length > 1) return sideBySide(args.positionals, stop);
  const document = explain(await readInput(required(args, 0), stop));
  return {
    document,
    render: (style, verbose) => verdictText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

async function sideBySide(files: readonly string[], stop: AbortSignal): Promise<CommandResult> {
  const reports = await Promise.all(files.map(async (name) => ({ name, text: await readInput(name, stop) })));
  const document = explainTogether(reports);
  return {
    document,
    render: (style, verbose) => comparisonText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

export const explainCommand: Command = {
  name: 'explain',
  summary:
    'Judges a saved report again, with the rules of this version; several are laid side by side. Nothing is measured',
  positionals: [
    {
      name: 'file',
      required: true,
      repeatable: true,
      help: 'A report of "pprobe diagnose --save" or --json; - for standard input. Two or more, of different hosts, are compared',
    },
  ],
  options: idleNetworkOptions,
  examples: [
    { command: 'pprobe explain report.json', help: 'What does the report of another host say?' },
    { command: 'pprobe explain web-1.json web-2.json', help: 'It works on one host only: what differs?' },
    { command: 'pprobe explain - < report.json', help: 'A report from standard input' },
  ],
  notes:
    'Exit code: that of the verdict, as with "pprobe diagnose", the worst of several, 20 when the reports are about different targets; ' +
    '2 when a file is no report, 3 when it cannot be read.',
  run,
};
