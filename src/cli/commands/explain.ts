import { explain } from '../../pipeline/explain.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { verdictText } from '../../report/text/verdict.js';
import { type Arguments, checkIdleOptions, required } from '../arguments.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { readInput } from '../files.js';
import { idleNetworkOptions } from '../options.js';

async function run(args: Arguments, { stop }: CommandContext): Promise<CommandResult> {
  checkIdleOptions(args);
  const document = explain(await readInput(required(args, 0), stop));
  return {
    document,
    render: (style, verbose) => verdictText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Judges a saved report again, with the rules of this version; nothing is measured',
  positionals: [
    {
      name: 'file',
      required: true,
      help: 'A report of "pprobe diagnose --save" or --json; - for standard input',
    },
  ],
  options: idleNetworkOptions,
  examples: [
    { command: 'pprobe explain report.json', help: 'What does the report of another host say?' },
    { command: 'pprobe explain - < report.json', help: 'The same, from standard input' },
  ],
  notes:
    'Exit code: that of the verdict, as with "pprobe diagnose"; 2 when the file is no report, 3 when it cannot be read.',
  run,
};
