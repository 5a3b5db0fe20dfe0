import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InvalidInputError } from '../../errors.js';
import { defaultLimit, explainLog, type LogSource } from '../../pipeline/explain-log.js';
import { exitCodeOf } from '../../report/exit-code.js';
import { logText } from '../../report/text/log.js';
import { type Arguments, type IntegerRule, integerOption, textOption } from '../arguments.js';
import type { CommandContext, CommandResult } from '../command.js';
import { fileProblem } from '../files.js';
import type { OptionTable } from '../options.js';
import { formed, type ReportForm, withoutPage } from '../report-output.js';

const someRequests: IntegerRule = { noun: 'a number of requests', min: 1, max: 10_000 };

export const logOptions: OptionTable = {
  log: {
    type: 'string',
    value: 'FILE',
    help: 'Read an execution log of API Gateway instead of a report (- for standard input, .gz as it is); more files may follow',
  },
  request: {
    type: 'string',
    value: 'ID',
    help: 'With --log: tell of this request alone (x-amzn-requestid or x-amz-apigw-id of the answer)',
  },
  limit: {
    type: 'string',
    value: 'N',
    help: `With --log: tell of so many requests one by one (${defaultLimit})`,
  },
};

/** Throws InvalidInputError where an option for logs is given without one. */
export function checkLogOptions(args: Arguments): void {
  for (const name of ['request', 'limit']) {
    if (textOption(args, name) !== undefined && args.options.log === undefined)
      throw new InvalidInputError(`--${name}`, `--${name}: needs a log to look in; give --log FILE`);
  }
}

/** `pprobe explain --log FILE …`: what happened to each request of a log. */
export async function explainLogFiles(
  args: Arguments,
  form: ReportForm,
  { stop, progress }: CommandContext,
): Promise<CommandResult> {
  withoutPage(form, 'a log', 'leave it out, and give --json, or redirect the text to a file');
  const files = [textOption(args, 'log') ?? '-', ...args.positionals];
  const options = {
    requestId: textOption(args, 'request'),
    limit: integerOption(args, 'limit', someRequests),
    onProgress: (lines: number, requests: number) =>
      progress.show([`${lines} lines, ${requests} requests …`]),
    stop,
  };
  const reading = { file: '-' };
  const told = await explainLog(opened(files, reading), options).catch((error: unknown) => {
    throw isSystemError(error) ? fileProblem('read', reading.file, error) : error;
  });
  const document = await formed(told, form);
  return {
    document,
    render: (style, verbose) => logText(document, style, verbose),
    exitCode: exitCodeOf(document),
  };
}

/** Each is opened when the one before is read; `reading` tells which it is. */
async function* opened(files: readonly string[], reading: { file: string }): AsyncGenerator<LogSource> {
  for (const name of files) {
    reading.file = name;
    yield { name, stream: name === '-' ? process.stdin : await open(name) };
  }
}

async function open(path: string): Promise<Readable> {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  await once(stream, 'open');
  return stream;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
